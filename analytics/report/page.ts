/**
 * A report as one HTML page that needs nothing else: no network, no other file, works from `file://`.
 * Knows nothing of files; scripts and uPlot's style come in as text. Called by the run folder.
 *
 * The content security policy allows exactly the two scripts and the style written here, by their hashes, so nothing
 * that came in through a symbol, a config or a message can run; all of those are escaped besides.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { escapeHtml, scriptSafe } from './html.js';
import type { Report } from './report.js';
import { answersHtml, failureHtml, headerHtml, tabsHtml } from './section-answers.js';
import { causesHtml } from './section-causes.js';
import { dataHtml, footerHtml } from './section-data.js';
import { figuresHtml, ordersHtml, stressHtml, tradesHtml } from './section-lists.js';
import { timeHtml } from './section-time.js';
import { PAGE_STYLE } from './style.js';

export interface PageParts {
  /** The text of uPlot's `uPlot.iife.min.js` and `uPlot.min.css`. */
  readonly chartScript: string;
  readonly chartStyle: string;
  /** The page's own script: the files of `browser/` as one. */
  readonly script: string;
}

const CHAPTERS: readonly (readonly [id: string, name: string])[] = [
  ['time', 'Over time'],
  ['causes', 'Causes'],
  ['figures', 'Figures'],
  ['trades', 'Trades'],
  ['orders', 'Orders'],
  ['data', 'Data'],
];

/** The whole page. Equal reports give equal text. */
export function renderReportPage(report: Report, parts: PageParts): string {
  const body = [
    headerHtml(report),
    failureHtml(report),
    tabsHtml(report),
    answersHtml(report),
    timeHtml(report),
    causesHtml(report),
    stressHtml(report),
    figuresHtml(report),
    tradesHtml(report),
    ordersHtml(report),
    dataHtml(report),
    footerHtml(report),
  ].join('\n');
  const names = report.summary.strategies.map(({ name }) => name).join(', ');
  return htmlPage(`${names} – tickwright run`, CHAPTERS, body, report.data, parts);
}

/** A page of this look. `body` is HTML already, `data` what the script reads. */
export function htmlPage(
  title: string,
  chapters: readonly (readonly [id: string, name: string])[],
  body: string,
  data: unknown,
  { chartScript, chartStyle, script }: PageParts,
): string {
  const style = `${chartStyle}\n${PAGE_STYLE}`;
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(chartScript)}' '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "img-src data:; base-uri 'none'; form-action 'none'",
  ].join('; ');
  const links = chapters.map(([id, name]) => `<a href="#${id}">${name}</a>`).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<nav aria-label="Page"><span class="brand">tickwright</span><span class="links">${links}</span><button type="button" class="tool" id="theme" hidden>Dark</button></nav>
<main>
${body}
</main>
<script type="application/json" id="report-data">${scriptSafe(JSON.stringify(data))}</script>
<script>${chartScript}</script>
<script>${script}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  let bytes = '';
  for (const byte of sha256(new TextEncoder().encode(text))) bytes += String.fromCharCode(byte);
  return `sha256-${btoa(bytes)}`;
}
