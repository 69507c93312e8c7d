/**
 * Bars in a run: those of a slow computation of what the strategy had received, told in time and never ahead of it, the same
 * whatever the blocks; and what is refused.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BarRequest,
  type BarSeries,
  type Columns,
  MemoryTape,
  Simulation,
  type Strategy,
  type StrategyContext,
} from '../../../core/index.js';
import { simulatedVenue } from '../../../execution/index.js';
import { type PlainBar, plainEvents } from '../../reference/plain-built-bars.js';
import { type MarketShape, specsOf } from '../../reference/random-market.js';
import { BAR_ORIGIN_NS, type BarCase, barCases, barMarkets, barTape, sessionLists } from './bar-market.js';

interface Told extends PlainBar {
  readonly nowNs: number;
  readonly series: string;
  /** Its end by the clock that it is cut by. */
  readonly cutNs: number;
  readonly index: number;
}

type Sessions = readonly (readonly [number, number])[] | undefined;

function requestOf({ mid, options }: BarCase, sessions: Sessions): BarRequest {
  return {
    ...options,
    ...(mid && { from: 'mid' }),
    ...(sessions && {
      sessions: sessions.map(([open, close]) => ({
        openNs: BAR_ORIGIN_NS + BigInt(open),
        closeNs: BAR_ORIGIN_NS + BigInt(close),
      })),
    }),
  };
}

/** Asks for the bars of all instruments and writes down what it is told. */
class Listener implements Strategy {
  readonly told: Told[] = [];
  readonly series: BarSeries[] = [];
  readonly #text: string;
  readonly #request: BarRequest;

  constructor(text: string, request: BarRequest) {
    this.#text = text;
    this.#request = request;
  }

  onStart(context: StrategyContext): void {
    for (const instrument of context.instruments) {
      this.series.push(context.bars(instrument, this.#text, this.#request));
    }
  }

  onBar(bar: Parameters<NonNullable<Strategy['onBar']>>[0], context: StrategyContext): void {
    if (bar.series === '') return;
    expect(bar.localNs).toBe(context.nowNs);
    expect(bar.exchangeNs).toBeLessThanOrEqual(bar.localNs);
    this.told.push({
      ...{ nowNs: context.nowNs, series: bar.series, cutNs: bar.endNs, index: bar.instrument.index },
      ...{ startNs: bar.startNs, endNs: bar.exchangeNs, trades: bar.trades },
      ...{ open: bar.openTicks, high: bar.highTicks, low: bar.lowTicks, close: bar.priceTicks, lots: bar.qtyLots },
      vwap: bar.vwap * bar.instrument.ticksPerUnit,
    });
  }
}

function runWith(tape: MemoryTape, strategy: Strategy): string {
  return new Simulation({ tapes: [tape], strategies: [{ name: 'one', strategy }], venue: simulatedVenue() }).run()
    .runHash;
}

const lastLocal = ({ localNs, length }: Columns) => localNs.subarray(0, length).reduce((a, b) => Math.max(a, b), 0);
const priceOf = (bar: PlainBar, perTick: number) =>
  [bar.open, bar.high, bar.low, bar.close].map((ticks) => ticks / perTick);

describe.each(Object.entries(barCases))('bars by %s', (name, cases) => {
  it('are those of what has been received, told at their end', () => {
    let bars = 0;
    fc.assert(
      fc.property(barMarkets, cases, sessionLists, (market, bar, sessions) => {
        const { tape, columns } = barTape(market);
        const listener = new Listener(bar.text, requestOf(bar, sessions));
        runWith(tape, listener);
        const perTick = bar.mid ? 2 : 1;
        const endNs = lastLocal(columns);
        for (let index = 0; index < market.instruments; index++) {
          const told = listener.told.filter((one) => one.index === index);
          const { events, lastNs } = plainEvents(columns, index, 'local', bar.mid ? 'mid' : 'trades');
          const startNs = Math.min(...columns.exchangeNs.subarray(0, columns.length));
          const options = { originNs: BAR_ORIGIN_NS, lastNs, startNs, sessions };
          const plain = bar.plain(events, options).bars;
          // What ends with the last row or after it is not told, unless a row of its own ended it.
          expect(plain.slice(told.length).every((one) => one.endNs >= endNs)).toBe(true);
          told.forEach((one, at) => {
            const expected = plain[at]!;
            expect([one.open, one.high, one.low, one.close]).toEqual(priceOf(expected, perTick));
            expect([one.startNs, one.lots, one.trades]).toEqual([expected.startNs, expected.lots, expected.trades]);
            expect(one.nowNs).toBe(expected.endNs);
            expect(one.cutNs).toBe(expected.endNs);
            if (name === 'time') expect(one.endNs).toBe(expected.endNs);
            if (Number.isNaN(expected.vwap)) expect(one.vwap).toBeNaN();
            else expect(one.vwap).toBeCloseTo(expected.vwap, 9);
          });
          const series = listener.series[index]!;
          expect([series.count, series.lateTrades]).toEqual([told.length, 0]);
          bars += told.length;
        }
      }),
      { numRuns: 400 },
    );
    expect(bars).toBeGreaterThan(700);
  });

  it('know nothing of rows that come later', () => {
    let before = 0;
    fc.assert(
      fc.property(
        barMarkets,
        cases,
        sessionLists,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom('local', 'exchange'),
        (market, bar, sessions, share, clock) => {
          const { tape, columns } = barTape(market);
          const atNs = Math.floor(share * lastLocal(columns));
          const request: BarRequest = {
            ...requestOf(bar, sessions),
            ...(clock === 'exchange' && !bar.mid && { clock, graceNs: 4 }),
          };
          const [one, other] = [tape, otherFuture(columns, market, atNs)].map((each) => {
            const listener = new Listener(bar.text, request);
            runWith(each, listener);
            return listener.told.filter(({ nowNs }) => nowNs <= atNs);
          });
          expect(other).toEqual(one);
          before += one!.length;
        },
      ),
      { numRuns: 300 },
    );
    expect(before).toBeGreaterThan(30);
  });

  it('and what is traded by them are the same whatever the blocks', () => {
    fc.assert(
      fc.property(barMarkets, cases, sessionLists, (market, bar, sessions) => {
        const hashes = [1, 5, 1000].map((blockRows) => {
          const listener = new Listener(bar.text, requestOf(bar, sessions));
          const onBar = listener.onBar.bind(listener);
          listener.onBar = (row, context) => {
            onBar(row, context);
            context.buy(row.instrument, 1, Math.floor(row.priceTicks) - (listener.told.length % 3));
          };
          return [runWith(barTape({ ...market, blockRows }).tape, listener), listener.told] as const;
        });
        expect(hashes[1]).toEqual(hashes[0]);
        expect(hashes[2]).toEqual(hashes[0]);
      }),
      { numRuns: 60 },
    );
  });
});

/** Rows that are received after `atNs` have other prices and quantities; they come and happen when they did. */
function otherFuture(columns: Columns, { instruments, blockRows }: MarketShape, atNs: number): MemoryTape {
  const changed: Columns = { ...columns, priceTicks: columns.priceTicks.slice(), qtyLots: columns.qtyLots.slice() };
  for (let row = 0; row < columns.length; row++) {
    if (columns.localNs[row]! <= atNs) continue;
    changed.priceTicks[row]! += 5;
    changed.qtyLots[row]! += 3;
  }
  const info = { instruments: specsOf(instruments), originNs: BAR_ORIGIN_NS, provenance: {}, corrections: [] };
  return new MemoryTape(changed, info, { blockRows });
}

describe('time bars by the exchange’s clock', () => {
  it('hold what came before the first trade of after their end, or within the grace; the rest is late and counted', () => {
    let [bars, late] = [0, 0];
    fc.assert(
      fc.property(barMarkets, fc.constantFrom(3, 10, 40), fc.constantFrom(0, 2, 6, 100), (market, everyNs, graceNs) => {
        const { columns } = barTape(market);
        // Without closes: what they do is shown above.
        columns.value!.fill(0);
        const info = {
          instruments: specsOf(market.instruments),
          originNs: BAR_ORIGIN_NS,
          provenance: {},
          corrections: [],
        };
        const listener = new Listener(`${everyNs}ns`, { clock: 'exchange', graceNs });
        runWith(new MemoryTape(columns, info, { blockRows: market.blockRows }), listener);
        for (let index = 0; index < market.instruments; index++) {
          const received = plainEvents(columns, index, 'local', 'trades').events;
          const exchangeNs = exchangeOf(columns, index);
          const happened = received.map((event, at) => ({ ...event, exchangeNs: exchangeNs[at]! }));
          const startOf = (ns: number) => ns - Number((BAR_ORIGIN_NS + BigInt(ns)) % BigInt(everyNs));
          const groups = new Map<number, typeof happened>();
          happened.forEach((event, at) => {
            const start = startOf(event.exchangeNs);
            const endNs = start + everyNs;
            const tooLate =
              happened.slice(0, at).some((earlier) => earlier.exchangeNs >= endNs) || event.timeNs > endNs + graceNs;
            if (tooLate) late++;
            else groups.set(start, [...(groups.get(start) ?? []), event]);
          });
          const told = listener.told.filter((one) => one.index === index);
          const expected = [...groups].sort(([a], [b]) => a - b);
          told.forEach((one, at) => {
            const [start, inside] = expected[at]!;
            expect([one.startNs, one.endNs, one.cutNs]).toEqual([start, start + everyNs, start + everyNs]);
            expect(one.lots).toBe(inside.reduce((sum, { lots }) => sum + lots, 0));
            expect([one.open, one.close]).toEqual([inside[0]!.ticks, inside.at(-1)!.ticks]);
            const next = happened.find((event) => event.exchangeNs >= start + everyNs);
            expect(one.nowNs).toBe(Math.min(next?.timeNs ?? Infinity, start + everyNs + graceNs));
          });
          const series = listener.series[index]!;
          const inBars = expected.reduce((sum, [, inside]) => sum + inside.length, 0);
          expect(series.lateTrades).toBe(happened.length - inBars);
          expect(expected.length - told.length).toBeLessThanOrEqual(1);
          bars += told.length;
        }
      }),
      { numRuns: 400 },
    );
    expect(bars).toBeGreaterThan(1_000);
    expect(late).toBeGreaterThan(100);
  });
});

/** Exchange times of the trades of an instrument, in the order in which they are received. */
function exchangeOf(columns: Columns, instrument: number): number[] {
  const times: number[] = [];
  for (let row = 0; row < columns.length; row++) {
    const kind = columns.code[row]! & 15;
    if ((columns.code[row]! & 128) === 0 || columns.instrument[row] !== instrument) continue;
    if (kind === 1 || kind === 8) times.push(columns.exchangeNs[row]!);
  }
  return times;
}
