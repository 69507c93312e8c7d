/** The page of a check: one file under the report's policy, with a picture of everything that was planted. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type QualityFindings, renderQualityPage } from '../../../analytics/index.js';
import { escapeHtml } from '../../../analytics/report/html.js';
import { pageParts } from '../../../bridges/run-folder/report-assets.js';
import { RandomSource } from '../../../core/index.js';
import { CHROMIUM, PagesInBrowser } from '../pages-in-browser.js';
import { checked, cleanMessages, plant, tapeOf } from './planted.js';

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert('2')">&amp;`;
const parts = pageParts('check');
const messages = cleanMessages(31);
const found = checked(
  tapeOf(
    plant(messages, ['crossed', 'locked', 'spike', 'late', 'halt', 'gap'], new RandomSource(31).stream('planted'))
      .events,
  ),
  { pictures: 2 },
);
const pageOf = (name: string, findings: QualityFindings, most: [string, number][] = []) =>
  renderQualityPage([{ name, hash: 'ab'.repeat(32), findings }], new Map(most), parts);

describe('as text', () => {
  test('loads nothing, allows only its own script and style, and is equal for equal findings', () => {
    const page = pageOf('a.parquet', found);
    expect(page).not.toMatch(/(src|href)="(?!data:|#)/);
    expect(page).not.toContain('NaN');
    expect(page).not.toContain('Infinity');
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(pageOf('a.parquet', found)).toBe(page);
  });

  test('escapes what came from outside', () => {
    const [first, ...rest] = found.instruments;
    const instruments = [{ ...first!, instrument: { ...first!.instrument, symbol: HOSTILE } }, ...rest];
    const corrections = [{ name: HOSTILE, count: 1, note: HOSTILE }];
    const page = pageOf(HOSTILE, { ...found, instruments, corrections });
    expect(page).not.toContain('<img');
    expect(page.match(/<script/g)).toHaveLength(3);
    expect(page).toContain(escapeHtml(HOSTILE));
  });

  test('says which figures are more than was allowed', () => {
    expect(pageOf('a.parquet', found, [['crossed', 0]])).toContain('crossed is 1, more than 0');
    expect(pageOf('a.parquet', found, [['crossed', 1]])).not.toContain('class="alert"');
  });
});

describe.skipIf(CHROMIUM === undefined)('in a browser', () => {
  const pages = new PagesInBrowser();
  beforeAll(() => pages.start());
  afterAll(() => pages.stop());

  test('draws gaps, spells, spikes and delays at 400 and 1600 pixels, light and dark, without sideways scrolling', async () => {
    for (const width of [400, 1600]) {
      for (const scheme of ['light', 'dark'] as const) {
        const page = await pages.open(pageOf('a.parquet', found), width, scheme);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        const tips = await page
          .locator('[data-tip]')
          .evaluateAll((all) => all.map((each) => each.getAttribute('data-tip')));
        for (const start of [
          'crossed: 400ns from ',
          'locked: 400ns',
          'halted: 400ns',
          'gaps of book: 300',
          'gaps of trades: 30',
        ]) {
          expect(
            tips.some((text) => text!.startsWith(start)),
            start,
          ).toBe(true);
        }
        const spikes = page.locator('circle.taker');
        expect(await spikes.count()).toBe(1);
        // Delays, prices, spreads and rows of two instruments; each shape covers some of its picture.
        const shapes = page.locator('path.range');
        expect(await shapes.count()).toBe(8);
        for (const box of await Promise.all((await shapes.all()).map((each) => each.boundingBox()))) {
          expect(box!.width).toBeGreaterThan(width / 10);
          expect(box!.height).toBeGreaterThan(10);
        }
        await page.close();
      }
    }
  });

  test('says what a figure means and where a spike was when they have the focus', async () => {
    const page = await pages.open(pageOf('a.parquet', found));
    await page.locator('.term', { hasText: 'late-rows' }).focus();
    expect(await page.locator('#tip').textContent()).toBe('rows received after a row that happened later');
    await page.locator('g:has(circle.taker)').focus();
    expect(await page.locator('#tip').textContent()).toMatch(/^[\d.]+ among [\d.]+, row [\d,]+$/);
    await page.locator('#theme').click();
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(18, 20, 23)');
    await page.close();
  });

  test('makes sense of a tape without rows and runs nothing that came in through names', async () => {
    const empty = { ...found, rows: 0, endNs: 0, instruments: [] };
    const page = await pages.open(pageOf(HOSTILE, empty));
    expect(await page.locator('h1').textContent()).toBe(HOSTILE);
    await page.close();
  });
});
