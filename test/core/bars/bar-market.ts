/**
 * Random small markets for bars: those of the property tests with more statuses, and what one wants of them; bars as plain
 * objects. Knows nothing of how bars are built. Called by the tests of bars.
 */
import fc from 'fast-check';
import {
  type Columns,
  codeOf,
  Kind,
  MemoryTape,
  Side,
  TapeBars,
  type TapeBarsOptions,
  type TapeInfo,
} from '../../../core/index.js';
import {
  type PlainBar,
  type PlainEvent,
  type PlainOptions,
  type PlainResult,
  plainRenko,
  plainSignedBars,
  plainSumBars,
  plainTimeBars,
} from '../../reference/plain-built-bars.js';
import { type MarketShape, marketShapes, randomRows, specsOf } from '../../reference/random-market.js';

/** Its quarter hour is none of any grid below. */
export const BAR_ORIGIN_NS = 1_700_000_000_000_000_003n;

export const barMarkets = marketShapes.filter(({ stepNs }) => stepNs > 0);

/** Kinds that say nothing of prices become statuses, of which two in five end a bar. */
export function barTape(shape: MarketShape): { readonly tape: MemoryTape; readonly columns: Columns } {
  const rows = randomRows(shape);
  const { code, value } = rows.columns;
  for (let row = 0; row < rows.length; row++) {
    const kind = code[row]! & 15;
    if (kind !== Kind.status && kind !== Kind.funding && kind !== Kind.custom) continue;
    code[row] = codeOf(Kind.status, Side.none);
    value![row]! %= 5;
  }
  const { columns } = rows.build();
  const info = { instruments: specsOf(shape.instruments), originNs: BAR_ORIGIN_NS, provenance: {}, corrections: [] };
  return { tape: new MemoryTape(columns, info, { blockRows: shape.blockRows }), columns };
}

/** Sessions relative to the origin; some touch, the first may have closed before. */
export const sessionLists = fc.option(
  fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 60 })), { minLength: 1, maxLength: 6 }).map((parts) => {
    let at = -30;
    return parts.map(([pause, length]) => {
      const openNs = at + pause;
      at = openNs + length;
      return [openNs, at] as const;
    });
  }),
  { nil: undefined },
);

/** Bars of any kind as a text, and the slow way to them. Lot 0.01, tick 0.1. */
export interface BarCase {
  readonly text: string;
  readonly mid: boolean;
  readonly options: Pick<TapeBarsOptions, 'empty' | 'signs' | 'span' | 'expectedTicksWithin'>;
  readonly plain: (events: readonly PlainEvent[], options: PlainOptions) => PlainResult;
}

const timeCases = fc
  .record({ every: fc.constantFrom(1, 3, 7, 10, 64, 1000), mid: fc.boolean(), flat: fc.boolean() })
  .map(
    ({ every, mid, flat }): BarCase => ({
      ...{ text: `${every}ns`, mid, options: { empty: flat ? 'flat' : 'none' } },
      plain: (events, options) => plainTimeBars(events, every, { ...options, flat }),
    }),
  );
const sumCases = fc
  .record({ of: fc.constantFrom('ticks', 'volume', 'value'), size: fc.integer({ min: 1, max: 30 }), mid: fc.boolean() })
  .map(({ of, size, mid }): BarCase => {
    // Lots of 0.01, and ticks × lots of 0.001.
    const text = of === 'ticks' ? `${size} ticks` : of === 'volume' ? `${size / 100} volume` : `${size / 10} value`;
    return {
      ...{ text, mid: mid && of === 'ticks', options: {} },
      plain: (events, options) => plainSumBars(events, of, of === 'value' ? size * 100 : size, options),
    };
  });
const signedCases = fc
  .record({
    by: fc.constantFrom('imbalance', 'runs'),
    of: fc.constantFrom('tick', 'volume', 'value'),
    expected: fc.integer({ min: 1, max: 8 }),
    signs: fc.constantFrom('tick-rule', 'aggressor'),
    span: fc.constantFrom(1, 3, 20),
    within: fc.constantFrom([1, Infinity], [2, 5], [3, 3]),
  })
  .map(({ by, of, expected, signs, span, within }): BarCase => {
    const more = { signs, span } as { signs: 'tick-rule' | 'aggressor'; span: number };
    return {
      ...{ text: `${expected} ${of}-${by}`, mid: false },
      options: { ...more, expectedTicksWithin: within as [number, number] },
      plain: (events, options) =>
        plainSignedBars(events, by as 'imbalance' | 'runs', of, expected, {
          ...options,
          ...more,
          within: within as [number, number],
        }),
    };
  });
const renkoCases = fc.record({ size: fc.integer({ min: 1, max: 12 }), mid: fc.boolean() }).map(
  ({ size, mid }): BarCase => ({
    ...{ text: `${size / 10} renko`, mid, options: {} },
    plain: (events, options) => plainRenko(events, mid ? 2 * size : size, options),
  }),
);

export const barCases: Readonly<Record<string, fc.Arbitrary<BarCase>>> = {
  time: timeCases,
  'ticks, volume, value': sumCases,
  'imbalance, runs': signedCases,
  Renko: renkoCases,
};

/** What a tape of bars says of one. */
export type TapeBar = Omit<PlainBar, 'startNs' | 'trades'> & { readonly localNs: number };

/** The whole tape at once; blocks as the tape gives them. */
export function makeBars(
  tape: { readonly info: TapeInfo; open: MemoryTape['open'] },
  options: Omit<TapeBarsOptions, 'onBars'>,
) {
  const blocks: Columns[] = [];
  const copy = (columns: Columns) =>
    blocks.push(
      Object.fromEntries(
        Object.entries(columns).map(([name, column]) => [name, column?.slice?.(0) ?? column]),
      ) as unknown as Columns,
    );
  const maker = new TapeBars(tape.info, { ...options, onBars: copy });
  const reader = tape.open(tape.info.originNs);
  for (let block = reader.next(); block !== undefined; block = reader.next()) maker.take(block);
  const corrections = maker.finish();
  const bars: TapeBar[][] = maker.instruments.map(() => []);
  for (const block of blocks) {
    for (let row = 0; row < block.length; row++) {
      const index = block.instrument[row]!;
      const { ticksPerUnit } = { ticksPerUnit: maker.from === 'mid' ? 20 : 10 };
      bars[index]!.push({
        endNs: block.exchangeNs[row]!,
        localNs: block.localNs[row]!,
        open: block.openTicks![row]!,
        high: block.highTicks![row]!,
        low: block.lowTicks![row]!,
        close: block.priceTicks[row]!,
        lots: block.qtyLots[row]!,
        vwap: block.value![row] ? block.value![row]! * ticksPerUnit : Number.NaN,
      });
    }
  }
  return { bars, blocks, corrections, maker };
}

export const countOf = (corrections: readonly { name: string; count: number }[], name: string): number =>
  corrections.find((correction) => correction.name === name)?.count ?? 0;
