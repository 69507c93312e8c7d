/**
 * Small made-up markets that look for trouble: many events at one time, prices that cross, rows that the two sides see in
 * different orders, every kind of data. Knows nothing of engines. Called by the property tests.
 */
import fc from 'fast-check';
import { codeOf, Flag, Kind, MemoryTape, Side, TapeBuilder } from '../../core/index.js';
import { seeded } from '../tape/sample-rows.js';

/** What fast-check varies; everything else follows from the seed, so that a failure prints in one line. */
export interface MarketShape {
  readonly seed: number;
  readonly rows: number;
  readonly instruments: number;
  /** The largest step between two exchange times; 0 = everything happens at once. */
  readonly stepNs: number;
  /** Feed latency is drawn from 0 to this; 0 = both sides see everything at once. */
  readonly feedNs: number;
  readonly blockRows: number;
}

export const marketShapes: fc.Arbitrary<MarketShape> = fc.record({
  seed: fc.nat(2 ** 31 - 1),
  rows: fc.integer({ min: 1, max: 150 }),
  instruments: fc.integer({ min: 1, max: 3 }),
  stepNs: fc.constantFrom(0, 1, 2, 5, 20),
  feedNs: fc.constantFrom(0, 0, 1, 4, 15),
  blockRows: fc.constantFrom(1, 3, 16, 1000),
});

/** What an instrument's book is made of. */
type Feed = 'levels' | 'quotes' | 'orders';

/** Prices lie around this many ticks. */
export const MIDDLE_TICKS = 100;
const ORIGIN_NS = 1_700_000_000_000_000_000n;

export function specsOf(instruments: number) {
  return Array.from({ length: instruments }, (_, index) => ({ symbol: `I${index}`, tick: '0.1', lot: '0.01' }));
}

/** Rows in the order in which they happened, before both orders are made of them. */
export function randomRows(shape: MarketShape): TapeBuilder {
  const random = seeded(shape.seed);
  const whole = (bound: number) => Math.floor(random() * bound);
  const feeds = Array.from(
    { length: shape.instruments },
    () => (['levels', 'levels', 'quotes', 'orders'] as const)[whole(4)]!,
  );
  const living: number[][] = feeds.map(() => []);
  const builder = new TapeBuilder({ orderId: true, bars: true, value: true }, Math.max(1, shape.rows));
  let timeNs = 0;
  let nextId = 1;
  for (let row = 0; row < shape.rows; row++) {
    if (random() < 0.5) timeNs += whole(shape.stepNs + 1);
    const instrument = whole(shape.instruments);
    const side = random() < 0.5 ? Side.buy : Side.sell;
    // Bids mostly below, asks mostly above; both reach over at times.
    const away = whole(9) - 2;
    // Sometimes far off, where rows must not be taken for others (an engine may look at ticks modulo something).
    const far = random() < 0.06 ? [-64, -32, 32][whole(3)]! : 0;
    const tick = MIDDLE_TICKS + (side === Side.buy ? -away : away) + far;
    const kind = kindOf(feeds[instrument]!, random);
    const flags = (random() < 0.6 ? Flag.last : 0) | (random() < 0.1 ? Flag.snapshot : 0);
    const shown = kind === Kind.trade && random() < 0.2 ? Side.none : side;
    const lots = (kind === Kind.depth || kind === Kind.quote) && random() < 0.3 ? 0 : 1 + whole(6);
    const localNs = timeNs + whole(shape.feedNs + 1);
    const at = builder.add(timeNs, localNs, codeOf(kind, shown), flags, instrument, tick, lots);
    const { orderId, value, openTicks, highTicks, lowTicks } = builder.columns;
    value![at] = whole(100);
    if (kind === Kind.bar) {
      openTicks![at] = tick + (lots % 3) - 1;
      highTicks![at] = tick + 1 + (lots % 2);
      lowTicks![at] = tick - 1;
    }
    if (kind === Kind.orderAdd) {
      orderId![at] = nextId;
      living[instrument]!.push(nextId++);
    } else if (kind >= Kind.orderModify && kind <= Kind.orderExecute) {
      const ids = living[instrument]!;
      // Now and then an order that nobody has heard of.
      orderId![at] = random() < 0.05 || ids.length === 0 ? 1e6 : ids[whole(ids.length)]!;
    }
  }
  return builder;
}

function kindOf(feed: Feed, random: () => number): Kind {
  const drawn = random();
  if (drawn < 0.05) return [Kind.bar, Kind.funding, Kind.status, Kind.custom][Math.floor(random() * 4)]!;
  if (feed === 'orders') {
    if (drawn < 0.15) return Kind.trade;
    if (drawn < 0.6) return Kind.orderAdd;
    return [Kind.orderModify, Kind.orderCancel, Kind.orderExecute][Math.floor(random() * 3)]!;
  }
  if (drawn < 0.35) return Kind.trade;
  if (feed === 'quotes') return Kind.quote;
  return drawn < 0.4 ? Kind.depthClear : Kind.depth;
}

/** The rows as a tape. */
export function randomTape(shape: MarketShape): MemoryTape {
  return tapeOf(randomRows(shape), shape);
}

export function tapeOf(rows: TapeBuilder, { instruments, blockRows }: MarketShape): MemoryTape {
  const info = { instruments: specsOf(instruments), originNs: ORIGIN_NS, provenance: {}, corrections: [] };
  return new MemoryTape(rows.build().columns, info, { blockRows });
}
