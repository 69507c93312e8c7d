/**
 * Jittered latency on a seeded market: a log-normal, a uniform and a bursty way in, a uniform way out. When each request
 * arrived and each answer came back is read off the events, and held against the order of sending and the distributions.
 */
import { describe, expect, it } from 'vitest';
import {
  burstyDelay,
  logNormalDelay,
  MemoryTape,
  type Order,
  type OrderEvent,
  OrderEventKind,
  OrderStatus,
  Side,
  type Strategy,
  syntheticTape,
  uniformDelay,
} from '../../core/index.js';
import {
  type LatencyModel,
  latencyOf,
  makerTakerFees,
  powerQueue,
  type SimulatedVenueOptions,
  simulatedVenue,
} from '../../execution/index.js';
import { marketMaker } from '../../strategies/market-maker.js';
import { columnsOf, type GoldenOptions, goldenContract, play } from './execution-golden.js';

const market = syntheticTape({ seed: 51, rows: 80_000 });
const columns = columnsOf(market);
const { info } = new MemoryTape(columns, market.info);

const SUBMIT = { medianNs: 800_000, sigma: 0.5, floorNs: 200_000 };
const MODIFY = { fromNs: 300_000, toNs: 900_000 };
const CANCEL = { medianNs: 600_000, sigma: 0.4 };
const ANSWER = { fromNs: 100_000, toNs: 400_000 };

const latency = () =>
  latencyOf({
    entry: {
      submit: logNormalDelay(SUBMIT),
      modify: uniformDelay(MODIFY),
      cancel: burstyDelay({ delay: logNormalDelay(CANCEL), rho: 0.9 }),
    },
    response: uniformDelay(ANSWER),
  });

/** Keeps one order near the touch by moving it, every few milliseconds, and now and then takes it away. */
const mover = (): Strategy => {
  let resting: Order | undefined;
  let side: Side = Side.sell;
  return {
    onStart: (context) => context.every('move', 7e6),
    onTimer(_name, context) {
      const instrument = context.instruments[1]!;
      const { bestBidTicks, bestAskTicks } = context.book(instrument);
      if (!(bestBidTicks < bestAskTicks)) return;
      const random = context.random('move');
      const reach = random.integer(3);
      if (resting === undefined || resting.finished) {
        side = context.positionLots(instrument) > 0 ? Side.sell : Side.buy;
        const priceTicks = side === Side.buy ? bestBidTicks - reach : bestAskTicks + reach;
        resting = context.submit({ instrument, side, priceTicks, qtyLots: 1_000 });
      } else if (resting.status === OrderStatus.pending) {
        return;
      } else if (random.uniform() < 0.3) {
        context.cancel(resting);
        // Two requests in one moment: which arrives first is not a matter of luck.
        if (random.uniform() < 0.5) context.modify(resting, { qtyLots: 2_000 });
      } else context.modify(resting, { priceTicks: side === Side.buy ? bestBidTicks - reach : bestAskTicks + reach });
    },
  };
};

const options = (models: SimulatedVenueOptions = {}): GoldenOptions => ({
  strategies: [
    { name: 'maker', strategy: marketMaker.create(marketMaker.params.parse({ qty: 1, maxPosition: 10 })) },
    { name: 'mover', strategy: mover() },
  ],
  venue: simulatedVenue({
    latency: latency(),
    queue: powerQueue(2, { clampAtZero: true }),
    fees: makerTakerFees({ makerRate: 0.0001, takerRate: 0.0004 }),
    ...models,
  }),
  seed: 9,
});

type Sort = 'submit' | 'modify' | 'cancel';
interface Trip {
  readonly sort: Sort;
  readonly strategy: number;
  readonly fromNs: number;
  /** `NaN` while it is on its way. */
  toNs: number;
}

const REQUESTS: Partial<Record<OrderEventKind, Sort>> = {
  [OrderEventKind.submitted]: 'submit',
  [OrderEventKind.modifyRequested]: 'modify',
  [OrderEventKind.cancelRequested]: 'cancel',
};
const ANSWERS: Partial<Record<OrderEventKind, Sort>> = {
  [OrderEventKind.modified]: 'modify',
  [OrderEventKind.modifyRejected]: 'modify',
  [OrderEventKind.cancelled]: 'cancel',
  [OrderEventKind.cancelRejected]: 'cancel',
};

/** Each request with the moment of its answer at the venue, which is that of its arrival; in the order of sending. */
function tripsOf(events: readonly OrderEvent[]): Trip[] {
  const open = new Map<string, Trip[]>();
  const all: Trip[] = [];
  const keyOf = (order: Order, sort: Sort) => `${order.id} ${sort}`;
  for (const { kind, order, localNs, exchangeNs } of events) {
    const sent = REQUESTS[kind];
    if (sent !== undefined) {
      const trip = { sort: sent, strategy: order.strategy, fromNs: localNs, toNs: Number.NaN };
      all.push(trip);
      open.set(keyOf(order, sent), [...(open.get(keyOf(order, sent)) ?? []), trip]);
      continue;
    }
    // The first that is heard of an order answers its submission; a fill or an end of its own answers nothing else.
    const first = open.get(keyOf(order, 'submit'))?.shift();
    const answered = first ?? open.get(keyOf(order, ANSWERS[kind] ?? 'submit'))?.shift();
    if (answered !== undefined) answered.toNs = exchangeNs;
  }
  return all.filter(({ toNs }) => !Number.isNaN(toNs));
}

interface Message {
  readonly strategy: number;
  readonly fromNs: number;
  readonly toNs: number;
}

/** Messages that had the line to themselves: those of their strategy before them had arrived when they left. */
function undisturbed<T extends Message>(messages: readonly T[]): T[] {
  const lastNs = new Map<number, number>();
  return messages.filter(({ strategy, fromNs, toNs }) => {
    const before = lastNs.get(strategy) ?? 0;
    lastNs.set(strategy, Math.max(toNs, before));
    return before <= fromNs;
  });
}

const took = ({ fromNs, toNs }: Message) => toNs - fromNs;
const quantile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(share * values.length)]!;
const logNormalAt = (
  { medianNs, sigma, floorNs = 0 }: { medianNs: number; sigma: number; floorNs?: number },
  z: number,
) => floorNs + (medianNs - floorNs) * Math.exp(sigma * z);

/** Correlation of the logarithms of neighbours. */
function neighbours(values: readonly number[]): number {
  const logs = values.map(Math.log);
  const mean = logs.reduce((sum, each) => sum + each, 0) / logs.length;
  const moment = (lag: number) =>
    logs.slice(lag).reduce((sum, each, at) => sum + (each - mean) * (logs[at]! - mean), 0);
  return moment(1) / moment(0);
}

const answersOf = (events: readonly OrderEvent[]) => events.filter(({ exchangeNs }) => !Number.isNaN(exchangeNs));

/** Answers of each strategy come back in the order in which the venue gave them. */
function expectAnswersInOrder(events: readonly OrderEvent[]): void {
  for (const strategy of [0, 1]) {
    const own = answersOf(events).filter(({ order }) => order.strategy === strategy);
    own.forEach(({ exchangeNs, localNs }, at) => {
      expect(localNs - exchangeNs).toBeGreaterThanOrEqual(ANSWER.fromNs);
      if (at === 0) return;
      expect(exchangeNs).toBeGreaterThanOrEqual(own[at - 1]!.exchangeNs);
      // Later than its own way takes only behind one that was late.
      if (localNs - exchangeNs > ANSWER.toNs) expect(localNs).toBe(own[at - 1]!.localNs);
    });
  }
}

/** Requests with the latest arrival of those that the same strategy had sent before. */
function withPrevious(trips: readonly Trip[]): { trip: Trip; beforeNs: number }[] {
  const lastNs = new Map<number, number>();
  return trips.map((trip) => {
    const beforeNs = lastNs.get(trip.strategy) ?? 0;
    lastNs.set(trip.strategy, Math.max(beforeNs, trip.toNs));
    return { trip, beforeNs };
  });
}

describe('jittered latency', () => {
  const { first } = goldenContract(
    'jitter',
    () => ({ columns, info }),
    () => options(),
  );

  it('lets no request of a strategy overtake another, nor an answer', () => {
    const trips = tripsOf(first().events);
    const sent = first().events.filter(({ kind }) => REQUESTS[kind] !== undefined).length;
    expect(sent - trips.length, 'what the end of the tape leaves on its way').toBeLessThan(20);
    for (const sort of ['submit', 'modify', 'cancel']) {
      expect(trips.filter((trip) => trip.sort === sort).length, sort).toBeGreaterThan(300);
    }
    const all = withPrevious(trips);
    expect(all.filter(({ trip, beforeNs }) => trip.toNs < beforeNs)).toEqual([]);
    // There was something to hold back: requests that arrived together with one before them.
    expect(all.filter(({ trip, beforeNs }) => trip.toNs === beforeNs).length).toBeGreaterThan(100);
    expectAnswersInOrder(first().events);
  });

  it('takes as long as its distributions say, each kind of request by its own', () => {
    const { events } = first();
    const alone = undisturbed(tripsOf(events));
    const free = (sort: Sort) => alone.filter((trip) => trip.sort === sort).map(took);
    const [submits, modifies, cancels] = [free('submit'), free('modify'), free('cancel')];
    expect(Math.min(...submits)).toBeGreaterThanOrEqual(SUBMIT.floorNs);
    for (const [share, z] of [
      [0.1, -1.2816],
      [0.5, 0],
      [0.9, 1.2816],
    ] as const) {
      expect(quantile(submits, share) / logNormalAt(SUBMIT, z), `submit ${share}`).toBeCloseTo(1, 1);
      // Neighbours are alike, so there is less to learn from as many.
      expect(Math.abs(quantile(cancels, share) / logNormalAt(CANCEL, z) - 1), `cancel ${share}`).toBeLessThan(0.2);
      const uniform = MODIFY.fromNs + share * (MODIFY.toNs - MODIFY.fromNs);
      expect(quantile(modifies, share) / uniform, `modify ${share}`).toBeCloseTo(1, 1);
    }
    expect(Math.min(...modifies)).toBeGreaterThanOrEqual(MODIFY.fromNs);
    expect(Math.max(...modifies)).toBeLessThanOrEqual(MODIFY.toNs);
    // Slow cancels come one after the other, slow submissions do not.
    expect(neighbours(cancels)).toBeGreaterThan(0.7);
    expect(Math.abs(neighbours(submits))).toBeLessThan(0.1);
    const back = answersOf(events).map(({ order, exchangeNs, localNs }) => ({
      strategy: order.strategy,
      fromNs: exchangeNs,
      toNs: localNs,
    }));
    const answers = undisturbed(back).map(took);
    expect(Math.max(...answers)).toBeLessThanOrEqual(ANSWER.toNs);
    for (const share of [0.1, 0.5, 0.9]) {
      const uniform = ANSWER.fromNs + share * (ANSWER.toNs - ANSWER.fromNs);
      expect(quantile(answers, share) / uniform, `answer ${share}`).toBeCloseTo(1, 1);
    }
  });

  it('is drawn from the seed: another one gives another run', () => {
    const other = play(new MemoryTape(columns, info), { ...options(), seed: 10 });
    expect(other.result.runHash).not.toBe(first().result.runHash);
  });

  it('gives the same run however little the model promises the engine', () => {
    const silent = (model: LatencyModel): LatencyModel => ({
      leastEntryNs: 0,
      leastResponseNs: 0,
      entryNs: (kind, sentNs, random) => model.entryNs(kind, sentNs, random),
      responseNs: (kind, answeredNs, random) => model.responseNs(kind, answeredNs, random),
      forRun: (run) => silent(model.forRun!(run)),
    });
    const { result } = play(new MemoryTape(columns, info), options({ latency: silent(latency()) }));
    expect(result.runHash).toBe(first().result.runHash);
  });
});

describe('jittered latency with overtaking', () => {
  const { first } = goldenContract(
    'jitter-overtaking',
    () => ({ columns, info }),
    () => options({ overtaking: true }),
  );

  it('lets requests overtake each other as their own ways take, but never answers', () => {
    const trips = tripsOf(first().events);
    expect(withPrevious(trips).filter(({ trip, beforeNs }) => trip.toNs < beforeNs).length).toBeGreaterThan(100);
    expectAnswersInOrder(first().events);
    for (const trip of trips) {
      if (trip.sort === 'submit') expect(took(trip)).toBeGreaterThanOrEqual(SUBMIT.floorNs);
      if (trip.sort !== 'modify') continue;
      expect(took(trip)).toBeGreaterThanOrEqual(MODIFY.fromNs);
      expect(took(trip)).toBeLessThanOrEqual(MODIFY.toNs);
    }
  });
});
