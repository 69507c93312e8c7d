/**
 * The report page's style sheet: light and dark, from narrow phones to wide screens, and paper. Knows nothing of the figures.
 * Called by the page.
 *
 * Colours are those of Okabe and Ito (jfly.uni-koeln.de/color, 2008), told apart by all forms of colour vision: gains and buys
 * blue, losses and sells vermilion, with signs, dashes and shapes as a second way to tell. The dark ones are the same hues, lighter.
 */
const LIGHT = `
  color-scheme: light;
  --ground: #f7f7f5; --surface: #ffffff; --line: #e4e5e4; --text: #1c1f23; --muted: #626970; --code: #f3f3f0;
  --gain: #0067a3; --loss: #c04a00; --doubt: #8a6100; --doubt-ground: #fdf5e2; --mid: #8b9298; --candle: #5c636a; --position: #00785a;
  --buy: #0072b2; --sell: #d55e00; --focus: #0072b2; --flat: #a6acb2;
  --series-0: #0072b2; --series-1: #d55e00; --series-2: #00815f; --series-3: #b0578c; --series-4: #9a7100; --series-5: #3d9bd3;`;
const DARK = `
  color-scheme: dark;
  --ground: #121417; --surface: #1a1d21; --line: #2c3036; --text: #e8eaec; --muted: #9aa1a9; --code: #22262b;
  --gain: #6bbcf0; --loss: #ff9350; --doubt: #e8bf5f; --doubt-ground: #2a2415; --mid: #858d95; --candle: #a3abb3; --position: #3cc79f;
  --buy: #56b4e9; --sell: #ff8f45; --focus: #56b4e9; --flat: #767d85;
  --series-0: #56b4e9; --series-1: #ff8f45; --series-2: #2dc594; --series-3: #e29bc6; --series-4: #e0b93f; --series-5: #9fd3f5;`;

/** Steps of the heat map: shares of the colour of gains or losses on the ground. */
const HEAT = [1, 2, 3, 4, 5]
  .map((step) => {
    const share = [0, 12, 26, 42, 60, 82][step];
    return `.heat .g${step} { background: color-mix(in srgb, var(--gain) ${share}%, var(--surface)); }
.heat .l${step} { background: color-mix(in srgb, var(--loss) ${share}%, var(--surface)); }`;
  })
  .join('\n');

/** Little squares in the colours of series. */
const SWATCHES = [0, 1, 2, 3, 4, 5].map((each) => `.swatch.s${each} { background: var(--series-${each}); }`).join(' ');

/** Lines in the colours of series, as wide however the drawing is stretched. */
const LINES = [0, 1, 2, 3, 4, 5]
  .map(
    (each) =>
      `.drawing .line.s${each} { stroke: var(--series-${each}); } .drawing .dot.s${each} { fill: var(--series-${each}); }`,
  )
  .join(' ');

export const PAGE_STYLE = `
:root {${LIGHT} }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) {${DARK} } }
:root[data-theme=dark] {${DARK} }
* { box-sizing: border-box; }
html { scroll-padding-top: 56px; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--text); overflow-wrap: anywhere;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1520px; margin: 0 auto; padding: 20px clamp(12px, 3vw, 40px) 48px; }
nav {
  position: sticky; top: 0; z-index: 20; display: flex; align-items: center; gap: 18px; padding: 8px clamp(12px, 3vw, 40px);
  background: var(--surface); border-bottom: 1px solid var(--line); font-size: 14px;
}
nav .brand { font-weight: 650; letter-spacing: -0.01em; }
nav .links { display: flex; gap: 16px; flex: 1; overflow-x: auto; scrollbar-width: none; white-space: nowrap; }
nav a { color: var(--muted); text-decoration: none; padding: 4px 0; }
nav a:hover { color: var(--text); }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
h1 { margin: 0; font-size: 25px; line-height: 1.25; font-weight: 650; letter-spacing: -0.015em; }
h2 { margin: 0; font-size: 18px; font-weight: 630; letter-spacing: -0.01em; }
h3 { margin: 0 0 8px; font-size: 15px; font-weight: 600; }
p { margin: 0 0 8px; }
section { margin-top: 40px; }
section > h2 { margin-bottom: 6px; }
.title { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 14px; }
.pill { padding: 0 10px; border-radius: 99px; font-size: 13px; border: 1px solid currentColor; color: var(--gain); }
.pill.failed { color: var(--loss); }
.about { margin: 6px 0 0; color: var(--muted); font-size: 13.5px; }
.hint { font-size: 13.5px; margin-bottom: 12px; }
code, pre { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.gain { color: var(--gain); } .loss { color: var(--loss); } .muted { color: var(--muted); }
.buy { color: var(--buy); } .sell { color: var(--sell); }

button, select, input { font: inherit; color: inherit; }
.tool, select {
  background: var(--surface); border: 1px solid var(--line); border-radius: 7px; padding: 3px 10px; font-size: 13.5px; cursor: pointer; min-height: 30px;
}
.tool:hover, select:hover { border-color: var(--muted); }
.tool:disabled { opacity: 0.4; cursor: default; }
.tools { display: inline-flex; gap: 4px; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 18px; margin-bottom: 4px; }
.bar .tools { margin-left: auto; }
.bar label { color: var(--muted); font-size: 13.5px; }
:root:not(.alive) .tools { display: none; }

.tabs { display: flex; gap: 6px; margin-top: 20px; overflow-x: auto; padding: 3px; }
.tabs button {
  white-space: nowrap; border: 1px solid var(--line); border-radius: 9px; background: none; padding: 7px 14px; cursor: pointer; color: var(--muted);
}
.tabs button[aria-selected=true] { background: var(--surface); color: var(--text); border-color: var(--muted); }
.tabs b { font-weight: 600; font-variant-numeric: tabular-nums; margin-left: 6px; }

.answers { display: grid; gap: 14px; margin-top: 18px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 250px), 1fr)); }
.hero { padding: 14px 4px; grid-column: 1 / -1; }
@media (min-width: 1180px) { .answers { grid-template-columns: minmax(190px, 0.8fr) repeat(4, 1fr); } .hero { grid-column: auto; padding: 18px 4px; } }
.profit { font-size: clamp(30px, 3vw, 40px); line-height: 1.15; font-weight: 640; letter-spacing: -0.025em; font-variant-numeric: tabular-nums; }
.answer { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 16px 18px; }
.answer h3 { margin: 0; color: var(--muted); font-weight: 500; font-size: 13.5px; }
.answer .short { font-size: 18px; line-height: 1.3; font-weight: 620; letter-spacing: -0.01em; margin: 2px 0 10px; }
.answer p { font-size: 13.5px; margin-bottom: 6px; }
.answer .short span { font-size: 13px; }
.answer.good .short span { color: var(--gain); } .answer.bad .short span { color: var(--loss); }
.answer.doubt .short span { color: var(--doubt); } .answer.plain .short span { color: var(--muted); }

figure, .panel { margin: 0 0 14px; min-width: 0; background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px; }
figcaption { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 10px; margin-bottom: 8px; font-weight: 600; }
figcaption span { font-weight: 400; color: var(--muted); font-size: 13px; }
figcaption span span { color: inherit; } figcaption .buy { color: var(--buy); } figcaption .sell { color: var(--sell); }
.pairs { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); }
.pairs > figure { margin: 0; }
.pairs .wide { grid-column: 1 / -1; }
.columns { display: grid; gap: 14px; align-items: start; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); }
.columns > .panel { margin: 0; }
.masonry { columns: 410px; column-gap: 14px; } .masonry > .panel { break-inside: avoid; }

.cards { margin-top: 18px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 250px), 1fr)); }
.nothing { color: var(--muted); text-align: center; padding: 28px 0; font-size: 13.5px; }

.plot { position: relative; min-height: 60px; }
.u-over { cursor: crosshair; } .u-over.on-fill { cursor: pointer; }
.u-legend { font-size: 12.5px; color: var(--muted); font-variant-numeric: tabular-nums; text-align: left; margin: 0 0 0 8px; }
.u-legend .u-value { color: var(--text); }
.u-legend th { font-weight: 400; } .u-legend .u-marker { width: 14px; }
.u-select { background: color-mix(in srgb, var(--focus) 18%, transparent); }
.u-hz .u-cursor-x, .u-vt .u-cursor-y, .u-hz .u-cursor-y, .u-vt .u-cursor-x { border-color: var(--muted); }
.fill-tip, .tip {
  position: absolute; z-index: 30; pointer-events: none; padding: 4px 10px; border-radius: 7px; font-size: 12.5px; line-height: 1.4;
  background: var(--text); color: var(--surface); font-variant-numeric: tabular-nums;
}
.fill-tip { white-space: nowrap; z-index: 5; }
.tip { position: fixed; max-width: min(340px, 92vw); }

.drawing { display: block; overflow: visible; font-size: 12.5px; }
.drawing text { fill: var(--muted); font-variant-numeric: tabular-nums; } .drawing .strong { fill: var(--text); font-weight: 640; }
.drawing .end { text-anchor: end; } .drawing .middle { text-anchor: middle; }
.drawing rect.gain, .drawing .maker { fill: var(--gain); } .drawing rect.loss { fill: var(--loss); } .drawing rect.flat { fill: var(--flat); }
.drawing .range { fill: var(--gain); } .drawing .touch { fill: transparent; } .drawing .axis { stroke: var(--muted); stroke-width: 1; }
.drawing g:hover rect:not(.touch), .drawing g:focus-visible rect:not(.touch) { opacity: 0.75; }
.drawing g:focus { outline: none; } .drawing g:focus-visible { outline: 2px solid var(--focus); }
.drawing .curve, .drawing .error { stroke: var(--gain); stroke-width: 2; } .drawing .error { stroke-width: 1.5; opacity: 0.55; }
.drawing .curve.taker, .drawing .error.taker { stroke: var(--loss); } .drawing .curve.taker { stroke-dasharray: 5 4; }
.drawing .curve.value { stroke: var(--muted); stroke-width: 1.5; stroke-dasharray: 2 3; } .drawing circle.value { fill: var(--muted); }
.drawing .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; vector-effect: non-scaling-stroke; } ${LINES}
.drawing .taker.hollow { fill: var(--surface); stroke: var(--loss); stroke-width: 2; }
.legend { font-size: 12.5px; display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 0; } .key.maker { color: var(--gain); } .key.taker { color: var(--loss); }

.scroll { overflow-x: auto; } .tall { max-height: 640px; overflow-y: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
caption { text-align: left; font-weight: 600; font-size: 15px; padding-bottom: 4px; }
th { text-align: left; font-weight: 500; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.figures th, .figures td, .facts th, .facts td { padding: 5px 0 5px 14px; border-bottom: 1px solid var(--line); vertical-align: top; }
.figures th:first-child, .figures td:first-child, .facts th:first-child, .facts td:first-child { padding-left: 0; }
.figures thead th, .facts th { color: var(--muted); font-size: 12.5px; } .facts th { white-space: nowrap; }
.figures tbody th { font-weight: 400; min-width: 8.5em; overflow-wrap: break-word; }
.scroll .figures tbody th { position: sticky; left: 0; background: var(--surface); box-shadow: inset 0 -1px var(--line); }
.scroll .figures tbody tr:last-child th { box-shadow: none; }
.figures .same td, .figures .same th { color: var(--muted); }
.figures tbody td { overflow-wrap: break-word; }
.masonry.wide { columns: 560px; } .masonry + h3 { margin-top: 22px; }
.swatch { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 8px; vertical-align: -1px; }
${SWATCHES}
.figures tbody tr:last-child > * { border-bottom: none; }
.term { border-bottom: 1px dotted var(--muted); cursor: help; }
.heat { font-size: 12px; font-variant-numeric: tabular-nums; border-spacing: 2px; border-collapse: separate; }
.heat th { color: var(--muted); font-weight: 400; white-space: nowrap; text-align: center; padding: 2px 4px; }
.heat tbody th { text-align: left; padding-right: 8px; }
.heat td { text-align: center; border-radius: 4px; padding: 4px 2px; min-width: 40px; white-space: nowrap; }
.heat .total { font-weight: 600; padding-left: 8px; text-align: right; }
.heat .h0 { background: var(--code); } .heat .none { background: none; }
${HEAT}

.list th, .list td { padding: 5px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
.list th:first-child, .list td:first-child { padding-left: 4px; }
.sort { background: none; border: 0; padding: 2px 0; cursor: pointer; color: var(--muted); font-size: 12.5px; font-weight: 500; }
.sort:hover { color: var(--text); }
th[aria-sort=ascending] .sort::after { content: " ↑"; content: " ↑" / ""; }
th[aria-sort=descending] .sort::after { content: " ↓"; content: " ↓" / ""; }
th[aria-sort=ascending] .sort, th[aria-sort=descending] .sort { color: var(--text); }
.filters td { padding-top: 0; }
.filters input, .filters select {
  width: 100%; min-width: 58px; background: var(--code); border: 1px solid transparent; border-radius: 6px; padding: 2px 7px; font-size: 12.5px; min-height: 26px;
}
.filters select { max-width: 200px; } .filters input.unclear { border-color: var(--loss); }
.list tbody tr[tabindex] { cursor: pointer; } .list tbody tr:hover { background: var(--code); }
.list tbody tr[aria-selected=true] { background: color-mix(in srgb, var(--focus) 14%, transparent); }
.list tbody tr:focus-visible { outline-offset: -2px; }
.pager { display: flex; align-items: center; gap: 4px; margin-top: 10px; font-size: 13px; color: var(--muted); } .pager .count { margin-right: auto; }

.journey { display: block; font-size: 12px; }
.journey .lane { stroke: var(--line); stroke-width: 2; }
.journey text { fill: var(--text); text-anchor: middle; } .journey .lane-name { fill: var(--muted); text-anchor: start; } .journey .gap { fill: var(--muted); font-size: 11px; }
.journey text { paint-order: stroke; stroke: var(--surface); stroke-width: 4px; stroke-linejoin: round; }
.journey .message { stroke: var(--muted); stroke-width: 1.2; } .journey .request { stroke-dasharray: 4 3; }
.journey .dot { fill: var(--surface); stroke: var(--text); stroke-width: 2; } .journey .dot.fill { fill: var(--gain); stroke: var(--gain); }
.journey .dot.end { stroke: var(--loss); fill: none; } .journey .ahead { fill: var(--flat); }
.journey .in-line { fill: none; stroke: var(--text); stroke-width: 1.6; stroke-linejoin: round; } #journey .hint { margin: 8px 0 0; }
.steps td { padding: 2px 14px 2px 0; border: 0; } .steps { width: auto; margin-top: 8px; }
#journey:empty { display: none; } #journey details { margin-top: 10px; font-size: 13.5px; }

.alert { background: var(--doubt-ground); color: var(--doubt); border: 1px solid currentColor; border-radius: 12px; padding: 14px 18px; margin-top: 18px; }
pre { margin: 0; padding: 12px 14px; background: var(--code); border-radius: 8px; overflow: auto; max-height: 440px; white-space: pre-wrap; }
summary { cursor: pointer; }
footer { margin-top: 28px; color: var(--muted); font-size: 13px; }
@media (max-width: 640px) {
  body { font-size: 14.5px; } figure, .panel, .answer { padding: 12px; border-radius: 10px; }
  nav { gap: 12px; } h1 { font-size: 21px; } section { margin-top: 30px; }
}
@media print {
  :root, :root[data-theme] {${LIGHT} }
  body { background: none; font-size: 12px; } main { padding: 0; max-width: none; }
  nav, .tools, .filters, .pager, .hint { display: none; }
  figure, .panel, .answer { break-inside: avoid; } h2, h3, figcaption { break-after: avoid; }
  .tall, pre { max-height: none; overflow: visible; } section { margin-top: 20px; }
  .answers { grid-template-columns: 1fr 1fr; } .hero { grid-column: 1 / -1; padding: 0; }
}
`;
