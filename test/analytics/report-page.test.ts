import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Recording } from '../../analytics/recording.js';
import { escapeHtml, scriptSafe } from '../../analytics/report/html.js';
import { renderReportPage } from '../../analytics/report/page.js';
import { buildReport, type RunDescription } from '../../analytics/report/report.js';
import { summarise } from '../../analytics/summary.js';
import { manyFills } from '../../bench/many-fills.js';
import { pageParts } from '../../bridges/run-folder/report-assets.js';
import type { RunFailure, RunResult } from '../../core/simulation.js';
import { DAY, SECOND } from '../../core/time.js';
import { fourFills, HandMadeRun, ODD_SYMBOL } from './hand-made-run.js';
import { CHROMIUM, INK, PagesInBrowser, WIDE } from './pages-in-browser.js';

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert('2')">&amp;`;

function pageOf(run: HandMadeRun, startNs: number, endNs: number, failure?: RunFailure): string {
  const { recording } = run.recorder;
  const description: RunDescription = {
    config: { note: HOSTILE, queue: { model: 'risk-averse' } },
    seed: HOSTILE,
    versions: { tickwright: '0.1.0', node: '20.0.0' },
    sampleNs: recording.sampleNs,
    startNs,
    endNs,
    failure,
    droppedLogLines: 2,
    tapes: [
      {
        path: `tapes/${HOSTILE}`,
        hash: 'cd'.repeat(32),
        rows: 1234,
        provenance: { importer: HOSTILE },
        corrections: [{ name: 'negative-latency', count: 3, note: `moved by 5 ns ${HOSTILE}` }],
      },
      { rows: 1, provenance: {}, corrections: [] },
    ],
  };
  const summary = summarise(recording, run.outcome(startNs, endNs, failure));
  return renderReportPage(buildReport(recording, summary, description), pageParts('main'));
}

/** The page of a run of which nothing but the recording is known. */
function reportOf(recording: Recording, result: RunResult): string {
  const { startNs, endNs } = result;
  const { sampleNs } = recording;
  const description: RunDescription = {
    ...{ config: null, seed: 1, versions: {}, sampleNs, startNs, endNs, droppedLogLines: 0, tapes: [] },
  };
  const report = buildReport(recording, summarise(recording, result), description);
  return renderReportPage(report, pageParts('main'));
}

/** A run whose names and messages try to break out of the page. */
function hostileRun(): string {
  const run = new HandMadeRun({ symbols: ['ABC', ODD_SYMBOL], names: [HOSTILE] });
  run.quote(10, 12, 1);
  run.sample(0);
  run.fill(run.order(1, 11, 3, 0, 1), 15 * SECOND, 11, 3, true, 0);
  run.recorder.onMetric(SECOND, 0, HOSTILE, 1);
  run.sample(20 * SECOND, true);
  const failure = { strategy: HOSTILE, handler: 'onBook', timeNs: SECOND, message: HOSTILE, stack: HOSTILE };
  return pageOf(run, 0, 20 * SECOND, failure);
}

describe('the report page as text', () => {
  const page = pageOf(fourFills(), 0, 50 * SECOND);

  test('names no address to load from, and allows only its own scripts and style', () => {
    expect(page).not.toMatch(/(src|href)="(?!data:|#)/);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(page.match(/<script/g), 'one data block, uPlot, our script').toHaveLength(3);
  });

  test('shows the figures worked out by hand, the corrections and the run hash', () => {
    for (const text of [
      '−12.02',
      '1,172.00',
      '43.1 %',
      'negative-latency',
      'ab'.repeat(32),
      '2024-08-08 23:54:16.298',
      '5 order rows named',
    ]) {
      expect(page).toContain(text);
    }
  });

  test('tells round trips apart, and shows no such table where there were none', () => {
    const page = pageOf(fourFills(), 0, 50 * SECOND);
    const cells = (title: string) => {
      const rows = page.split(`<summary>${title}</summary>`)[1]!.split('</details>')[0]!.split('<tr>').slice(2);
      return rows.map((row) => [...row.matchAll(/<t[hd][^>]*>([^<]*)</g)].slice(0, 4).map(([, text]) => text));
    };
    expect(cells('By side')).toEqual([
      ['long', '1', '−9.99', '0.0 %'],
      ['short', '1', '−2.03', '0.0 %'],
    ]);
    expect(cells('By hour of opening (UTC)')).toEqual([['23', '2', '−12.02', '0.0 %']]);
    expect(cells('By instrument')).toEqual([['ABC', '2', '−12.02', '0.0 %']]);
    expect(cells('By strategy').map(([name]) => name)).toEqual(['maker', 'idle']);
    const quiet = new HandMadeRun({ names: ['quiet'] });
    quiet.sample(50 * SECOND, true);
    expect(pageOf(quiet, 0, 50 * SECOND)).not.toContain('By side');
  });

  test('is equal for equal runs', () => {
    expect(pageOf(fourFills(), 0, 50 * SECOND)).toBe(page);
  });

  test('escapes everything that came from outside', () => {
    const hostile = hostileRun();
    expect(hostile).not.toContain('<img');
    expect(hostile).not.toContain('alert(1)</script>');
    expect(hostile.match(/<script/g)).toHaveLength(3);
    expect(hostile).toContain(escapeHtml(HOSTILE));
  });

  test('writes JSON that means the same and cannot end a script', () => {
    const value = { a: '</script><!--\u2028\u2029&' };
    expect(scriptSafe(JSON.stringify(value))).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(scriptSafe(JSON.stringify(value)))).toEqual(value);
  });
});

describe.skipIf(CHROMIUM === undefined)('the report page in a browser', () => {
  const pages = new PagesInBrowser();
  beforeAll(() => pages.start());
  afterAll(() => pages.stop());
  const open = (html: string, width?: number, colorScheme?: 'light' | 'dark') => pages.open(html, width, colorScheme);

  test('draws a chart in every place, from 400 to 1600 pixels, light and dark, without sideways scrolling', async () => {
    const html = pageOf(fourFills(), 0, 50 * SECOND);
    for (const width of [400, 1600]) {
      for (const scheme of ['light', 'dark'] as const) {
        const page = await open(html, width, scheme);
        const ink = (await page.evaluate(INK)) as number[];
        expect(ink, 'profit, drawdown, price, position, one own value; another is no number').toHaveLength(5);
        for (const share of ink) expect(share).toBeGreaterThan(0.005);
        expect(await page.locator('.plot.nothing').count(), 'what is no number').toBe(1);
        expect(await page.evaluate(WIDE), `width ${width}`).toBeLessThanOrEqual(width);
        await page.close();
      }
    }
  });

  const GROUND = 'getComputedStyle(document.body).backgroundColor';

  test('is dark where the system is, and where the reader says so', async () => {
    const html = pageOf(fourFills(), 0, 50 * SECOND);
    const dark = await open(html, 1200, 'dark');
    const [night, day] = ['rgb(18, 20, 23)', 'rgb(247, 247, 245)'];
    expect(await dark.evaluate(GROUND)).toBe(night);
    await dark.close();
    const page = await open(html);
    expect(await page.evaluate(GROUND)).toBe(day);
    await page.locator('#theme').click();
    expect(await page.evaluate(GROUND)).toBe(night);
    for (const share of (await page.evaluate(INK)) as number[]) expect(share).toBeGreaterThan(0.005);
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate(GROUND), 'paper is white').toBe('rgba(0, 0, 0, 0)');
    await page.close();
  });

  test('marks buys and sells, names the fill under the cursor, and goes to its order', async () => {
    const page = await open(pageOf(fourFills(), 0, 50 * SECOND));
    const price = page.locator('[data-chart=price] .u-over');
    await price.scrollIntoViewIfNeeded();
    const box = (await price.boundingBox())!;
    // The first fill: 10 s of 50 s, at 100 between 95 and 105 (and 7 % of room above and below).
    await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.5);
    const tip = page.locator('.fill-tip:visible');
    expect(await tip.textContent({ timeout: 5000 })).toBe('bought 4 at 100, resting (order 1)');
    await page.mouse.click(box.x + box.width * 0.2, box.y + box.height * 0.5);
    expect(await page.locator('#journey h3').textContent()).toMatch(/^Order 1: limit to buy 4 ABC at 100, sent /);
    await page.close();
  });

  test('zooms all charts together by drag, by buttons and by keys', async () => {
    const page = await open(pageOf(fourFills(), 0, 50 * SECOND));
    const shown = page.locator('#range');
    const profit = page.locator('[data-chart=profit] .u-over');
    await profit.scrollIntoViewIfNeeded();
    const box = (await profit.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.2, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => shown.textContent()).toMatch(/\((19\.\d|20(\.\d)?) s\)$/);
    await page.locator('[data-zoom=in]').click();
    await expect.poll(() => shown.textContent()).toMatch(/\((9\.\d+|10(\.\d)?) s\)$/);
    await page.locator('[data-chart=position]').focus();
    await page.keyboard.press('-');
    await expect.poll(() => shown.textContent()).toMatch(/\((19\.\d|20(\.\d)?) s\)$/);
    await page.keyboard.press('0');
    await expect.poll(() => shown.textContent()).toMatch(/\(50 s\)$/);
    await page.keyboard.press('ArrowRight');
    const values = page.locator('.u-legend .u-series:first-child .u-value');
    const times = await values.allTextContents();
    expect(times.filter((text) => text !== '–').length, 'the cursor is in all charts').toBeGreaterThanOrEqual(4);
    await page.close();
  });

  test('lists trades that sort and filter, a page at a time', async () => {
    const page = await open(pageOf(fourFills(), 0, 50 * SECOND));
    const list = page.locator('#trades-list');
    const column = (number: number) => list.locator(`tbody td:nth-child(${number})`).allTextContents();
    // Two trips, the profits of which are worked out in hand-made-run.ts.
    expect(await column(6)).toEqual(['−9.99', '−2.03']);
    await list.getByRole('button', { name: 'profit', exact: true }).click();
    expect(await column(6), 'largest first').toEqual(['−2.03', '−9.99']);
    await list.getByRole('button', { name: 'profit', exact: true }).click();
    expect(await column(6)).toEqual(['−9.99', '−2.03']);
    expect(await list.locator('th[aria-sort=ascending]').textContent()).toBe('profit');
    await list.getByLabel('Filter by profit').fill('> -5');
    expect(await column(6)).toEqual(['−2.03']);
    await list.getByLabel('Filter by profit').fill('nonsense');
    expect(await column(6), 'what is no comparison filters nothing').toHaveLength(2);
    expect(await list.locator('input.unclear').count()).toBe(1);
    await list.getByLabel('Filter by profit').fill('');
    await list.getByLabel('Filter by side').selectOption('▲ long');
    expect(await column(6)).toEqual(['−9.99']);
    expect(await list.locator('.count').textContent()).toBe('1–1 of 1 round trips (of 2)');
    await page.close();
  });

  test('shows the journey of the order that is chosen by keyboard', async () => {
    const page = await open(pageOf(fourFills(), 0, 50 * SECOND));
    await page.locator('#orders-list tbody tr').nth(1).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('#journey h3').textContent()).toMatch(/^Order 2: limit to sell 3 ABC at 105/);
    await page.locator('#journey summary').click();
    const steps = await page.locator('#journey .steps tr').allTextContents();
    expect(steps[0]).toBe('0strategysent: 3, at 105');
    expect(steps.some((step) => step.includes('fills 1'))).toBe(true);
    expect(steps.at(-1)).toContain('cancelled');
    await page.close();
  });

  test('switches from strategy to strategy', async () => {
    const page = await open(pageOf(fourFills(), 0, 50 * SECOND));
    expect(await page.locator('.hero:visible .profit').textContent()).toBe('−12.02');
    await page.getByRole('tab', { name: 'maker' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.answers:visible .short').first().textContent()).toContain('It never traded');
    expect(await page.locator('#trades-list .count').textContent()).toContain('no round trips');
    await page.close();
  });

  test('says what a figure means when it has the focus', async () => {
    const page = await open(pageOf(fourFills(), 0, 50 * SECOND));
    await page.locator('.term', { hasText: 'fill ratio' }).first().focus();
    expect(await page.locator('#tip').textContent()).toBe('Orders with at least one fill ÷ orders sent.');
    await page.close();
  });

  test('follows when the window gets narrower', async () => {
    const page = await open(pageOf(fourFills(), 0, 50 * SECOND), 1400);
    await page.setViewportSize({ width: 420, height: 800 });
    await expect.poll(() => page.evaluate(WIDE)).toBeLessThanOrEqual(420);
    await page.close();
  });

  test('runs nothing that came in through names, config or messages', async () => {
    const page = await open(hostileRun());
    expect(await page.locator('.alert h3').textContent()).toBe('The run stopped before its end');
    expect(await page.locator('h1').textContent()).toBe(HOSTILE);
    expect(await page.locator('img').count()).toBe(0);
    await page.close();
  });

  test('makes sense of a run without trades and of one with a single row', async () => {
    const quiet = new HandMadeRun({ names: ['quiet'] });
    for (let second = 0; second < 50; second += 10) quiet.sample(second * SECOND);
    quiet.sample(50 * SECOND, true);
    const page = await open(pageOf(quiet, 0, 50 * SECOND));
    expect((await page.evaluate(INK)) as number[], 'profit and drawdown').toHaveLength(2);
    expect(await page.locator('.answer .short').allTextContents()).toEqual([
      '○ It never traded',
      '○ Nothing to explain',
      '○ It risked nothing',
      '○ There are none',
    ]);
    await page.close();
    const single = new HandMadeRun({ names: ['single'] });
    single.quote(199, 201);
    single.fill(single.order(1, 201, 1), 0, 201, 1, false, 0);
    single.sample(0, true);
    const other = await open(pageOf(single, 0, 0));
    const ink = (await other.evaluate(INK)) as number[];
    expect(ink).toHaveLength(4);
    for (const share of ink) expect(share).toBeGreaterThan(0.003);
    await other.close();
  });

  test('makes sense of fifty instruments', async () => {
    const { recorder, result } = manyFills(5000, 50);
    const html = reportOf(recorder.recording, result);
    expect(html.length).toBeLessThan(3e6);
    const page = await open(html);
    expect(await page.locator('#pair option').count()).toBe(50);
    await page.locator('#pair').selectOption('49');
    const ink = (await page.evaluate(INK)) as number[];
    expect(ink.length).toBeGreaterThanOrEqual(5);
    for (const share of ink) expect(share).toBeGreaterThan(0.003);
    await page.close();
  });

  test('stays below 3 MB with two million fills in a year, and opens', async () => {
    const { recorder, result } = manyFills(2_000_000, 1, 365 * DAY);
    const html = reportOf(recorder.recording, result);
    expect(html.length).toBeLessThan(3e6);
    expect(html).toContain('Profit by year and month');
    const page = await open(html);
    expect(await page.locator('#drawn').textContent()).toMatch(/of 2,000,000 fills drawn/);
    for (const share of (await page.evaluate(INK)) as number[]) expect(share).toBeGreaterThan(0.005);
    await page.close();
  }, 180_000);
});
