/** The page of `compare`, as text and in a browser. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ComparedRun, compareRuns } from '../../analytics/comparison.js';
import { renderComparisonPage } from '../../analytics/report/comparison-page.js';
import { escapeHtml } from '../../analytics/report/html.js';
import { summarise } from '../../analytics/summary.js';
import { pageParts } from '../../bridges/run-folder/report-assets.js';
import { SECOND } from '../../core/time.js';
import { fourFills, HandMadeRun } from './hand-made-run.js';
import { CHROMIUM, INK, PagesInBrowser, WIDE } from './pages-in-browser.js';

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert('2')">&amp;`;

function compared(label: string, run: HandMadeRun, config: object): ComparedRun {
  const { recording } = run.recorder;
  return { label, summary: summarise(recording, run.outcome(0, 50 * SECOND)), config, recording };
}

/** As {@link fourFills} to the first fill; then it holds what it has, and earns. */
function holding(names = ['maker', 'idle']): HandMadeRun {
  const run = new HandMadeRun({ names });
  run.quote(199, 201);
  run.sample(0);
  run.fill(run.order(1, 200, 40), 10 * SECOND, 200, 40, true, -0.01);
  for (let second = 10; second < 50; second += 10) {
    run.quote(199 + second, 201 + second);
    run.sample(second * SECOND);
  }
  run.sample(50 * SECOND, true);
  return run;
}

function pageOf(...runs: ComparedRun[]): string {
  return renderComparisonPage(compareRuns(runs), pageParts('comparison'));
}

const entry = (ns: number) => ({ venue: { latency: { entry: ns }, queue: 'power' } });
const three = () =>
  pageOf(
    compared('base', fourFills(), entry(1e6)),
    compared('same', fourFills(), entry(1e6)),
    compared('slow', holding(), entry(20e6)),
  );

describe('the page of a comparison as text', () => {
  test('names no address to load from, and allows only its own scripts and style', () => {
    const page = three();
    expect(page).not.toMatch(/(src|href)="(?!data:|#)/);
    expect(/Content-Security-Policy" content="([^"]*)"/.exec(page)![1]).toMatch(/^default-src 'none'/);
    expect(page).not.toContain('unsafe');
    expect(three(), 'equal for equal runs').toBe(page);
  });

  test('escapes labels and configurations', () => {
    const hostile = pageOf(
      compared(HOSTILE, fourFills(), { note: HOSTILE }),
      compared('b', holding([HOSTILE]), { [HOSTILE]: 1 }),
    );
    expect(hostile).not.toContain('<img');
    expect(hostile.match(/<script/g)).toHaveLength(3);
    expect(hostile).toContain(escapeHtml(HOSTILE));
  });
});

describe.skipIf(CHROMIUM === undefined)('the page of a comparison in a browser', () => {
  const pages = new PagesInBrowser();
  beforeAll(() => pages.start());
  afterAll(() => pages.stop());

  test('draws both charts from 400 to 1600 pixels, light and dark, without sideways scrolling', async () => {
    const html = three();
    for (const width of [400, 1600]) {
      for (const scheme of ['light', 'dark'] as const) {
        const page = await pages.open(html, width, scheme);
        const ink = (await page.evaluate(INK)) as number[];
        expect(ink, 'profit and drawdown').toHaveLength(2);
        for (const share of ink) expect(share).toBeGreaterThan(0.005);
        expect(await page.evaluate(WIDE), `width ${width}`).toBeLessThanOrEqual(width);
        // No name of a figure is squeezed to a letter a line.
        const high = 'Math.max(...[...document.querySelectorAll("#figures tbody tr")].map((row) => row.offsetHeight))';
        expect(await page.evaluate(high)).toBeLessThan(100);
        const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
        expect(ground).toBe(scheme === 'dark' ? 'rgb(18, 20, 23)' : 'rgb(247, 247, 245)');
        await page.close();
      }
    }
  });

  test('shows a card a run, what differs, and pale what does not', async () => {
    const page = await pages.open(three());
    expect(await page.locator('.cards h3').allTextContents()).toEqual([
      ...['base completed', 'same completed', 'slow completed'],
    ]);
    // 40 lots bought at 200 ticks for −0.01, worth 240 at the end: 40 × 40 × 0.05 + 0.01.
    expect(await page.locator('.cards .panel:nth-child(3) tr:first-child td').textContent()).toBe('+80.01');
    expect(await page.locator('#differences tbody tr').allTextContents()).toEqual([
      'venue.latency.entry1000000100000020000000',
    ]);
    const fills = await page.locator('#differences .panel:last-child p').allTextContents();
    expect(fills[0]).toBe('same: all fills are those of base');
    expect(fills[1]).toMatch(
      /^slow: fill 2 is the first that differs from basebase: .* maker sell 1.0 ABC at 105.0slow: no more fills$/,
    );
    const row = (name: string) =>
      page.locator('#figures tbody tr', { has: page.getByText(name, { exact: true }) }).first();
    expect(await row('fees').getAttribute('class')).toBeNull();
    expect(await row('fees').locator('td').allTextContents()).toEqual(['0.02', '0.02', '−0.01']);
    expect(await row('rejected').getAttribute('class')).toBeNull();
    expect(await row('positions liquidated').count()).toBe(0);
    expect(await row('unrealised').locator('td').allTextContents()).toEqual(['0.00', '0.00', '80.00']);
    expect(await page.locator('#figures tr.same').count()).toBeGreaterThan(3);
    await page.close();
  });

  test('tells runs apart by colour and strategies by line', async () => {
    const runs = Array.from({ length: 8 }, (_, each) => compared(`r${each}`, each % 2 ? fourFills() : holding(), {}));
    const page = await pages.open(pageOf(...runs));
    const looks = await page.evaluate(
      'JSON.parse(document.getElementById("report-data").textContent).looks.map(({ color, dash }) => color + " " + dash)',
    );
    expect(new Set(looks as string[]).size).toBe(16);
    expect(await page.locator('[data-chart=profit] .u-legend .u-series').count(), 'the time, and each').toBe(17);
    await page.close();
  });

  test('is worked by keyboard: figures explain themselves, charts zoom and move', async () => {
    const page = await pages.open(three());
    await page.locator('.term', { hasText: 'fill ratio' }).first().focus();
    expect(await page.locator('#tip').textContent()).toBe('Orders with at least one fill ÷ orders sent.');
    const shown = page.locator('#range');
    await page.locator('[data-chart=profit]').focus();
    await page.keyboard.press('+');
    await expect.poll(() => shown.textContent()).toMatch(/\((24\.\d+|25(\.\d)?) s\)$/);
    await page.keyboard.press('0');
    await expect.poll(() => shown.textContent()).toMatch(/\(50 s\)$/);
    await page.keyboard.press('ArrowRight');
    const times = await page.locator('.u-legend .u-series:first-child .u-value').allTextContents();
    expect(
      times.filter((text) => text !== '–'),
      'the cursor is in both charts',
    ).toHaveLength(2);
    await page.locator('#theme').focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    for (const share of (await page.evaluate(INK)) as number[]) expect(share).toBeGreaterThan(0.005);
    await page.close();
  });

  test('runs nothing that came in through labels or configurations', async () => {
    const page = await pages.open(
      pageOf(compared(HOSTILE, fourFills(), { note: HOSTILE }), compared('b', holding([HOSTILE]), {})),
    );
    expect(await page.locator('.cards h3').first().textContent()).toBe(`${HOSTILE} completed`);
    expect(await page.locator('img').count()).toBe(0);
    await page.close();
  });
});
