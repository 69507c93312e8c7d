/** What a run file may not say: each refusal is one line with the file, the place, and the value or what is allowed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareRun } from '../../bridges/run-file/prepare.js';
import { readRunFile } from '../../bridges/run-file/read.js';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { syntheticBlocks, syntheticInfo } from '../../core/synthetic.js';
import { parseEpoch } from '../../core/time.js';
import { StrategyRegistry } from '../../strategies/registry.js';
import { VENUE } from './accepted-runs.js';
import { Outcomes, trader, writeModelMarket } from './model-market.js';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tickwright-refusals-'));
  writeModelMarket(join(directory, 'market.parquet'));
  // Begins a nanosecond too late for a calendar that ends with 2027.
  const later = { seed: 1, rows: 1000, instruments: 1 };
  const info = { ...syntheticInfo(later), originNs: parseEpoch('2027-12-31T05:00:00.000000001Z') };
  writeTape(join(directory, 'later.parquet'), syntheticBlocks(later), info);
  const files: Record<string, string> = {
    'words.csv': 'request,exchange,response\n1,2,three',
    'two.csv': '1,2,3\n4,5',
    'backwards.csv':
      '1704153600000000005,1704153600000000006,1704153600000000007\n1704153600000000001,1704153600000000002,1704153600000000003',
    'empty.csv': 'request,exchange,response\n',
    'refusing.csv':
      '1704153600000000001,0,1704153600000000009\n1704153600000000011,1704153600000000012,1704153600000000013',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
});
afterAll(() => rmSync(directory, { recursive: true }));

const BASE = { tape: 'market.parquet', strategies: [{ use: 'trader' }], currency: 'USD', rates: { EUR: 1.1 } };

async function refusal(given: object): Promise<string> {
  writeFileSync(join(directory, 'run.json'), JSON.stringify({ ...BASE, venue: VENUE, ...given }));
  const registry = new StrategyRegistry([trader(new Outcomes())]);
  try {
    const { simulation } = await prepareRun(await readRunFile('run.json', { directory }), { registry });
    simulation.run();
  } catch (error) {
    const { name, message } = error as Error;
    expect(name, message).toBe('ConfigError');
    expect(message, 'an error is one line').not.toContain('\n');
    return message.replaceAll(directory, '…');
  }
  throw new Error('it was accepted');
}

const venue = (field: string, value: unknown) => ({ venue: { ...VENUE, [field]: value } });
const entry = (delay: unknown) => venue('latency', { entry: delay, response: '1ms' });
const fees = (value: unknown) => venue('fees', value);
const bars = (value: unknown) => venue('bars', value);
const settlement = (value: unknown) => venue('settlement', value);
const margin = (value: unknown) => settlement({ margin: value });
const risk = (value: unknown) => ({ risk: [value] });
const strategy = (value: object) => ({ strategies: [{ use: 'trader', ...value }] });
const at = (name: string, instruments: string[], rest: object = {}) => ({ name, instruments, ...VENUE, ...rest });
const venues = (...all: object[]) => ({ venue: undefined, venues: all });
const HALF = { model: 'uniform', from: '1ms', to: '2ms' };

describe.each<[string, [object, string][]]>([
  [
    'a delay',
    [
      [entry('soon'), 'venue.latency.entry: given "soon"; allowed: a duration such as 250us'],
      [
        entry({ ...HALF, model: 'unform' }),
        'entry.model: given "unform"; allowed: uniform, log-normal, empirical, bursty',
      ],
      [entry({ model: 'uniform', from: '1ms' }), 'venue.latency.entry.to: missing; allowed: a duration'],
      [entry({ ...HALF, to: '500us' }), 'venue.latency: uniform delay: toNs 500000 lies below fromNs 1000000'],
      [entry({ ...HALF, two: 1 }), 'venue.latency.entry.two: unknown key'],
      [entry({ model: 'log-normal', median: '1ms', sigma: 5 }), 'entry.sigma: given 5; allowed: a number at most 3'],
      [entry({ model: 'log-normal', median: 0, sigma: 1 }), 'entry.median: given 0; allowed: a duration above 0'],
      [entry({ model: 'empirical', values: [] }), 'entry.values: given []; allowed: at least 1 entry'],
      [entry({ model: 'bursty', delay: HALF }), 'allowed: rho or halfLife, one of them'],
      [entry({ model: 'bursty', delay: HALF, rho: 0.5, halfLife: '1s' }), 'allowed: rho or halfLife, one of them'],
      [entry({ model: 'bursty', delay: HALF, rho: 1 }), 'venue.latency.entry.rho: given 1; allowed: a number below 1'],
      [entry({ model: 'bursty', delay: '1ms', rho: 0 }), 'venue.latency.entry.delay: given "1ms"'],
      [entry({ submit: '1ms', cancel: '1ms' }), 'venue.latency.entry.modify: missing; allowed: a duration'],
      [entry({ submit: '1ms', modify: 'x', cancel: 0 }), 'venue.latency.entry.modify: given "x"; allowed: a duration'],
    ],
  ],
  [
    'the latency',
    [
      [venue('latency', '5ms'), 'venue.latency: given "5ms"; allowed: { entry, response }, { table } or { feed'],
      [venue('latency', { entry: 0, respons: 0 }), 'venue.latency.respons: unknown key; did you mean "response"?'],
      [venue('latency', { feed: { entry: -1, response: 1 } }), 'venue.latency.feed.entry: given -1'],
      [venue('latency', { table: 'none.csv' }), 'venue.latency: there is no file …/none.csv'],
      [venue('latency', { table: 'words.csv' }), '…/words.csv:2: "1,2,three" is not three whole numbers'],
      [venue('latency', { table: 'two.csv' }), '…/two.csv:2: "4,5" is not three whole numbers'],
      [venue('latency', { table: 'backwards.csv' }), '…/backwards.csv: latency table row 1: request'],
      [venue('latency', { table: 'empty.csv' }), '…/empty.csv: latency table: no rows'],
      [venue('latency', { table: 'refusing.csv' }), 'venue.latency: recorded latency: row 0 (1 in all) was refused'],
      [
        venue('latency', { table: 'two.csv', refused: 'no' }),
        'latency.refused: given "no"; allowed: at-gateway, left-out',
      ],
      [venue('gateway', { requests: 0, per: '1s' }), 'venue.gateway.requests: given 0; allowed: a number at least 1'],
      [venue('gateway', { requests: 2e6, per: '1s' }), 'venue.gateway: throttled gateway: requests 2000000'],
      [venue('gateway', { request: 1, per: '1s' }), 'gateway.request: unknown key; did you mean "requests"?'],
      [venue('gateway', { probability: 2 }), 'venue.gateway.probability: given 2; allowed: a number at most 1'],
      [venue('overtaking', 'yes'), 'venue.overtaking: given "yes"; allowed: true or false'],
    ],
  ],
  [
    'the queue',
    [
      [venue('queue', 'power'), 'venue.queue: given "power"; allowed: a map of keys and values'],
      [venue('queue', { model: 'powr' }), 'venue.queue.model: given "powr"; allowed: risk-averse, power'],
      [venue('queue', { model: 'power' }), 'venue.queue.exponent: missing; allowed: a number above 0'],
      [venue('queue', { model: 'touch', probability: 3 }), 'venue.queue.probability: given 3'],
      [
        venue('queue', { model: 'pro-rata', remainder: 'tme' }),
        'venue.queue.remainder: given "tme"; allowed: time, largest',
      ],
      [venue('queue', { model: 'pro-rata', minimumLots: 0.5 }), 'venue.queue.minimumLots: given 0.5'],
      [
        venue('queue', { model: 'fitted', certainty: 1 }),
        'venue.queue.certainty: given 1; allowed: a number at most 0.99',
      ],
      [venue('queue', { model: 'orders', otherwise: { model: 'orders' } }), 'queue.otherwise.model: given "orders"'],
      [
        venue('queue', { model: 'orders', otherwise: { model: 'pro-rata' } }),
        'queue.otherwise.model: given "pro-rata"',
      ],
      [venue('queue', { model: 'level-one', at: { model: 'level-one' } }), 'venue.queue.at.model: given "level-one"'],
    ],
  ],
  [
    'fees',
    [
      [fees(7), 'venue.fees: given 7; allowed: { maker, taker }, { perQuantity }'],
      [fees({ maker: 0, takr: 0 }), 'venue.fees.takr: unknown key; did you mean "taker"?'],
      [fees({ flat: 'x' }), 'venue.fees.flat: given "x"; allowed: an amount of money'],
      [fees({ tax: {} }), 'venue.fees.tax: given {}; allowed: sell, buy or both'],
      [fees({ tax: { sell: -0.1 } }), 'venue.fees.tax.sell: given -0.1; allowed: a number at least 0'],
      [
        fees({ tiers: [{ from: 5, maker: 0, taker: 0 }], window: '1d' }),
        'venue.fees: tieredFees: tiers.0.fromVolume 5',
      ],
      [fees({ sum: [{ flat: 1 }], within: { per: 'fill' } }), 'allowed: per with minimum, maximum or maximumRate'],
      [
        fees({ sum: [{ flat: 1 }], within: { per: 'day', minimum: 1 } }),
        'fees.within.per: given "day"; allowed: fill, order',
      ],
      [fees({ sum: [{ flat: 1 }], within: { per: 'fill', minimum: 2, maximum: 1 } }), 'minimum 2 is above maximum 1'],
      [
        fees({ maker: 0, taker: 0, within: { per: 'fill' } }),
        'venue.fees.within: does not go with the other keys there',
      ],
    ],
  ],
  [
    'rules',
    [
      [venue('like', 'nautilus'), 'venue.like: given "nautilus"; allowed: hftbacktest'],
      [venue('matching', 'parts'), 'venue.matching: given "parts"; allowed: partial, whole'],
      [
        venue('consumption', 'never'),
        'venue.consumption: given "never"; allowed: until-updated, never-reused, unlimited',
      ],
      [venue('protection', { ticks: 1.5 }), 'venue.protection.ticks: given 1.5; allowed: a whole number'],
      [venue('protection', { bps: 20_000 }), 'venue.protection.bps: given 20000; allowed: a number below 10000'],
      [venue('protection', { tick: 1 }), 'venue.protection.tick: unknown key; did you mean "ticks"?'],
      [venue('ownOrders', 'yes'), 'venue.ownOrders: given "yes"; allowed: match, ignore'],
      [venue('ownVolume', 'all'), 'venue.ownVolume: given "all"; allowed: shared, each'],
      [venue('selfTrade', 'cancel'), 'venue.selfTrade: given "cancel"; allowed: allow, cancel-new, cancel-old'],
      [venue('whileHalted', 'wait'), 'venue.whileHalted: given "wait"; allowed: rest, reject'],
      [venue('dayEnd', '25h'), 'venue.dayEnd: given "25h"; allowed: a time of day, from 0 to below 24h'],
    ],
  ],
  [
    'bars',
    [
      [bars({ path: 'up' }), 'venue.bars.path: given "up"; allowed: open-high-low-close'],
      [bars({ limit: 'near' }), 'venue.bars.limit: given "near"; allowed: touched, traded-through'],
      [bars({ maxVolumeShare: 2 }), 'venue.bars.maxVolumeShare: given 2; allowed: a number at most 1'],
      [bars({ maxVolumeShare: 'all' }), 'given "all"; allowed: a fraction above 0 up to 1, or unlimited'],
      [
        bars({ length: '1m', openGrace: '2m' }),
        'venue: bars: openGraceNs 120000000000 is not at least 0 and below barNs',
      ],
      [bars({ statisticsBars: 1 }), 'venue.bars.statisticsBars: given 1; allowed: a number at least 2'],
      [bars({ impact: { model: 'bps', bps: 1e4 } }), 'venue.bars: constantBpsImpact: bps 10000'],
      [
        bars({ impact: { model: 'square-root', coefficient: 1 } }),
        'impact.unknown: missing; allowed: refuse, or { bps }',
      ],
      [bars({ impact: { model: 'almgren', durationDays: 0, unknown: 'refuse' } }), 'impact.durationDays: given 0'],
    ],
  ],
  [
    'settlement',
    [
      [settlement({ borrowRate: 11 }), 'venue.settlement.borrowRate: given 11; allowed: a number at most 10'],
      [settlement({ borrowRate: { NONE: 0.1 } }), 'venue: settlement: borrowRate names "NONE"'],
      [settlement({ interestRate: 2 }), 'venue.settlement.interestRate: given 2; allowed: a number below 1'],
      [settlement({ contracts: ['NONE'] }), 'venue: settlement: contracts names "NONE"'],
      [settlement({ dayCount: 'ACT/364' }), 'settlement.dayCount: given "ACT/364"; allowed: ACT/365, ACT/360'],
      [settlement({ accrual: 0 }), 'venue.settlement.accrual: given 0; allowed: a duration above 0'],
      [settlement({ dividendTaxRate: 1 }), 'venue.settlement.dividendTaxRate: given 1; allowed: a number below 1'],
      [settlement({ delisting: 'soon' }), 'settlement.delisting: given "soon"; allowed: last, zero or a decimal price'],
      [settlement({ delisting: '12.555' }), 'venue: settlement: delisting "12.555" of DEPTH'],
      [settlement({ expiry: { NONE: 'last' } }), 'venue: settlement: expiry names "NONE"'],
      [
        margin({ model: 'rates', initial: 0.1, maintenance: 0.2 }),
        'maintenanceRate 0.2 is not from 0 to the initial rate',
      ],
      [
        margin({ model: 'leverage', leverage: 10, maintenance: 0.5 }),
        'venue.settlement: leverageMargin: maintenanceRate 0.5',
      ],
      [
        margin({ model: 'per-contract', amounts: { NONE: { initial: 1, maintenance: 1 } } }),
        '"NONE" is not on the tape',
      ],
      [margin({ model: 'tiers', tiers: [{ from: 1, initial: 1, maintenance: 0 }] }), 'tiers.0.fromValue 1 is not 0'],
      [margin({ model: 'none' }), 'venue.settlement.margin.model: given "none"; allowed: rates, leverage, cash'],
    ],
  ],
  [
    'venues',
    [
      [{ venue: undefined }, 'venue: missing; allowed: a venue, or venues'],
      [{ venues: [at('a', ['*'])] }, '; allowed: venue or venues, not both'],
      [{ venue: undefined, venues: [] }, 'venues: given []; allowed: at least 1 entry'],
      [venues({ ...VENUE, name: 'a' }), 'venues.0.instruments: missing; allowed: a list'],
      [venues({ ...VENUE, instruments: ['*'] }), 'venues.0.name: missing'],
      [venues(at('a', ['DEPTH'])), 'venues: instrument "BARS" trades at none of the venues'],
      [venues(at('a', ['*']), at('b', ['BARS'])), 'venues: venue "b": "BARS" trades at another venue as well'],
      [venues(at('a', ['B*']), at('a', ['DEPTH'])), 'venues: two venues are named "a"'],
      [
        venues(at('a', ['BAR']), at('b', ['*'])),
        'venues.0.instruments.0: "BAR" is not in this run (did you mean "BARS"?)',
      ],
      [venues(at('a', ['*'], { queue: { model: 'power' } })), 'venues.0.queue.exponent: missing'],
      [venues(at('a', ['*'], { latency: { table: 'none.csv' } })), 'venues.0.latency: there is no file …/none.csv'],
      [
        venues(
          at('a', ['B*'], { settlement: { interestRate: 0.1, contracts: 'all' } }),
          at('b', ['DEPTH', 'ORDERS', 'QUOTES'], { settlement: { debitRate: 0.1, contracts: 'all' } }),
        ),
        'allowed: interest at one venue only',
      ],
      [venues(at('a', ['*'], { settlement: { contracts: ['NO'] } })), 'venues.0: settlement: contracts names "NO"'],
    ],
  ],
  [
    'risk',
    [
      [{ risk: {} }, 'risk: given {}; allowed: a list'],
      [risk({ limit: 'size' }), 'risk.0.limit: given "size"; allowed: order-size, position, gross-exposure'],
      [risk({ limit: 'order-size' }), 'risk.0: given {"limit":"order-size"}; allowed: qty, value or both'],
      [
        risk({ limit: 'order-size', qty: 0.015 }),
        'risk.0: qty: 0.015 is not a whole multiple of the lot of DEPTH, 0.01',
      ],
      [
        risk({ limit: 'position', qty: { BARS: 0.001 } }),
        'risk.0: qty: 0.001 is not a whole multiple of the lot of BARS',
      ],
      [risk({ limit: 'position', qty: { NONE: 1 } }), 'risk.0: qty: "NONE" is not one of the instruments: DEPTH, BARS'],
      [risk({ limit: 'position', qty: -1 }), 'risk.0.qty: given -1; allowed: a decimal above 0'],
      [risk({ limit: 'gross-exposure', value: 0 }), 'risk.0.value: given 0; allowed: a number above 0'],
      [risk({ limit: 'open-positions', count: 1.5 }), 'risk.0.count: given 1.5; allowed: a whole number above 0'],
      [risk({ limit: 'daily-loss', loss: 5, reset: '24h' }), 'risk.0.reset: given "24h"; allowed: a time of day'],
      [risk({ limit: 'price-collar' }), 'risk.0: given {"limit":"price-collar"}; allowed: ticks or bps, one of them'],
      [risk({ limit: 'price-collar', ticks: 1, bps: 1 }), 'allowed: ticks or bps, one of them'],
      [risk({ limit: 'order-rate', messages: 0 }), 'risk.0.messages: given 0'],
      [risk({ limit: 'kill-switch' }), 'risk.0: given {"limit":"kill-switch"}; allowed: loss, refusals or both'],
      [
        strategy({ risk: [{ limit: 'position', qty: 0.001 }] }),
        'strategies.0.risk.0: qty: 0.001 is not a whole multiple',
      ],
      [
        strategy({ instruments: ['DEPTH'], risk: [{ limit: 'position', qty: { BARS: 1 } }] }),
        'strategies.0.risk.0: qty: "BARS" is not one of the instruments: DEPTH',
      ],
    ],
  ],
  [
    'money and strategies',
    [
      [{ rates: { USD: 2 } }, 'rates: rate of USD in itself: 2 is not 1'],
      [{ rates: { EUR: 0 } }, 'rates.EUR: given 0; allowed: a number above 0'],
      [{ currency: undefined }, 'rates: given {"EUR":1.1}; allowed: only with currency, which they are in'],
      [{ currency: undefined, rates: undefined }, 'run.json: '],
      [{ rates: {} }, 'currency: currency "EUR": no instrument of the run trades it for "USD"'],
      [strategy({ capital: 5 }), 'strategies.0.capital: given 5; allowed: a map of keys and values'],
      [strategy({ capital: { USD: 'much' } }), 'capital.USD: given "much"; allowed: an amount of money'],
      [strategy({ capital: { GBP: 5 } }), 'strategies.0.capital: 5 of "GBP" is worth nothing known in USD'],
      [strategy({ costing: 'lifo' }), 'strategies.0.costing: given "lifo"; allowed: average, fifo'],
      [strategy({ computeTime: 'fast' }), 'strategies.0.computeTime: given "fast"; allowed: a duration'],
      [strategy({ computeTime: { ...HALF, to: 0 } }), 'strategies.0.computeTime: uniform delay: toNs 0 lies below'],
    ],
  ],
  [
    'instruments and tapes',
    [
      [
        { instruments: [{ symbol: 'BARS', contract: 'inverted' }] },
        'instruments.0.contract: given "inverted"; allowed: linear',
      ],
      [
        { instruments: [{ symbol: 'BARS', multiplier: 0 }] },
        'instruments.0.multiplier: given 0; allowed: a decimal above 0',
      ],
      [
        { instruments: ['BARS', { symbol: 'DEPTH', expiry: 'soon' }] },
        'instruments.1: instrument DEPTH: expiry "soon"',
      ],
      [
        { instruments: [{ symbol: 'BARS', lot: 1 }] },
        'instruments.0.lot: given 1; the tape has BARS with a lot of 0.01',
      ],
      [
        { tape: { path: 'market.parquet', clockOffset: '5' } },
        'tape.clockOffset: given "5"; allowed: a duration such as',
      ],
      [{ tape: { path: 'market.parquet', clockOffset: 0 } }, 'tape.clockOffset: given 0; allowed: a duration such as'],
      [{ tape: { path: 'market.parquet', clockOffset: '--5ms' } }, 'tape.clockOffset: given "--5ms"'],
      [{ tape: { path: 'market.parquet', feedLatency: 'x' } }, 'tape.feedLatency: given "x"; allowed: a duration'],
      [{ tape: { synthetic: {}, clockOffset: '5ms' } }, 'tape.clockOffset: '],
    ],
  ],
  [
    'sessions',
    [
      [{ sessions: 'NYSE' }, 'sessions: given "NYSE"; allowed: XNYS'],
      [{ sessions: ['XNYS'] }, 'sessions: given ["XNYS"]; allowed: '],
      [
        { tape: 'later.parquet', sessions: 'XNYS' },
        'sessions: XNYS speaks of 2000-01-01 to 2027-12-31, the run holds 2027-12-31T05:00:00.000000001Z: leave it out',
      ],
      [
        { tape: ['market.parquet', 'later.parquet'], sessions: 'XNYS' },
        'sessions: XNYS speaks of 2000-01-01 to 2027-12-31, the run holds 2027-12-31T05:',
      ],
    ],
  ],
])('%s', (_what, cases) => {
  test.each(cases)('%j', async (given, message) => {
    const said = await refusal(given);
    expect(said).toContain(message);
    expect(said).toMatch(/^run\.json: /);
  });
});
