/**
 * The report page's own script: draws the charts with uPlot from the data block of the page. Plain text, because it
 * runs in a browser, not here. Knows nothing but the data block. Called by the report page.
 *
 * The block is `{ originMs, startMs, endMs, charts }`; each chart is a `ChartSpec` of report-page.ts and belongs to the
 * `.plot` element of the same number.
 */
export const REPORT_SCRIPT = String.raw`'use strict';
(() => {
  const page = JSON.parse(document.getElementById('report-data').textContent);
  const places = [...document.querySelectorAll('.plot')];
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  const number = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 10 });
  const clock = (ms) => new Date(ms).toISOString();
  let plots = [];

  // Ticks in UTC: as much of the time as the step needs, the date under the first and under each new day.
  function timeTicks(plot, splits, axis, space, step) {
    let day = '';
    return splits.map((ms) => {
      const text = clock(ms);
      const sameDay = text.slice(0, 10) === day;
      day = text.slice(0, 10);
      if (step >= 864e5) return day;
      const time = text.slice(11, step >= 6e4 ? 16 : step >= 1e3 ? 19 : 23);
      return sameDay ? time : time + '\n' + day;
    });
  }

  // All that is drawn between the times shown, marks included, with some room; zero too where it means something.
  function valueRange(chart) {
    const atTime = (marks, ms) => marks.timeMs.findIndex((at) => at + page.originMs >= ms);
    return (plot, low, high) => {
      // The scale of x still holds the range before a zoom; the rows in view are known already.
      const [min, max] = plot.series[0].idxs.map((row) => plot.data[0][row]);
      for (const marks of chart.marks ?? []) {
        for (let i = atTime(marks, min); i >= 0 && marks.timeMs[i] + page.originMs <= max; i++) {
          low = Math.min(low ?? Infinity, marks.value[i]);
          high = Math.max(high ?? -Infinity, marks.value[i]);
        }
      }
      if (low == null) return [0, 1];
      if (chart.kind !== 'price' && chart.kind !== 'value') { low = Math.min(0, low); high = Math.max(0, high); }
      const space = high > low ? (high - low) * 0.06 : Math.abs(low) * 0.01 || 1;
      return [low - space, high + space];
    };
  }

  // Columns for uPlot: all curves on one time column that reaches from the start to the end of the run.
  function columnsOf(curves) {
    const tables = curves.map((curve) => [curve.timeMs.map((ms) => ms + page.originMs), curve.value]);
    const columns = tables.length === 1 ? tables[0].map((column) => [...column]) : uPlot.join(tables);
    const lone = page.startMs === page.endMs ? 500 : 0;
    const start = page.originMs + page.startMs - lone;
    const end = page.originMs + page.endMs + lone;
    if (!(columns[0][0] <= start)) columns.forEach((column, i) => column.unshift(i === 0 ? start : undefined));
    if (!(columns[0].at(-1) >= end)) columns.forEach((column, i) => column.push(i === 0 ? end : undefined));
    return columns;
  }

  function drawMarks(plot, marks, up, paint) {
    const { ctx, bbox } = plot;
    const count = marks.timeMs.length;
    const size = (count > 600 ? 2 : count > 150 ? 3 : 4.5) * devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.beginPath();
    for (let i = 0; i < marks.timeMs.length; i++) {
      const x = plot.valToPos(marks.timeMs[i] + page.originMs, 'x', true);
      const y = plot.valToPos(marks.value[i], 'y', true);
      ctx.moveTo(x - size, y + up * size);
      ctx.lineTo(x + size, y + up * size);
      ctx.lineTo(x, y - up * size);
      ctx.closePath();
    }
    ctx.fillStyle = paint;
    ctx.globalAlpha = 0.85;
    ctx.fill();
    ctx.restore();
  }

  function nearestFill(plot, chart, reach) {
    const { left, top } = plot.cursor;
    let best = null;
    for (const marks of chart.marks) {
      for (let i = 0; i < marks.timeMs.length; i++) {
        const x = plot.valToPos(marks.timeMs[i] + page.originMs, 'x');
        const y = plot.valToPos(marks.value[i], 'y');
        const distance = Math.hypot(x - left, y - top);
        if (distance < reach) {
          reach = distance;
          best = { x, y, text: (marks.name === 'buys' ? 'bought ' : 'sold ') + number.format(marks.qty[i]) + ' at ' + number.format(marks.value[i]) };
        }
      }
    }
    return best;
  }

  function markHooks(chart) {
    const tip = document.createElement('div');
    tip.className = 'tip';
    tip.hidden = true;
    return {
      init: [(plot) => plot.over.append(tip)],
      draw: [(plot) => chart.marks.forEach((marks) =>
        drawMarks(plot, marks, marks.name === 'buys' ? 1 : -1, color(marks.name === 'buys' ? 'gain' : 'loss')))],
      setCursor: [(plot) => {
        const fill = plot.cursor.top >= 0 ? nearestFill(plot, chart, 12) : null;
        tip.hidden = fill === null;
        if (fill === null) return;
        tip.textContent = fill.text;
        tip.style.left = Math.max(0, Math.min(fill.x + 10, plot.over.clientWidth - tip.offsetWidth)) + 'px';
        tip.style.top = Math.max(0, fill.y - 30) + 'px';
      }],
    };
  }

  function seriesOf(chart, curve, index) {
    const stroke = color(chart.kind === 'price' ? 'muted' : chart.kind === 'fall' && chart.curves.length === 1 ? 'loss' : 'series-' + (index % 6));
    const fromZero = chart.kind !== 'price' && chart.kind !== 'value';
    return {
      label: curve.name,
      stroke,
      width: 1.5,
      fill: fromZero && chart.curves.length === 1 ? stroke + '22' : undefined,
      paths: chart.kind === 'step' ? uPlot.paths.stepped({ align: 1 }) : undefined,
      points: { show: curve.timeMs.length === 1, size: 7 },
      value: (plot, value) => (value == null ? '–' : number.format(value)),
    };
  }

  function draw(place, chart) {
    place.replaceChildren();
    const line = { stroke: color('line'), width: 1 };
    const axis = { stroke: color('muted'), grid: line, ticks: line, font: '12px system-ui, sans-serif' };
    const options = {
      width: place.clientWidth,
      height: 240,
      ms: 1,
      tzDate: (ms) => uPlot.tzDate(new Date(ms), 'Etc/UTC'),
      cursor: { sync: { key: 'run' }, points: { size: 7 } },
      scales: { y: { range: valueRange(chart) } },
      axes: [
        { ...axis, values: timeTicks, space: 76, size: 46 },
        {
          ...axis,
          values: (plot, values) => values.map((value) => number.format(value)),
          size: (plot, values) => Math.max(44, 18 + 7 * Math.max(0, ...(values ?? []).map((text) => text.length))),
        },
      ],
      series: [
        { label: 'UTC', value: (plot, ms) => (ms == null ? '–' : clock(ms).slice(0, 23).replace('T', ' ')) },
        ...chart.curves.map((curve, index) => seriesOf(chart, curve, index)),
      ],
      hooks: chart.marks ? markHooks(chart) : {},
    };
    return new uPlot(options, columnsOf(chart.curves), place);
  }

  function drawAll() {
    plots.forEach((plot) => plot.destroy());
    plots = places.map((place, index) => draw(place, page.charts[index]));
    document.documentElement.dataset.charts = String(plots.length);
  }

  drawAll();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  const resized = new ResizeObserver(() => plots.forEach((plot, index) => {
    const width = places[index].clientWidth;
    if (width > 0 && width !== plot.width) plot.setSize({ width, height: plot.height });
  }));
  places.forEach((place) => resized.observe(place));
})();
`;
