/** Orders followed in line: every moment told is what the queue model has, none is missed, and their number is bounded. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { QueueTrail } from '../../analytics/queue-trail.js';
import { Recorder } from '../../analytics/recorder.js';
import { Recording } from '../../analytics/recording.js';
import { orderTable } from '../../analytics/report/order-journeys.js';
import { renderReportPage } from '../../analytics/report/page.js';
import { buildReport } from '../../analytics/report/report.js';
import { summarise } from '../../analytics/summary.js';
import { pageParts } from '../../bridges/run-folder/report-assets.js';
import { Instrument } from '../../core/instrument.js';
import { type MatchEvent, MatchKind } from '../../core/match-event.js';
import type { Observer } from '../../core/observer.js';
import { type Order, OrderEventKind } from '../../core/order.js';
import { Simulation } from '../../core/simulation.js';
import { SECOND } from '../../core/time.js';
import {
  constantLatency,
  orderQueue,
  powerQueue,
  type QueuePositionModel,
  riskAverseQueue,
  simulatedVenue,
} from '../../execution/index.js';
import { type MarketShape, randomTape } from '../reference/random-market.js';
import { eager } from './eager-strategy.js';
import { HandMadeRun } from './hand-made-run.js';
import { CHROMIUM, PagesInBrowser } from './pages-in-browser.js';
import { unpacked } from './unpacked.js';

/** What happened, in order: the model set an order's place; it was told, with what was asked for; it traded. */
type Seen =
  | { readonly kind: 'model' | 'told'; readonly id: number; readonly ahead: number; readonly tellAt: number }
  | { readonly kind: 'filled'; readonly id: number };

/** A model that writes down what it does. */
function watched(model: QueuePositionModel, seen: Seen[]): QueuePositionModel {
  const note = (orders: Parameters<QueuePositionModel['join']>[0], slot: number) =>
    seen.push({ kind: 'model', id: orders.orderId[slot]!, ahead: orders.aheadLots[slot]!, tellAt: Number.NaN });
  return {
    join(orders, slot, levelLots, instrument, improves) {
      model.join(orders, slot, levelLots, instrument, improves);
      note(orders, slot);
    },
    traded(orders, slot, qtyLots) {
      model.traded(orders, slot, qtyLots);
      note(orders, slot);
    },
    levelChanged(orders, slot, beforeLots, afterLots, instrument) {
      model.levelChanged(orders, slot, beforeLots, afterLots, instrument);
      note(orders, slot);
    },
    ...(model.orderReduced && {
      orderReduced(orders, slot, ahead, qtyLots, executed) {
        model.orderReduced!(orders, slot, ahead, qtyLots, executed);
        note(orders, slot);
      },
    }),
    reachedLots: (orders, slot) => model.reachedLots(orders, slot),
  };
}

const MODELS = {
  power: () => powerQueue(3),
  'risk averse': riskAverseQueue,
  'by order': () => orderQueue({ otherwise: riskAverseQueue() }),
};

function played(shape: MarketShape, queue: QueuePositionModel, observers: readonly Observer[]): string {
  return new Simulation({
    ...{ tapes: [randomTape(shape)], observers, sampleNs: 0 },
    strategies: [1, 2].map((each) => ({ name: `s${each}`, strategy: eager(shape.seed + each) })),
    venue: simulatedVenue({ queue, latency: constantLatency({ entryNs: 1e5, responseNs: 1e5 }) }),
  }).run().runHash;
}

test.each(Object.entries(MODELS))('each moment is what the model has just then, and none is missed: %s', (_, model) => {
  let told = 0;
  let moved = 0;
  const shapes = fc.record({
    ...{ seed: fc.nat(2 ** 31 - 1), rows: fc.constant(4000), instruments: fc.integer({ min: 1, max: 3 }) },
    ...{ stepNs: fc.constantFrom(1e5, 1e6), feedNs: fc.constant(0), blockRows: fc.constant(100) },
  });
  fc.assert(
    fc.property(shapes, fc.constantFrom(0.8, 0.3), (shape, step) => {
      const seen: Seen[] = [];
      const follower: Observer = {
        onMatch({ kind, order }: MatchEvent) {
          if (kind === MatchKind.filled) seen.push({ kind: 'filled', id: order.id });
        },
        onQueue(order: Order, ahead: number) {
          const tellAt = ahead > 0 ? ahead * step : Number.NEGATIVE_INFINITY;
          seen.push({ kind: 'told', id: order.id, ahead, tellAt });
          return tellAt;
        },
      };
      const hash = played(shape, watched(model(), seen), [follower]);
      expect(played(shape, model(), []), 'watching changes nothing').toBe(hash);
      const place = new Map<number, number>();
      const asked = new Map<number, number>();
      const owed = new Set<number>();
      for (const event of seen) {
        const { id } = event;
        if (event.kind === 'model') {
          // What was owed must come before the model is asked about the order again.
          expect(owed.has(id), `order ${id} was not told`).toBe(false);
          place.set(id, event.ahead);
          if (event.ahead <= (asked.get(id) ?? Number.NEGATIVE_INFINITY)) owed.add(id);
          continue;
        }
        owed.delete(id);
        if (event.kind === 'filled') continue;
        told++;
        if (asked.has(id)) moved++;
        expect(event.ahead, `order ${id}`).toBe(place.get(id));
        asked.set(id, event.tellAt);
      }
      expect([...owed]).toEqual([]);
    }),
    { numRuns: 20 },
  );
  expect(told).toBeGreaterThan(300);
  expect(moved).toBeGreaterThan(20);
});

const ABC = new Instrument({ symbol: 'ABC', tick: '0.5', lot: '0.1' }, 0);
const orderOf = (id: number) => ({ id, strategy: 0, instrument: ABC }) as Order;

function trailOf(trail: QueueTrail): Recording['trail'] {
  const recording = new Recording({ originNs: 0n, instruments: [ABC], strategies: ['a'], sampleNs: 0 });
  trail.writeInto(recording.trail);
  return recording.trail;
}

test('an order is heard of again when a fifth less is ahead, and no more when none is', () => {
  const trail = new QueueTrail();
  expect(trail.add(orderOf(1), 100, 0)).toBe(80);
  expect(trail.add(orderOf(1), 75, 1)).toBe(60);
  expect(trail.add(orderOf(1), 0.5, 2)).toBe(0);
  expect(trail.add(orderOf(1), -3, 3)).toBe(Number.NEGATIVE_INFINITY);
  expect(trail.add(orderOf(2), 0, 3)).toBe(Number.NEGATIVE_INFINITY);
  expect(trail.add(orderOf(3), Number.NaN, 3), 'it stands in no line').toBe(Number.NEGATIVE_INFINITY);
  expect([...trailOf(trail).aheadLots.slice()]).toEqual([100, 75, 0.5, -3, 0]);
});

test('of many orders an even sample is kept, each one whole', () => {
  const trail = new QueueTrail();
  const orders = 100_000;
  for (let id = 1; id <= orders; id++) {
    for (let ahead = 1000, at = id * 100; ahead > 400; ahead = trail.add(orderOf(id), ahead, at++));
  }
  const { orderId, aheadLots } = trailOf(trail);
  expect(orderId.length).toBeLessThanOrEqual(65_536);
  const rows = new Map<number, number[]>();
  for (let row = 0; row < orderId.length; row++) {
    const id = orderId.at(row);
    rows.set(id, [...(rows.get(id) ?? []), aheadLots.at(row)]);
  }
  for (const each of rows.values()) expect(each).toEqual([1000, 800, 640, 512, expect.closeTo(409.6, 9)]);
  const kept = [...rows.keys()];
  // One in eight: 100,000 × 5 rows are more than 65,536 × 4.
  expect(kept.length / orders).toBeCloseTo(1 / 8, 2);
  for (const parity of [0, 1]) {
    expect(kept.filter((id) => id % 2 === parity).length / kept.length, 'bids and offers alternate').toBeCloseTo(
      0.5,
      1,
    );
  }
  for (let part = 0; part < 10; part++) {
    const within = kept.filter((id) => Math.floor(((id - 1) / orders) * 10) === part).length;
    expect(within / kept.length, 'all of the run').toBeCloseTo(0.1, 1);
  }
});

/** An order that moves up twice and fills, and one of which nothing is known between. */
function moving(): HandMadeRun {
  const run = new HandMadeRun({ symbols: ['ABC'], names: ['maker'] }, new Recorder());
  const send = (price: number, atNs: number, ahead: number) => {
    const order = run.order(1, price, 10);
    run.event(order, OrderEventKind.submitted, atNs);
    run.match(order, MatchKind.rested, atNs + 1000, ahead);
    return order;
  };
  const first = send(200, SECOND, 100);
  for (const [second, ahead] of [
    [1.000001, 100],
    [2, 70],
    [4, 20],
  ] as const) {
    run.recorder.onQueue(first, ahead, second * SECOND);
  }
  send(199, SECOND, 50);
  run.match(first, MatchKind.filled, 9 * SECOND, 0);
  run.fill(first, 9 * SECOND + 2000, 200, 10, true, 0, 9 * SECOND);
  run.sample(10 * SECOND, true);
  return run;
}

test('the page has the moments of each order that it lists', () => {
  const { data } = orderTable(moving().recorder.recording, { startNs: 0, endNs: 10 * SECOND, durationNs: 10 * SECOND });
  expect(unpacked(data.moments)).toEqual([3, 0]);
  expect(unpacked(data.trail.time)).toEqual([1000.001, 2000, 4000]);
  expect(unpacked(data.trail.ahead)).toEqual([100, 70, 20]);
});

describe.skipIf(CHROMIUM === undefined)('the journey in a browser', () => {
  const pages = new PagesInBrowser();
  beforeAll(() => pages.start());
  afterAll(() => pages.stop());

  test('draws the lots ahead as steps down to the fill, says them in words, and says where they are not known', async () => {
    const run = moving();
    const { recording } = run.recorder;
    const endNs = 10 * SECOND;
    const description = {
      ...{ config: null, seed: 1, versions: {}, sampleNs: 0, startNs: 0, endNs, droppedLogLines: 0, tapes: [] },
    };
    const report = buildReport(recording, summarise(recording, run.outcome(0, endNs)), description);
    const page = await pages.open(renderReportPage(report, pageParts('main')));
    const path = (await page.locator('#journey .in-line').getAttribute('d'))!;
    // Joins once, then down twice and to nothing at the fill: never up.
    expect(path.match(/M/g)).toHaveLength(1);
    const heights = [...path.matchAll(/(?:M[\d.]+ |V)([\d.]+)/g)].map((match) => Number(match[1]));
    expect(heights).toHaveLength(4);
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
    await page.locator('#journey summary').click();
    const steps = await page.locator('#journey .steps tr').allTextContents();
    expect(steps.filter((step) => step.includes('moves up'))).toEqual([
      '+1 svenuemoves up: 70 lots ahead',
      '+3 svenuemoves up: 20 lots ahead',
    ]);
    expect(await page.locator('#journey .hint').textContent()).toContain('each time a fifth less was ahead');
    await page.locator('#orders-list tbody tr').nth(1).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('#journey .hint').textContent()).toContain('this is not among them');
    expect(await page.locator('#journey .in-line').count()).toBe(0);
    await page.close();
  });
});
