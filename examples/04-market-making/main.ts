/**
 * What latency costs a market maker: the same strategy on the same market, further and further away from the venue.
 * Run it: npm run -s example -- 04-market-making
 */
import {
  constantLatency,
  formatDuration,
  makerTakerFees,
  marketMaker,
  powerQueue,
  Recorder,
  Simulation,
  simulatedVenue,
  summarise,
  syntheticTape,
} from 'tickwright';

const tape = syntheticTape({ seed: 11, rows: 300_000, instruments: 1 });

console.log('latency   orders  fills   volume        profit  per million  drawdown');
for (const latencyNs of [0, 1e6, 10e6, 50e6, 200e6]) {
  const recorder = new Recorder();
  const result = new Simulation({
    tapes: [tape],
    strategies: [
      {
        name: 'maker',
        strategy: marketMaker.create(
          marketMaker.params.parse({ interval: '10ms', qty: 0.1, maxPosition: 0.5, toleranceTicks: 1 }),
        ),
      },
    ],
    venue: simulatedVenue({
      latency: constantLatency({ entryNs: latencyNs, responseNs: latencyNs }),
      queue: powerQueue(3),
      // A rebate of a fifth of a basis point.
      fees: makerTakerFees({ makerRate: -0.00002, takerRate: 0.0003 }),
    }),
    observers: [recorder],
  }).run();

  const { orders, trades, volume, profit, drawdown } = summarise(recorder.recording, result).strategies[0]!;
  const perMillion = ((profit ?? Number.NaN) / volume) * 1e6;
  const cells = [formatDuration(latencyNs).padEnd(8), String(orders.sent).padStart(7), String(trades).padStart(6)];
  cells.push(volume.toFixed(0).padStart(9), (profit ?? Number.NaN).toFixed(2).padStart(13));
  cells.push(perMillion.toFixed(2).padStart(12), drawdown.amount.toFixed(2).padStart(9));
  console.log(cells.join(' '));
}
