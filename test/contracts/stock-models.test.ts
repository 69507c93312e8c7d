/** Every model, venue, strategy and observer that the package offers keeps its contract, and so do those that do nothing. */
import { describe, expect, it } from 'vitest';
import * as analytics from '../../analytics/index.js';
import {
  burstyDelay,
  constantDelay,
  empiricalDelay,
  logNormalDelay,
  SelfTrade,
  syntheticTape,
  uniformDelay,
} from '../../core/index.js';
import type { LatencyModel } from '../../execution/index.js';
import * as execution from '../../execution/index.js';
import { builtInStrategies } from '../../strategies/built-in.js';
import { BUILT_IN_FEATURES } from '../../strategies/features/built-in.js';
import { barPathContract } from './bar-path.contract.js';
import { consumptionContract } from './consumption.contract.js';
import { featureContract } from './feature.contract.js';
import { feeContract } from './fee.contract.js';
import { gatewayContract } from './gateway.contract.js';
import { impactContract } from './impact.contract.js';
import { latencyContract } from './latency.contract.js';
import { MARGIN_SYMBOLS, marginContract } from './margin.contract.js';
import { matchingContract } from './matching.contract.js';
import { observerContract } from './observer.contract.js';
import { priceProtectionContract } from './price-protection.contract.js';
import { queuePositionContract } from './queue-position.contract.js';
import { riskCheckContract } from './risk-check.contract.js';
import { strategyContract } from './strategy.contract.js';
import { venueContract } from './venue.contract.js';

const covered = new Set<string>();
/** Notes which export a suite is about. */
const of = (name: keyof typeof execution | keyof typeof analytics) => {
  covered.add(name);
  return name;
};

const { constantLatency, latencyOf, makerTakerFees, noFees, recordedLatency, simulatedVenue } = execution;

latencyContract(of('constantLatency'), () => constantLatency({ entryNs: 250_000, responseNs: 1 }));
latencyContract('a latency of nothing', () => constantLatency({ entryNs: 0, responseNs: 0 }));

const wavering = (): LatencyModel => ({
  leastEntryNs: 2,
  leastResponseNs: 1,
  entryNs: (_kind, _sentNs, random) => 2 + random.integer(6),
  responseNs: (_kind, _answeredNs, random) => 1 + random.integer(9),
});
latencyContract('a latency that wavers', wavering);

const bursty = burstyDelay({ delay: logNormalDelay({ medianNs: 5e6, sigma: 0.6, floorNs: 1e6 }), halfLifeNs: 1e9 });
const measured = empiricalDelay([900_000, 1_000_000, 1_200_000, 7_000_000]);
latencyContract(of('latencyOf'), () =>
  latencyOf({ entry: bursty, response: { submit: bursty, modify: measured, cancel: bursty, fill: constantDelay(9) } }),
);
const refusing = new execution.LatencyTable([1e6, 5e6, 2e15], [2e6, Number.NaN, 2e15], [9e6, 6e6, 2e15 + 7]);
const recorded = () => recordedLatency(refusing, { refusedRows: 'atGateway' });
latencyContract(of('recordedLatency'), recorded);
latencyContract(`${of('recordedLatency')}, refused rows left out`, () =>
  recordedLatency(refusing, { refusedRows: 'leftOut' }),
);
latencyContract(`${of('feedProportionalTable')}, as a latency`, () => {
  const tape = syntheticTape({ seed: 1, rows: 2_000, instruments: 1 });
  return recordedLatency(execution.feedProportionalTable(tape, { entryFactor: 4, responseFactor: 3, everyNs: 1e7 }));
});
const mixed = () => latencyOf({ entry: uniformDelay({ fromNs: 3, toNs: 90 }), response: bursty });
latencyContract(of('latencyByKind'), () =>
  execution.latencyByKind({ submit: mixed(), modify: recorded(), cancel: wavering(), fill: mixed() }),
);
latencyContract(of('latencySides'), () => execution.latencySides(recorded(), mixed()));

gatewayContract(of('openGateway'), () => execution.openGateway);
gatewayContract(of('throttledGateway'), () => execution.throttledGateway({ requests: 3, perNs: 9_000 }));
gatewayContract(of('randomlyOverloaded'), () => execution.randomlyOverloaded({ probability: 0.3 }));
gatewayContract('randomlyOverloaded in episodes', () =>
  execution.randomlyOverloaded({ probability: 0.9, episodes: { everyNs: 1e7, lastingNs: 1e6 } }),
);
gatewayContract(of('recordedGateway'), () => execution.recordedGateway(refusing));

feeContract(of('makerTakerFees'), () => makerTakerFees({ makerRate: -0.0001, takerRate: 0.0005 }));
feeContract(of('noFees'), () => noFees);
const perShare = () => execution.perQuantityFees({ makerAmount: -0.002, takerAmount: 0.003 });
feeContract(of('perQuantityFees'), perShare);
feeContract(of('flatFees'), () => execution.flatFees({ amount: 1.5 }));
feeContract(of('transactionTax'), () => execution.transactionTax({ sellRate: 0.001 }));
feeContract(`${of('boundedFees')} per fill`, () => execution.boundedFees(perShare(), { per: 'fill', minimum: 0.5 }));
const perOrder = () => execution.boundedFees(perShare(), { per: 'order', minimum: 1, maximumRate: 0.01 });
feeContract('boundedFees per order', perOrder, { remembers: true });
const tiered = () =>
  execution.tieredFees({
    windowNs: 10e9,
    tiers: [
      { fromVolume: 0, makerRate: 0.0002, takerRate: 0.0005 },
      { fromVolume: 1e6, makerRate: -0.0001, takerRate: 0.0003 },
    ],
  });
feeContract(of('tieredFees'), tiered, { remembers: true });
feeContract(of('sumFees'), () => execution.sumFees(tiered(), perOrder(), noFees), { remembers: true });

marginContract(of('noMargin'), () => execution.noMargin);
marginContract(of('rateMargin'), () => execution.rateMargin({ initialRate: 0.1, maintenanceRate: 0.05 }));
marginContract(of('leverageMargin'), () => execution.leverageMargin({ leverage: 20, maintenanceRate: 0.005 }));
marginContract(of('cashAccount'), () => execution.cashAccount());
marginContract('cashAccount with shorts', () =>
  execution.cashAccount({ shorts: { initialRate: 0.5, maintenanceRate: 0.3 } }),
);
const amounts = { initialAmount: 13_200, maintenanceAmount: 12_000 };
marginContract(of('perContractMargin'), () =>
  execution.perContractMargin(Object.fromEntries(MARGIN_SYMBOLS.map((symbol) => [symbol, amounts]))),
);
marginContract(of('tieredMargin'), () =>
  execution.tieredMargin([
    { fromValue: 0, initialRate: 0.008, maintenanceRate: 0.004 },
    { fromValue: 50_000, initialRate: 0.01, maintenanceRate: 0.005 },
    { fromValue: 600_000, initialRate: 0.05, maintenanceRate: 0.025 },
  ]),
);

queuePositionContract(of('riskAverseQueue'), execution.riskAverseQueue);
const belowZero = { overReaches: "hftbacktest's way: cancels alone take the quantity ahead below 0" };
for (const clampAtZero of [false, true]) {
  const [how, exceptions] = clampAtZero ? [', clamped', {}] : ['', belowZero];
  const options = { clampAtZero };
  for (const exponent of [0.5, 1, 3]) {
    const power = () => execution.powerQueue(exponent, options);
    queuePositionContract(`${of('powerQueue')}(${exponent})${how}`, power, exceptions);
    const back = () => execution.powerBackQueue(exponent, options);
    queuePositionContract(`${of('powerBackQueue')}(${exponent})${how}`, back, exceptions);
    const front = () => execution.powerFrontQueue(exponent, options);
    queuePositionContract(`${of('powerFrontQueue')}(${exponent})${how}`, front, exceptions);
  }
  queuePositionContract(`${of('logQueue')}${how}`, () => execution.logQueue(options), exceptions);
  queuePositionContract(`${of('logBackQueue')}${how}`, () => execution.logBackQueue(options), exceptions);
  const allBehind = () => execution.probabilityQueue(() => 1, options);
  queuePositionContract(`${of('probabilityQueue')}${how}, everything leaves behind`, allBehind, exceptions);
}
queuePositionContract(of('fittedQueue'), () => execution.fittedQueue());
queuePositionContract(of('frontQueue'), execution.frontQueue);
queuePositionContract(of('backQueue'), execution.backQueue, {
  mayNeverReach: 'only what goes through its price fills it',
  alwaysLast: 'it never has a place to lose',
});
queuePositionContract(of('touchQueue'), () => execution.touchQueue({ probability: 0.3 }), {
  mayNeverReach: 'by chance',
  draws: 'one draw for each order and trade',
});
queuePositionContract('touchQueue, surely', () => execution.touchQueue({ probability: 1 }));
queuePositionContract(of('orderQueue'), execution.orderQueue);
queuePositionContract(of('levelOneQueue'), execution.levelOneQueue);
queuePositionContract('levelOneQueue of chance', () =>
  execution.levelOneQueue(execution.touchQueue({ probability: 1 })),
);
for (const remainder of ['time', 'largest'] as const) {
  const proRata = () => execution.proRataQueue({ remainder, minimumLots: 2 });
  queuePositionContract(`${of('proRataQueue')}, remainder by ${remainder}`, proRata);
}
queuePositionContract(of('topOrderProRataQueue'), () =>
  execution.topOrderProRataQueue({ topShare: 0.4, topMaxLots: 10 }),
);
for (const exponent of [0.5, 1, 2]) {
  queuePositionContract(`${of('sizeWeightedQueue')}(${exponent})`, () =>
    execution.sizeWeightedQueue({ exponent, typicalLots: 3 }),
  );
}
queuePositionContract('no queue at all: every trade reaches the order', () => ({
  join: (orders, slot) => {
    orders.aheadLots[slot] = 0;
  },
  traded: (orders, slot, qtyLots) => {
    orders.aheadLots[slot]! -= qtyLots;
  },
  levelChanged: () => {},
  reachedLots: (orders, slot) => {
    const reached = 0 - orders.aheadLots[slot]!;
    orders.aheadLots[slot] = 0;
    return reached;
  },
}));

matchingContract(of('partialFill'), () => execution.partialFill);
matchingContract(of('noPartialFill'), () => execution.noPartialFill);
matchingContract(of('neverFills'), () => execution.neverFills);

consumptionContract(of('hftbacktestConsumption'), () => execution.hftbacktestConsumption);
consumptionContract(of('consumedUntilUpdated'), () => execution.consumedUntilUpdated);
consumptionContract(of('neverReused'), () => execution.neverReused);

barPathContract(of('openHighLowClose'), () => execution.openHighLowClose, { extremes: true });
barPathContract(of('openLowHighClose'), () => execution.openLowHighClose, { extremes: true });
barPathContract(of('nearerExtremeFirst'), () => execution.nearerExtremeFirst, { extremes: true });
barPathContract(of('closeOnly'), () => execution.closeOnly, { extremes: false });

impactContract(of('noImpact'), () => execution.noImpact);
impactContract(of('constantBpsImpact'), () => execution.constantBpsImpact({ bps: 5 }));
for (const unknown of ['refuse', { bps: 0.625 }] as const) {
  const what = JSON.stringify(unknown);
  const volumeShare = () => execution.volumeShareImpact({ maxShare: 0.025, impact: 0.1, unknown });
  impactContract(`${of('volumeShareImpact')}, unknown ${what}`, volumeShare);
  impactContract(`${of('squareRootImpact')}, unknown ${what}`, () =>
    execution.squareRootImpact({ coefficient: 1, unknown }),
  );
  impactContract(`${of('almgrenImpact')}, unknown ${what}`, () =>
    execution.almgrenImpact({ durationDays: 0.1, unknown }),
  );
}

priceProtectionContract(of('noPriceProtection'), () => execution.noPriceProtection);
priceProtectionContract(`${of('priceProtection')} in ticks`, () => execution.priceProtection({ ticks: 3 }));
priceProtectionContract('priceProtection in basis points', () => execution.priceProtection({ bps: 12.5 }));

riskCheckContract(of('allowAll'), () => execution.allowAll, { refuses: false, letsReduce: true });
const narrow = { refuses: true, letsReduce: true };
const onEveryOrder = { refuses: true, letsReduce: false };
riskCheckContract(
  `${of('maxOrderSize')} in lots`,
  () => execution.maxOrderSize({ lots: { X: 5, Y: 7 } }),
  onEveryOrder,
);
riskCheckContract('maxOrderSize in money', () => execution.maxOrderSize({ value: 300 }), onEveryOrder);
riskCheckContract(of('maxPosition'), () => execution.maxPosition({ lots: 10 }), narrow);
riskCheckContract(of('maxOpenPositions'), () => execution.maxOpenPositions({ count: 1 }), narrow);
riskCheckContract(of('maxGrossExposure'), () => execution.maxGrossExposure({ value: 500 }), narrow);
// Closing one leg of a hedge raises the net exposure.
riskCheckContract(of('maxNetExposure'), () => execution.maxNetExposure({ value: 500 }), onEveryOrder);
riskCheckContract(of('maxDailyLoss'), () => execution.maxDailyLoss({ loss: 20 }), narrow);
riskCheckContract(`${of('priceCollar')} in ticks`, () => execution.priceCollar({ ticks: 10 }), onEveryOrder);
riskCheckContract('priceCollar in basis points', () => execution.priceCollar({ bps: 500 }), onEveryOrder);
riskCheckContract(of('maxOrderRate'), () => execution.maxOrderRate({ messages: 3, perNs: 100 }), onEveryOrder);
riskCheckContract(`${of('killSwitch')} at a loss`, () => execution.killSwitch({ maxLoss: 20 }), narrow);

venueContract(of('idleVenue'), () => execution.idleVenue, { answers: false });
venueContract(`${of('simulatedVenue')}, as it comes`, () => simulatedVenue(), { answers: true });
/** Gives half of what is asked for (rounded up) at the best price, so that orders rest with what is left of them. */
const halves: execution.MatchingModel = {
  availableLots: (other, limitTicks, qtyLots) =>
    other.has(0) && other.within(0, limitTicks) ? Math.ceil(qtyLots / 2) : 0,
  take(other, limitTicks, qtyLots, sink) {
    if (other.has(0) && other.within(0, limitTicks)) sink.take(other.tick(0), Math.ceil(qtyLots / 2));
  },
  restingLots: (leavesLots, reachedLots) => Math.min(leavesLots, Math.floor(reachedLots / 2)),
  passedLots: (leavesLots, offeredLots) => Math.min(leavesLots, Math.ceil(offeredLots / 2)),
};
matchingContract('matching by halves', () => halves);
const venues: Readonly<Record<string, execution.SimulatedVenueOptions>> = {
  'wavering latency': { latency: wavering(), queue: execution.logQueue() },
  'matching by halves': { matching: halves },
  'as hftbacktest is': execution.HFTBACKTEST_RULES,
  'a market that never fills': { matching: execution.neverFills },
  'liquidity never reused, orders of one strategy trade': {
    consumption: execution.neverReused,
    rules: { selfTrade: SelfTrade.allow },
  },
  'pro rata, overloaded': {
    queue: execution.proRataQueue(),
    gateway: execution.randomlyOverloaded({ probability: 0.2 }),
  },
  'order by order where there is such data, protected': {
    queue: execution.orderQueue({ otherwise: execution.riskAverseQueue() }),
    protection: execution.priceProtection({ ticks: 1 }),
    latency: wavering(),
  },
};
for (const [how, options] of Object.entries(venues)) {
  venueContract(`simulatedVenue, ${how}`, () => simulatedVenue(options), { answers: true });
}

// One venue for each instrument: the suite's markets have one to three.
venueContract(
  of('severalVenues'),
  () => (environment) => {
    const entries = environment.instruments.map(({ symbol }, index) => ({
      name: symbol,
      venue: simulatedVenue({ name: symbol, latency: constantLatency({ entryNs: index, responseNs: 2 - index }) }),
      instruments: [symbol],
    }));
    return execution.severalVenues(entries)(environment);
  },
  { answers: true, inOrder: 'strategy and instrument' },
);

for (const plugin of builtInStrategies().list()) strategyContract(`strategy ${plugin.name}`, plugin);

for (const definition of BUILT_IN_FEATURES) {
  const knownAtOnce = ['inventory', 'time_of_day'].includes(definition.name);
  featureContract(`feature ${definition.name}`, definition, { knownAtOnce });
}

observerContract(of('Recorder'), () => new analytics.Recorder());
observerContract('an observer that does nothing', () => ({}));
observerContract('an observer that hears what the venue saw and looks at its books all the time', () => ({
  onStart({ watchVenue }) {
    let nextNs = 0;
    watchVenue({
      get nextNs() {
        return nextNs;
      },
      look(beforeNs) {
        if (!(beforeNs > nextNs)) throw new Error(`looked at ${nextNs} before ${beforeNs}`);
        nextNs = beforeNs;
      },
    });
  },
  onMatch() {},
}));

describe('the contract suites', () => {
  /** Exports that are no implementation of a contract: what models are made of. */
  const PARTS = [
    'WorkingOrders',
    'tradedValue',
    'LatencyTable',
    'MESSAGE_NAMES',
    'Message',
    'HFTBACKTEST_RULES',
    'DEFAULT_RULES',
    'venueRules',
    'BarAgenda',
    'BarMatcher',
    'BarStatistics',
    'BarTurn',
    'ImpactOutcome',
    'ImpactPricer',
    'MAX_PATH_POINTS',
    'FITTED_QUEUE_PARAMETERS',
    'FITTED_QUEUE_PARAMETER_NAMES',
    'FidelityTally',
    'OwnOrderFidelity',
    'QueueFidelity',
    'fitQueue',
    'fitToFills',
    'logisticFit',
    'playOrderRows',
  ];

  it('cover every export of execution', () => {
    const names = Object.keys(execution).filter((name) => !PARTS.includes(name));
    expect(names.filter((name) => !covered.has(name))).toEqual([]);
  });

  it('cover every observer of analytics', () => {
    const observers = Object.entries(analytics).filter(
      ([, value]) =>
        typeof value === 'function' &&
        Object.keys(Object.getOwnPropertyDescriptors(value.prototype ?? {})).some((method) => /^on[A-Z]/.test(method)),
    );
    expect(observers.map(([name]) => name)).toContain('Recorder');
    expect(observers.map(([name]) => name).filter((name) => !covered.has(name))).toEqual([]);
  });
});
