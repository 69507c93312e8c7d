/** The page of stylised facts: one file under the report's policy, with a curve for each market in every picture. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FactsColumn, renderFactsPage, TapeFacts } from '../../../analytics/index.js';
import { escapeHtml } from '../../../analytics/report/html.js';
import { pageParts } from '../../../bridges/run-folder/report-assets.js';
import { syntheticTape } from '../../../core/index.js';
import { CHROMIUM, PagesInBrowser, WIDE } from '../pages-in-browser.js';

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert('2')">&amp;`;
const parts = pageParts('check');

function marketsOf(rows: number): FactsColumn[] {
  const tape = syntheticTape({ seed: 6, rows, instruments: 2, rowsPerSecond: 1_000 });
  const taken = new TapeFacts(tape.info);
  taken.take(tape.open(tape.info.originNs).next()!);
  return taken.finish().map((facts) => ({ label: facts.instrument.symbol, facts }));
}

const markets = marketsOf(60_000);

describe('as text', () => {
  test('loads nothing, allows only its own script and style, and is equal for equal facts', () => {
    const page = renderFactsPage(markets, parts);
    expect(page).not.toMatch(/(src|href)="(?!data:|#)/);
    expect(page).not.toContain('NaN');
    expect(page).not.toContain('Infinity');
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(renderFactsPage(markets, parts)).toBe(page);
  });

  test('escapes what came from outside', () => {
    const page = renderFactsPage([{ ...markets[0]!, label: HOSTILE }], parts);
    expect(page).not.toContain('<img');
    expect(page.match(/<script/g)).toHaveLength(3);
    expect(page).toContain(escapeHtml(HOSTILE));
  });

  test('refuses more markets than there are colours', () => {
    const seven = Array.from({ length: 7 }, () => markets[0]!);
    expect(() => renderFactsPage(seven, parts)).toThrow('shows 1 to 6 instruments, not 7');
  });

  test('makes sense of a market without trades or time', () => {
    expect(renderFactsPage(marketsOf(100), parts)).not.toMatch(/NaN|Infinity/);
  });
});

describe.skipIf(CHROMIUM === undefined)('in a browser', () => {
  const pages = new PagesInBrowser();
  beforeAll(() => pages.start());
  afterAll(() => pages.stop());

  test('draws a curve for each market in all eight pictures, narrow and wide, light and dark', async () => {
    for (const [width, scheme] of [
      [400, 'dark'],
      [1600, 'light'],
    ] as const) {
      const page = await pages.open(renderFactsPage(markets, parts), width, scheme);
      expect(await page.evaluate(WIDE)).toBeLessThanOrEqual(width);
      const colours = new Set<string>();
      for (const series of [0, 1]) {
        const lines = page.locator(`path.line.s${series}`);
        expect(await lines.count()).toBe(8);
        for (const box of await Promise.all((await lines.all()).map((each) => each.boundingBox()))) {
          expect(box!.width).toBeGreaterThan(width / 40);
          expect(box!.height).toBeGreaterThan(1);
        }
        const style = `getComputedStyle(document.querySelector('path.line.s${series}')).stroke`;
        colours.add(String(await page.evaluate(style)));
      }
      expect(colours.size).toBe(2);
      await page.close();
    }
  });

  test('says what a figure means and what a point is', async () => {
    const page = await pages.open(renderFactsPage(markets, parts));
    await page.locator('.term', { hasText: 'trade-clustering' }).focus();
    expect(await page.locator('#tip').textContent()).toContain('a Poisson process has 1');
    await page.locator('g:has(circle.dot.s1)').first().hover();
    expect(await page.locator('#tip').textContent()).toMatch(/^SYN-B, \d+ ticks: [\d.e-]+ %$/);
    await page.close();
  });
});
