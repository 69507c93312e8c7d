/**
 * The report page's style sheet, light and dark, from narrow phones to wide screens. Knows nothing of the figures.
 * Called by the report page.
 */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f6f4; --surface: #ffffff; --line: #e3e4e6; --text: #1b1e22; --muted: #666d75; --code: #f1f1ee;
  --gain: #0e7a6b; --loss: #bf3f2b; --warn: #8a5a00; --warn-ground: #fdf3df;
  --series-0: #2563a8; --series-1: #c2571a; --series-2: #7d4aa3; --series-3: #2e7d4f; --series-4: #a17a17; --series-5: #2b8794;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101215; --surface: #181b1f; --line: #2b2f35; --text: #e7e9eb; --muted: #979ea7; --code: #1f2328;
    --gain: #43c6b2; --loss: #ff8270; --warn: #f0c26a; --warn-ground: #2c2414;
    --series-0: #6aa9ee; --series-1: #f0935a; --series-2: #c394e4; --series-3: #6cc38f; --series-4: #dcb85a; --series-5: #6cc5d2;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--text); overflow-wrap: anywhere;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1560px; margin: 0 auto; padding: 28px clamp(14px, 3vw, 40px) 40px; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 14px; margin-bottom: 22px; }
h1 { margin: 0; font-size: 24px; font-weight: 650; letter-spacing: -0.01em; }
h2 { margin: 34px 0 12px; font-size: 17px; font-weight: 620; }
h2 small { font-size: 13.5px; font-weight: 400; }
h3 { margin: 0 0 8px; font-size: 15px; font-weight: 600; }
p { margin: 0 0 8px; }
.pill { padding: 1px 10px; border-radius: 99px; font-size: 13px; border: 1px solid currentColor; color: var(--gain); }
.pill.failed { color: var(--loss); }
.about { flex-basis: 100%; color: var(--muted); font-size: 14px; }
code, pre { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.grid { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr)); }
.pair { display: grid; gap: 14px; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 1000px) { .pair { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); } }
.card, figure, .panel { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 16px 18px; }
.profit { font-size: 30px; line-height: 1.2; font-weight: 640; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.gain { color: var(--gain); } .loss { color: var(--loss); } .muted { color: var(--muted); }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(126px, 1fr)); gap: 10px 14px; margin: 14px 0 0; }
dt { color: var(--muted); font-size: 12.5px; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
figure { margin: 0; min-width: 0; padding: 14px 14px 6px; }
figcaption { display: flex; flex-wrap: wrap; gap: 2px 12px; margin: 0 4px 6px; font-weight: 600; }
figcaption span { font-weight: 400; color: var(--muted); font-size: 13.5px; }
figcaption .buy { color: var(--gain); } figcaption .sell { color: var(--loss); }
.plot { position: relative; min-height: 240px; }
.tip {
  position: absolute; z-index: 5; pointer-events: none; padding: 2px 8px; border-radius: 6px; font-size: 12.5px; white-space: nowrap;
  background: var(--text); color: var(--surface); font-variant-numeric: tabular-nums;
}
.u-legend { font-size: 12.5px; color: var(--muted); font-variant-numeric: tabular-nums; }
.u-legend .u-value { color: var(--text); }
.u-select { background: color-mix(in srgb, var(--series-0) 16%, transparent); }
.empty { padding: 40px 0; text-align: center; color: var(--muted); }
.alert { background: var(--warn-ground); color: var(--warn); border: 1px solid currentColor; border-radius: 10px; padding: 12px 18px; margin-bottom: 18px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
.panel th, .panel td { text-align: left; vertical-align: top; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); }
.panel th { font-weight: 500; color: var(--muted); font-size: 12.5px; white-space: nowrap; }
.panel .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.panel .facts th, .panel .number { width: 1%; }
.panel .scroll + h3 { margin-top: 16px; }
.panel + .panel { margin-top: 14px; }
pre { margin: 0; padding: 12px 14px; background: var(--code); border-radius: 8px; overflow: auto; max-height: 520px; white-space: pre-wrap; }
summary { cursor: pointer; }
footer { margin-top: 28px; color: var(--muted); font-size: 13px; }
@media print { body { background: none; } .card, figure, .panel { break-inside: avoid; } }
`;
