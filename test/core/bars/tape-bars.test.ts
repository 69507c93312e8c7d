/** Bars of whole tapes: equal to a slow computation on random tapes, in order, whatever the blocks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODE_EXCHANGE, CODE_KIND, type Columns, Kind, MemoryTape } from '../../../core/index.js';
import { plainEvents } from '../../reference/plain-built-bars.js';
import { BAR_ORIGIN_NS, barCases, barMarkets, barTape, countOf, makeBars, sessionLists } from './bar-market.js';

const hasTrades = ({ info }: MemoryTape) =>
  info.counts.some((kinds) => kinds[Kind.trade]! + kinds[Kind.orderExecute]! > 0);

/** Joined, for tapes of bars in memory. */
function tapeOfBars(blocks: readonly Columns[], made: ReturnType<typeof makeBars>, every: string): MemoryTape {
  const [first, ...rest] = blocks;
  expect(rest).toEqual([]);
  return new MemoryTape(first!, {
    ...{ instruments: made.maker.instruments, originNs: BAR_ORIGIN_NS, corrections: [], provenance: { bars: every } },
  });
}

describe.each(Object.entries(barCases))('bars by %s', (_name, cases) => {
  it('are those of a slow computation, each trade in one of them', () => {
    let bars = 0;
    let cut = 0;
    fc.assert(
      fc.property(
        barMarkets,
        cases,
        sessionLists,
        fc.constantFrom('exchange', 'local'),
        (market, bar, sessions, clock) => {
          const { tape, columns } = barTape(market);
          const from = bar.mid ? 'mid' : 'trades';
          fc.pre(bar.mid || hasTrades(tape));
          const made = makeBars(tape, {
            ...{ bars: bar.text, from, clock: clock as 'exchange' | 'local', ...bar.options },
            ...(sessions && {
              sessions: sessions.map(([open, close]) => ({
                openNs: BAR_ORIGIN_NS + BigInt(open),
                closeNs: BAR_ORIGIN_NS + BigInt(close),
              })),
            }),
          });
          const expected = Array.from({ length: market.instruments }, (_, index) => {
            const { events, lastNs } = plainEvents(columns, index, clock as 'exchange' | 'local', from);
            return bar.plain(events, { originNs: BAR_ORIGIN_NS, lastNs, sessions });
          });
          made.bars.forEach((list, index) => {
            const plain = expected[index]!.bars;
            expect(list.map(({ open, high, low, close, lots }) => ({ open, high, low, close, lots }))).toEqual(
              plain.map(({ open, high, low, close, lots }) => ({ open, high, low, close, lots })),
            );
            list.forEach(({ endNs, localNs, vwap }, at) => {
              // By the local clock a bar that a trade ends happens when that did; by time, and by the exchange, at its end.
              if (clock === 'exchange') expect(endNs).toBe(plain[at]!.endNs);
              else expect(localNs).toBe(plain[at]!.endNs);
              if (Number.isNaN(plain[at]!.vwap)) expect(vwap).toBeNaN();
              else expect(vwap).toBeCloseTo(plain[at]!.vwap, 9);
            });
            bars += list.length;
          });
          const sum = (of: (result: (typeof expected)[number]) => number) =>
            expected.reduce((all, one) => all + of(one), 0);
          expect(countOf(made.corrections, 'empty-bars')).toBe(sum(({ empty }) => empty));
          expect(countOf(made.corrections, 'outside-sessions')).toBe(sum(({ outside }) => outside));
          expect(countOf(made.corrections, 'bounded-expectations')).toBe(sum(({ bounded }) => bounded));
          expect(countOf(made.corrections, 'unfinished-trades')).toBe(sum(({ left }) => left));
          cut += countOf(made.corrections, 'cut-bars');
        },
      ),
      { numRuns: 600 },
    );
    expect(bars).toBeGreaterThan(1_000);
    expect(cut).toBeGreaterThan(50);
  });

  it('make a tape in order, the same whatever the blocks, seen no sooner than their rows', () => {
    fc.assert(
      fc.property(
        barMarkets,
        cases,
        sessionLists,
        fc.constantFrom('exchange', 'local'),
        (market, bar, sessions, clock) => {
          const options = {
            ...({ bars: bar.text, from: bar.mid ? 'mid' : 'trades', clock, ...bar.options } as const),
            ...(sessions && {
              sessions: sessions.map(([open, close]) => ({
                openNs: BAR_ORIGIN_NS + BigInt(open),
                closeNs: BAR_ORIGIN_NS + BigInt(close),
              })),
            }),
          } as Parameters<typeof makeBars>[1];
          fc.pre(bar.mid || hasTrades(barTape(market).tape));
          const made = makeBars(barTape(market).tape, options);
          expect(makeBars(barTape({ ...market, blockRows: 7 }).tape, options).bars).toEqual(made.bars);
          // MemoryTape refuses what is not in order by both clocks.
          if (made.blocks.length > 0) tapeOfBars(made.blocks, made, bar.text);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('time bars made of smaller ones', () => {
  it('are those made of the trades', () => {
    let compared = 0;
    fc.assert(
      fc.property(
        barMarkets,
        fc.constantFrom(1, 2, 5),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom('none', 'flat'),
        (market, smallNs, times, empty) => {
          const { tape, columns } = barTape(market);
          // A close inside a small bar cuts it where the larger one is cut too; what comes at that very time begins anew.
          for (let row = 0; row < columns.length; row++) {
            if ((columns.code[row]! & CODE_KIND) === Kind.status && (columns.code[row]! & CODE_EXCHANGE) !== 0) return;
          }
          fc.pre(hasTrades(tape));
          const small = makeBars(tape, { bars: `${smallNs}ns`, from: 'trades' });
          if (small.blocks.length === 0) return;
          const bars = `${smallNs * times}ns`;
          const shape = { bars, empty: empty as 'none' | 'flat' };
          const larger = makeBars(tapeOfBars(small.blocks, small, `${smallNs}ns`), { ...shape, from: 'bars' });
          const direct = makeBars(tape, { ...shape, from: 'trades' });
          larger.bars.forEach((all, index) => {
            // How far it is known that nothing traded hangs on where a tape ends.
            const upToLast = (bars: typeof all) => bars.slice(0, bars.findLastIndex(({ lots }) => lots > 0) + 1);
            const list = upToLast(all);
            const expected = upToLast(direct.bars[index]!);
            const plain = (bar: (typeof all)[number]) => [bar.endNs, bar.open, bar.high, bar.low, bar.close, bar.lots];
            expect(list.map(plain)).toEqual(expected.map(plain));
            list.forEach(({ vwap }, at) => {
              if (Number.isNaN(vwap)) expect(expected[at]!.vwap).toBeNaN();
              else expect(vwap).toBeCloseTo(expected[at]!.vwap, 9);
            });
            compared += list.length;
          });
          expect(larger.bars.flat().reduce((sum, { lots }) => sum + lots, 0)).toBe(
            small.bars.flat().reduce((sum, { lots }) => sum + lots, 0),
          );
        },
      ),
      { numRuns: 400 },
    );
    expect(compared).toBeGreaterThan(300);
  });
});
