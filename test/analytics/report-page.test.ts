import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildReport, type RunDescription } from '../../analytics/report.js';
import { escapeHtml, renderReportPage, scriptSafe } from '../../analytics/report-page.js';
import { summarise } from '../../analytics/summary.js';
import type { RunFailure } from '../../core/simulation.js';
import { SECOND } from '../../core/time.js';
import { fourFills, HandMadeRun, ODD_SYMBOL } from './hand-made-run.js';

const require = createRequire(import.meta.url);
const library = {
  script: readFileSync(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8'),
  style: readFileSync(require.resolve('uplot/dist/uPlot.min.css'), 'utf8'),
};

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
  return renderReportPage(buildReport(recording, summary, description), library);
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
    expect(page).not.toMatch(/(src|href)="(?!data:)/);
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

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (CHROMIUM === undefined) {
  console.warn('SKIPPED: no Chromium on this machine, so the report page was not opened in a browser');
}

describe.skipIf(CHROMIUM === undefined)('the report page in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tickwright-page-'));
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: CHROMIUM!,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens a page from its file in one width and scheme; what it said and asked for must be nothing. */
  async function open(html: string, width = 1200, colorScheme: 'light' | 'dark' = 'light') {
    const path = join(folder, 'report.html');
    writeFileSync(path, html);
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const said: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    page.on('dialog', (dialog) => said.push(dialog.message()));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(path).href);
    await page.waitForSelector('html[data-charts]', { state: 'attached' });
    expect(said).toEqual([]);
    expect(asked.filter((url) => !url.startsWith('data:'))).toEqual([pathToFileURL(path).href]);
    return page;
  }

  /** Share of a canvas's pixels that are drawn on, for every chart. */
  const INK = `[...document.querySelectorAll('.plot canvas')].map((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let drawn = 0;
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) drawn++;
    return drawn / (data.length / 4);
  })`;

  test('draws a chart in every place, from 400 to 1600 pixels, light and dark, without sideways scrolling', async () => {
    const html = pageOf(fourFills(), 0, 50 * SECOND);
    for (const width of [400, 1600]) {
      for (const scheme of ['light', 'dark'] as const) {
        const page = await open(html, width, scheme);
        const ink = (await page.evaluate(INK)) as number[];
        expect(ink, 'equity, drawdown, price, position, two metrics less one without numbers').toHaveLength(5);
        for (const share of ink) expect(share).toBeGreaterThan(0.005);
        const wide = (await page.evaluate('document.documentElement.scrollWidth')) as number;
        expect(wide, `width ${width}`).toBeLessThanOrEqual(width);
        await page.close();
      }
    }
  });

  test('marks buys and sells in their colours, and names the fill under the cursor', async () => {
    const page = await open(pageOf(fourFills(), 0, 50 * SECOND));
    const price = page.locator('figure', { hasText: '4 fills' }).locator('.u-over');
    await price.scrollIntoViewIfNeeded();
    const box = (await price.boundingBox())!;
    // The first fill: 10 s of 50 s, at 100 between 95 and 105 (and 6 % of room above and below).
    await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.5);
    expect(await page.locator('.tip:visible').textContent({ timeout: 5000 })).toBe('bought 4 at 100');
    await page.close();
  });

  test('follows when the window gets narrower', async () => {
    const page = await open(pageOf(fourFills(), 0, 50 * SECOND), 1400);
    await page.setViewportSize({ width: 420, height: 800 });
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(420);
    await page.close();
  });

  test('runs nothing that came in through names, config or messages', async () => {
    const page = await open(hostileRun());
    expect(await page.locator('h3').first().textContent()).toBe('The run stopped before its end');
    expect(await page.locator('article h3').textContent()).toBe(HOSTILE);
    expect(await page.locator('img').count()).toBe(0);
    await page.close();
  });

  test('makes sense of a run without trades and of one with a single row', async () => {
    const quiet = new HandMadeRun({ names: ['quiet'] });
    for (let second = 0; second < 50; second += 10) quiet.sample(second * SECOND);
    quiet.sample(50 * SECOND, true);
    const page = await open(pageOf(quiet, 0, 50 * SECOND));
    expect((await page.evaluate(INK)) as number[]).toHaveLength(2);
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
});
