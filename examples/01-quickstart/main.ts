/**
 * The shortest whole run: a market, two strategies, a venue, and what came of it.
 * Run it: npm run -s example -- 01-quickstart
 */
import {
  builtInStrategies,
  constantLatency,
  formatSummary,
  makerTakerFees,
  powerQueue,
  Recorder,
  Simulation,
  simulatedVenue,
  summarise,
  syntheticTape,
} from 'tickwright';

// A tape is market data in time order. This one is made up, from a seed; `openTape('btc.parquet')` reads one from disk.
const tape = syntheticTape({ seed: 1, rows: 200_000, instruments: 2 });

// Strategies are plug-ins: a name, a schema for their parameters, and a function that makes one.
const strategies = builtInStrategies();
const make = (name: string, params: object) => {
  const plugin = strategies.find(name);
  return { name, strategy: plugin.create(plugin.params.parse(params)) };
};

const recorder = new Recorder();
const simulation = new Simulation({
  tapes: [tape],
  strategies: [
    make('market-maker', { qty: 0.1, maxPosition: 0.5, toleranceTicks: 1 }),
    make('momentum', { qty: 0.1, maxPosition: 0.5 }),
  ],
  // Orders need 5 ms to the venue and back, wait in a queue, and pay fees by value.
  venue: simulatedVenue({
    latency: constantLatency({ entryNs: 5e6, responseNs: 5e6 }),
    queue: powerQueue(3),
    fees: makerTakerFees({ makerRate: 0, takerRate: 0.0003 }),
  }),
  observers: [recorder],
});

const result = simulation.run();
process.stdout.write(formatSummary(summarise(recorder.recording, result)));
