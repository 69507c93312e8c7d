/**
 * `bench execution`: what an order costs from submit to fill with few and many others resting, and how fast order by order
 * data replays beside 200 own orders. Knows nothing of how a run is measured. Called by main.
 *
 * Fresh processes in turn, round by round; multiples are taken within a round. Every run's fills, position and money are
 * compared with what they must be.
 */
import { remark } from '../bridges/cli/terminal.js';
import { hasLobsterDay, type L3Market, type L3Outcome } from './execution-l3.js';
import type { OrdersOutcome, OrdersShape } from './execution-orders.js';
import type { ExecutionAnswer, ExecutionJob } from './execution-run.js';
import { inFreshProcess } from './fresh-process.js';
import { median, millions, rounded } from './median.js';
import type { BenchOptions, BenchReport } from './report.js';

const WORKING = [1, 100, 10_000];
/** Orders of a measured run; some more for an even number of batches. */
const ORDERS = 100_000;
/** Most that an order may cost with so many working, in times of one with 1: flat or logarithmic. 100: 2, 10,000: 3. */
const mostGrowth = (working: number) => 1 + Math.log10(working) / 2;
const LEAST_MESSAGES = 5e6;

const SHAPES: readonly OrdersShape[] = (['single', 'batch'] as const).flatMap((how) =>
  (['levels', 'one'] as const).flatMap((prices) => WORKING.map((working) => ({ working, how, prices }))),
);

export async function execution({ rows, rounds }: BenchOptions): Promise<BenchReport> {
  if (!hasLobsterDay())
    remark('SKIPPED: the LOBSTER day (../shared/truth) is not on this machine, only seeded L3 data');
  const markets: readonly L3Market[] = hasLobsterDay() ? ['synthetic-l3', 'goog'] : ['synthetic-l3'];
  const orders = new Map<OrdersShape, OrdersRound[]>(SHAPES.map((shape) => [shape, []]));
  const replays = new Map<L3Market, L3Round[]>(markets.map((market) => [market, []]));
  for (let round = 0; round < rounds; round++) {
    for (const shape of SHAPES) orders.get(shape)!.push(await measureOrders(shape));
    for (const market of markets) replays.get(market)!.push(await measureL3(market, rows));
  }
  const results = [...orderRows(orders), ...l3Rows(replays)];
  return {
    title: `execution: medians of ${rounds} rounds of fresh processes, each the median of several runs after some to warm up`,
    rows: results,
    heads: ['workload', 'working', 'cost', '× floor', '× 1 working', 'target', 'all rounds'],
    table: results.map((row) => [
      row.workload,
      String(row.working),
      row.nanos === undefined ? `${millions(row.perSecond)} msg/s` : `${row.nanos} ns an order`,
      row.floorMultiple === 1 ? '' : `${row.floorMultiple.toFixed(2)} ×`,
      row.growth === undefined ? '' : `${row.growth.toFixed(2)} ×`,
      row.target,
      row.nanos === undefined
        ? `${millions(row.slowest)} … ${millions(row.fastest)}`
        : `${rounded(1e9 / row.fastest)} … ${rounded(1e9 / row.slowest)} ns`,
    ]),
    notes: [
      'single: one order at a time comes and fills while the others rest; batch: all come in no order of prices, then all fill.',
      'Floor of an order: an object and a place in a Map. Floor of L3: the rows into two bare order books.',
    ],
  };
}

interface OrdersRound {
  readonly floor: ExecutionAnswer<OrdersOutcome>;
  readonly engine: ExecutionAnswer<OrdersOutcome>;
}

async function measureOrders(shape: OrdersShape): Promise<OrdersRound> {
  const job = { shape, orders: ORDERS, warmups: 2, runs: 5 };
  const floor = await run<OrdersOutcome>({ ...job, what: 'floorOrders' });
  const engine = await run<OrdersOutcome>({ ...job, what: 'orders' });
  for (const { outcome } of [floor, engine]) {
    const { orders, fills, positionLots } = outcome;
    if (fills !== orders || positionLots !== 0 || outcome.moneyTicks !== floor.outcome.moneyTicks) {
      throw new Error(`${JSON.stringify(shape)}: not every order filled at its price: ${JSON.stringify(outcome)}`);
    }
  }
  return { floor, engine };
}

interface L3Round {
  readonly floor: ExecutionAnswer<L3Outcome>;
  readonly books: ExecutionAnswer<L3Outcome>;
  readonly own: ExecutionAnswer<L3Outcome>;
}

async function measureL3(market: L3Market, rows: number): Promise<L3Round> {
  // The recorded day is short: as many rows to warm up as the synthetic market's.
  const job = { market, rows, ...(market === 'goog' ? { warmups: 15, runs: 15 } : { warmups: 2, runs: 5 }) };
  const floor = await run<L3Outcome>({ ...job, what: 'floorL3' });
  const books = await run<L3Outcome>({ ...job, what: 'l3Books' });
  const own = await run<L3Outcome>({ ...job, what: 'l3' });
  for (const { outcome } of [books, own]) {
    const { bid, ask } = floor.outcome;
    if (outcome.rows !== floor.outcome.rows || outcome.bid !== bid || outcome.ask !== ask) {
      throw new Error(`${market}: its final best prices are not the floor's: ${JSON.stringify(outcome)}`);
    }
  }
  if (own.outcome.resting < 190) throw new Error(`${market}: only ${own.outcome.resting} own orders rested on average`);
  return { floor, books, own };
}

function run<Outcome>(job: ExecutionJob): Promise<ExecutionAnswer<Outcome>> {
  return inFreshProcess<ExecutionAnswer<Outcome>>('execution-run', job);
}

interface ResultRow {
  readonly workload: string;
  readonly working: number;
  /** Of an order; `undefined` where rows are counted. */
  readonly nanos?: number;
  /** Orders or rows a second, and those of the slowest and the fastest round. */
  readonly perSecond: number;
  readonly slowest: number;
  readonly fastest: number;
  readonly floorMultiple: number;
  /** Multiple of the same with one order working. */
  readonly growth?: number;
  readonly target: string;
  readonly fills: number;
}

function orderRows(measured: ReadonlyMap<OrdersShape, readonly OrdersRound[]>): ResultRow[] {
  return [...measured].map(([shape, rounds]) => {
    const alone = [...measured].find(([each]) => each.how === shape.how && each.prices === shape.prices)![1];
    const nanosOf = ({ engine }: OrdersRound) => (engine.wallMs * 1e6) / engine.outcome.orders;
    const growth = median(rounds.map((round, at) => nanosOf(round) / nanosOf(alone[at]!)));
    const nanos = rounds.map(nanosOf);
    return {
      workload: `${shape.how}, ${shape.prices === 'one' ? 'one price' : 'a price each'}`,
      working: shape.working,
      nanos: rounded(median(nanos)),
      perSecond: rounded(1e9 / median(nanos)),
      slowest: rounded(1e9 / Math.max(...nanos)),
      fastest: rounded(1e9 / Math.min(...nanos)),
      floorMultiple: rounded(median(rounds.map(({ engine, floor }) => engine.wallMs / floor.wallMs))),
      growth: rounded(growth),
      target:
        shape.working === 1
          ? ''
          : `${growth <= mostGrowth(shape.working) ? 'within' : 'OVER'} ${mostGrowth(shape.working)} ×`,
      fills: rounds[0]!.engine.outcome.fills,
    };
  });
}

function l3Rows(measured: ReadonlyMap<L3Market, readonly L3Round[]>): ResultRow[] {
  return [...measured].flatMap(([market, rounds]) =>
    (['floor', 'books', 'own'] as const).map((what) => {
      const speeds = rounds.map((round) => (round[what].outcome.rows / round[what].wallMs) * 1000);
      const { resting, fills } = rounds[0]![what].outcome;
      const speed = median(speeds);
      return {
        workload: `${market}, ${what}`,
        working: resting,
        perSecond: rounded(speed),
        slowest: rounded(Math.min(...speeds)),
        fastest: rounded(Math.max(...speeds)),
        floorMultiple: rounded(median(rounds.map((round) => round[what].wallMs / round.floor.wallMs))),
        target: what === 'own' ? `${speed >= LEAST_MESSAGES ? 'within' : 'UNDER'} ${millions(LEAST_MESSAGES)}` : '',
        fills,
      };
    }),
  );
}
