/**
 * A queue model of your own, beside the stock ones. A model says how much stands ahead of a resting order, and so decides
 * how often a passive strategy fills: the first thing to doubt in any backtest of one.
 * Run it: npm run -s example -- 03-your-queue-model
 */
import {
  constantLatency,
  logQueue,
  makerTakerFees,
  powerQueue,
  probabilityQueue,
  type QueuePositionModel,
  riskAverseQueue,
  Simulation,
  simulatedVenue,
  syntheticTape,
  touch,
} from 'tickwright';

/** Where a level shrinks without a trade, everybody was equally likely to leave: a form takes one line. */
const proportional = () => probabilityQueue((behind, ahead) => behind / (behind + ahead));

/** A whole model of its own: we are last in line until the level has traded through once. A worst case. */
function alwaysLast(): QueuePositionModel {
  return {
    join(orders, slot, levelLots) {
      orders.aheadLots[slot] = levelLots;
    },
    traded(orders, slot, qtyLots) {
      orders.aheadLots[slot]! -= qtyLots;
    },
    levelChanged(orders, slot, _beforeLots, afterLots) {
      orders.aheadLots[slot] = Math.max(orders.aheadLots[slot]!, afterLots);
    },
    reachedLots(orders, slot) {
      const passed = Math.max(0, -orders.aheadLots[slot]!);
      if (passed > 0) orders.aheadLots[slot] = 0;
      return passed;
    },
  };
}

const models: Record<string, () => QueuePositionModel> = {
  'risk-averse': riskAverseQueue,
  'power 3': () => powerQueue(3),
  log: logQueue,
  proportional,
  'always last': alwaysLast,
};

const tape = syntheticTape({ seed: 3, rows: 200_000, instruments: 1 });

console.log('queue model    fills     profit');
for (const [name, queue] of Object.entries(models)) {
  const { fills, strategies } = new Simulation({
    tapes: [tape],
    strategies: [{ name: 'touch', strategy: touch.create(touch.params.parse({ qty: 0.1, maxPosition: 0.5 })) }],
    venue: simulatedVenue({
      latency: constantLatency({ entryNs: 5e6, responseNs: 5e6 }),
      queue: queue(),
      fees: makerTakerFees({ makerRate: 0, takerRate: 0.0003 }),
    }),
  }).run();
  const profit = strategies[0]!.account.equity.toFixed(2);
  console.log(`${name.padEnd(12)} ${String(fills).padStart(7)} ${profit.padStart(10)}`);
}
