/**
 * Run files that between them say everything that can be said: each model of each union, each field. Called by the test that
 * runs them all.
 */

import { SESSION_CALENDARS } from '../../core/session-calendar.js';

/** A name for messages, and what a run file has besides the strategy and the tape. */
export type AcceptedRun = readonly [name: string, run: Readonly<Record<string, unknown>>];

const SHAPES = [
  { model: 'uniform', from: '1ms', to: '3ms' },
  { model: 'log-normal', median: '2ms', sigma: 0.5, floor: '100us' },
  { model: 'empirical', values: ['1ms', '1.5ms', '7ms'] },
];
const DELAYS = [
  '5ms',
  ...SHAPES,
  ...SHAPES.map((delay) => ({ model: 'bursty', delay, rho: 0.9 })),
  { model: 'bursty', delay: SHAPES[0], halfLife: '2s' },
];

const LINES = [
  { model: 'risk-averse' },
  { model: 'power', exponent: 3 },
  { model: 'power-back', exponent: 2, clampAtZero: true },
  { model: 'power-front', exponent: 0.5, clampAtZero: true },
  { model: 'power', exponent: 1, clampAtZero: true },
  { model: 'log' },
  { model: 'log', clampAtZero: true },
  { model: 'log-back', clampAtZero: true },
  { model: 'fitted' },
  {
    model: 'fitted',
    ...{ matched: 1, usual: 0.5, usualLots: 30, age: -0.1, habit: 0.2, unmatched: 0.3, certainty: 0.6 },
  },
  { model: 'touch', probability: 0.5 },
  { model: 'front' },
  { model: 'back' },
];
const SHARING_QUEUES = [
  { model: 'pro-rata' },
  { model: 'pro-rata', remainder: 'largest', minimumLots: 2 },
  { model: 'pro-rata', remainder: 'time' },
  { model: 'top-order-pro-rata', remainder: 'time', minimumLots: 2, topShare: 0.5, topMaxLots: 10 },
  { model: 'top-order-pro-rata', remainder: 'largest' },
  { model: 'size-weighted', exponent: 0.5, typicalLots: 4 },
];
const QUEUES = [
  ...LINES,
  ...SHARING_QUEUES,
  ...LINES.map((otherwise) => ({ model: 'orders', otherwise })),
  ...[...LINES, ...SHARING_QUEUES].map((at) => ({ model: 'level-one', at })),
  { model: 'level-one' },
];

const FEE_PARTS = [
  { maker: -0.0001, taker: 0.0004 },
  { perQuantity: { maker: -0.002, taker: 0.003 } },
  { flat: 1.5 },
  { tax: { sell: 0.001 } },
  { tax: { buy: 0.005, sell: 0.001 } },
  {
    tiers: [
      { from: 0, maker: 0.0002, taker: 0.0005 },
      { from: 500, maker: 0, taker: 0.0003 },
    ],
    window: '30d',
    initialVolume: 100,
  },
];
const FEES = [
  ...FEE_PARTS,
  { sum: FEE_PARTS },
  { sum: [{ perQuantity: { maker: 0.005, taker: 0.005 } }], within: { per: 'order', minimum: 1, maximumRate: 0.01 } },
  { sum: [{ flat: 1 }], within: { per: 'fill', maximum: 0.5 } },
];

const MARGINS = [
  { model: 'rates', initial: 0.1, maintenance: 0.05 },
  { model: 'leverage', leverage: 10, maintenance: 0.05 },
  { model: 'cash' },
  { model: 'cash', shorts: { initial: 0.5, maintenance: 0.3 } },
  {
    model: 'per-contract',
    amounts: Object.fromEntries(
      ['DEPTH', 'BARS', 'ORDERS', 'QUOTES'].map((symbol) => [symbol, { initial: 20, maintenance: 10 }]),
    ),
  },
  {
    model: 'tiers',
    tiers: [
      { from: 0, initial: 0.05, maintenance: 0.02 },
      { from: 100, initial: 0.1, maintenance: 0.05 },
    ],
  },
];

const IMPACTS = [
  { model: 'bps', bps: 5 },
  { model: 'volume-share', maxShare: 0.5, impact: 0.1, unknown: 'refuse' },
  { model: 'volume-share', maxShare: 0.5, impact: 0.1, unknown: { bps: 10 } },
  { model: 'square-root', coefficient: 1, unknown: 'refuse' },
  { model: 'square-root', coefficient: 1, unknown: { bps: 10 } },
  { model: 'almgren', durationDays: 0.01, unknown: { bps: 10 } },
  { model: 'almgren', durationDays: 0.01, liquidityFactor: 1, unknown: 'refuse' },
];

export const VENUE = {
  latency: { entry: '5ms', response: '5ms' },
  queue: { model: 'risk-averse' },
  fees: { maker: 0.0001, taker: 0.0004 },
};
const RATES = { currency: 'USD', rates: { EUR: 1.1 } };

const RISK = [
  { limit: 'order-size', qty: 5, value: 1000 },
  { limit: 'order-size', qty: { DEPTH: 1, BARS: 2 } },
  { limit: 'position', qty: 3 },
  { limit: 'position', qty: { DEPTH: '0.5' } },
  { limit: 'gross-exposure', value: 1e6 },
  { limit: 'net-exposure', value: 1e6 },
  { limit: 'open-positions', count: 4 },
  { limit: 'daily-loss', loss: 1e6, reset: '8h' },
  { limit: 'price-collar', ticks: 50, noReference: 'pass' },
  { limit: 'price-collar', bps: 500, noReference: 'refuse' },
  { limit: 'order-rate', messages: 1000, per: '1s' },
  { limit: 'kill-switch', loss: 1e6, refusals: 1e6 },
];

/** One run for each value of a field of the venue. */
function each(field: string, values: readonly unknown[], rest: object = {}): AcceptedRun[] {
  return values.map((value) => [
    `${field}: ${JSON.stringify(value)}`,
    { venue: { ...VENUE, ...rest, [field]: value } },
  ]);
}

export const VENUE_RUNS: readonly AcceptedRun[] = [
  ...each(
    'latency',
    DELAYS.flatMap((delay) => [
      { entry: delay, response: delay },
      {
        entry: { submit: delay, modify: delay, cancel: delay },
        response: { submit: delay, modify: delay, cancel: delay, fill: delay },
      },
    ]),
  ),
  ...each('latency', [
    { feed: { entry: 4, response: 3 } },
    { feed: { entry: 0, response: 1, every: '10s' } },
    { table: 'latency.csv' },
    { table: 'refusing.csv', refused: 'at-gateway' },
    { table: 'refusing.csv', refused: 'left-out' },
  ]),
  ...each('overtaking', [true, false], { latency: { entry: SHAPES[0], response: '1ms' } }),
  ...each('gateway', [
    { requests: 10, per: '1s' },
    { requests: 5, per: '1s', cancelsFree: true, refusedCount: true },
    { probability: 0.2 },
    { probability: 0.9, episodes: { every: '10s', lasting: '2s' } },
  ]),
  ...each('queue', QUEUES),
  ...each('fees', FEES),
  ...each('like', ['hftbacktest']),
  ...each('matching', ['partial', 'whole']),
  ...each('consumption', ['until-updated', 'never-reused', 'unlimited']),
  ...each('protection', [{ ticks: 2 }, { bps: 20 }]),
  ...each('ownOrders', ['match', 'ignore']),
  ...each('ownVolume', ['shared', 'each']),
  ...each('selfTrade', ['allow', 'cancel-new', 'cancel-old', 'cancel-both', 'decrement']),
  ...each('whileHalted', ['rest', 'reject']),
  ...each('dayEnd', ['0', '17h']),
  ...each('bars', [
    {},
    { path: 'open-high-low-close', limit: 'touched', maxVolumeShare: 'unlimited', length: '1s', openGrace: '10ms' },
    { path: 'open-low-high-close', limit: 'traded-through', maxVolumeShare: 0.1 },
    { path: 'nearer-extreme-first' },
    { path: 'close-only' },
    ...IMPACTS.map((impact) => ({ impact, statisticsBars: 5 })),
  ]),
  ...each('settlement', [
    {},
    { funding: false, contracts: 'all', accrual: '10s', dayCount: 'ACT/360', interestRate: 0.03, debitRate: 0.08 },
    {
      borrowRate: { QUOTES: 0.02 },
      interestRate: { USD: 0.03 },
      debitRate: { EUR: 0.05 },
      contracts: ['DEPTH'],
      dayCount: 'ACT/365',
    },
    {
      funding: true,
      borrowRate: 0.02,
      contracts: ['DEPTH'],
      dividends: false,
      dividendTaxRate: 0.15,
      dividendOrders: 'keep',
    },
    { dividends: true, dividendOrders: 'reduce', reverseSplitOrders: 'restate', delisting: 'zero', expiry: 12.5 },
    { reverseSplitOrders: 'end', delisting: { DEPTH: 'last', BARS: '0.5' }, expiry: 'last' },
  ]),
  ...each(
    'settlement',
    MARGINS.map((margin) => ({ margin, liquidationFeeRate: 0.01 })),
  ).map(([name, run]): AcceptedRun => [name, { ...run, strategies: [{ use: 'trader', capital: { USD: 1e5 } }] }]),
];

export const OTHER_RUNS: readonly AcceptedRun[] = [
  ...DELAYS.map((delay): AcceptedRun => {
    const tape = { path: 'market.parquet', feedLatency: delay, clockOffset: '-250us' };
    return [`feed latency ${JSON.stringify(delay)}`, { tape, venue: VENUE }];
  }),
  ...DELAYS.map((delay): AcceptedRun => {
    const tape = { synthetic: { seed: 3, rows: 20_000, instruments: 2 }, feedLatency: delay };
    const { currency, rates } = { currency: undefined, rates: undefined };
    return [`feed latency of a synthetic tape ${JSON.stringify(delay)}`, { tape, venue: VENUE, currency, rates }];
  }),
  [
    'a range of a catalogue',
    {
      tape: {
        ...{
          catalog: 'ticks',
          from: '2024-01-02T00:00:00.5Z',
          to: '2024-01-02',
          instruments: ['*S', 'DEPTH'],
          venue: 'SIM',
        },
        ...{ feedLatency: '2ms', clockOffset: '-250us' },
      },
      venue: VENUE,
    },
  ],
  ...DELAYS.map((computeTime): AcceptedRun => {
    const strategies = [{ use: 'trader', computeTime }];
    return [`compute time ${JSON.stringify(computeTime)}`, { strategies, venue: VENUE }];
  }),
  ...RISK.map((check): AcceptedRun => [`risk of all: ${JSON.stringify(check)}`, { venue: VENUE, risk: [check] }]),
  ...SESSION_CALENDARS.map((sessions): AcceptedRun => [`sessions of ${sessions}`, { venue: VENUE, sessions }]),
  ['risk of a strategy', { venue: VENUE, strategies: [{ use: 'trader', risk: RISK }] }],
  [
    'everything about strategies',
    {
      seed: 5,
      record: { sample: '10s' },
      out: 'runs/all',
      venue: VENUE,
      strategies: [
        { use: 'trader', name: 'one', costing: 'fifo', capital: { USD: 1000, EUR: 5 }, params: { lots: 3 } },
        { use: 'trader', name: 'two', costing: 'average', instruments: ['D*', 'BARS'] },
      ],
    },
  ],
  [
    'contract terms',
    {
      venue: VENUE,
      instruments: [
        {
          ...{
            symbol: 'DEPTH',
            tick: 0.1,
            lot: '0.01',
            contract: 'inverse',
            multiplier: 10,
            base: 'BTC',
            quote: 'USD',
          },
          expiry: '2024-01-02T00:00:30Z',
        },
        { symbol: 'BARS', contract: 'linear' },
        'ORDERS',
        'QUOTES',
      ],
      rates: { BTC: 100, EUR: 1.1 },
    },
  ],
  ...VENUE_RUNS.map(([name, { venue, ...rest }]): AcceptedRun => {
    // The same models at one of two venues.
    const venues = [
      { name: 'first', instruments: ['DEPTH', 'BARS', 'ORDERS'], ...(venue as object) },
      { name: 'second', instruments: ['QUOTES'], ...VENUE },
    ];
    return [`at one of two venues, ${name}`, { ...rest, venues }];
  }),
].map(([name, run]): AcceptedRun => [name as string, { ...RATES, ...(run as object) }]);

/** Runs with strategies in Python, which need one; `python` stands for the interpreter, `strategies` for a folder with theirs. */
export const PYTHON_RUNS: readonly AcceptedRun[] = [
  [
    'everything about strategies in Python',
    {
      venue: VENUE,
      record: { journal: false },
      strategies: [
        {
          python: './trader.py:Trader',
          params: { lots: 3 },
          interpreter: 'python',
          features: ['mid', 'imbalance_2'],
          decide: { every: '500ms', on: ['fill', 'reject', 'order', 'account', 'trade', 'book', 'bar'], rows: 1000 },
          bars: [
            '1s',
            {
              every: '1s',
              name: 'flat',
              instruments: ['*'],
              from: 'trades',
              empty: 'flat',
              clock: 'exchange',
              grace: '10ms',
            },
            { every: '2s', from: 'mid', empty: 'none', clock: 'local', sessions: 'XNYS' },
            { every: '3 tick-runs', signs: 'tick-rule', span: 10, expectedTicksWithin: [1, 20] },
            { every: '3 tick-imbalance', signs: 'aggressor' },
          ],
          deadlines: { start: '2m', first: '10s', decide: '10s', stop: '0' },
          pin: false,
        },
      ],
    },
  ],
  [
    'one beside one in TypeScript, a file without a class, features of a module of the user',
    {
      venue: VENUE,
      strategies: [
        { use: 'trader', name: 'other' },
        { python: './trader.py', features: ['mid', './twice-the-mid.ts:twice_the_mid'], decide: { every: '500ms' } },
      ],
    },
  ],
];
