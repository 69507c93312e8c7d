/** The dozen fills of dozen-fills.ts, each figure worked out by hand. */
import { describe, expect, it } from 'vitest';
import { inventoryQuantiles } from '../../analytics/metrics/exposure.js';
import { RunMeasurements } from '../../analytics/metrics/measurements.js';
import { returnsBy } from '../../analytics/metrics/period-returns.js';
import { tripsBy } from '../../analytics/metrics/trip-figures.js';
import { summarise } from '../../analytics/summary.js';
import { Side } from '../../core/market.js';
import { MILLISECOND, SECOND } from '../../core/time.js';
import { dozenFills } from './dozen-fills.js';

const run = dozenFills();
const { recording } = run.recorder;
const outcome = run.outcome(0, 60 * SECOND);
const [dozen] = summarise(recording, outcome).strategies;
const m = dozen!.metrics;
const measured = new RunMeasurements({ recording, accounts: run.accounts, startNs: 0, endNs: 60 * SECOND }).of(0);

/** To the 9 digits that doubles leave of a few sums. */
function expectMetrics(expected: Readonly<Record<string, number | null>>): void {
  for (const [name, value] of Object.entries(expected)) {
    if (value === null) expect(m[name], name).toBeNull();
    else
      expect(Math.abs(m[name]! - value), `${name}: ${m[name]}, not ${value}`).toBeLessThan(
        1e-9 * Math.max(1, Math.abs(value)),
      );
  }
}

describe('of the dozen fills', () => {
  /*
   * Money from trades: −396 −594 +485 +288 +200 +200 −309 −208 +309 −100 −100 +204 = −21, and the position is 0 at the end.
   * Fees: resting −0.4 −0.6 −0.2 −0.2 −0.3 −0.1 −0.1 = −1.9, taking 0.5 + 0.3 + 0.3 + 0.2 + 0.2 = 1.5: together −0.4. Profit −20.6.
   * Spread capture, s q (mid − price):
   *   F1 4 × 1 = 4, F2 0, F3 −5, F4 −3 × 2 = −6, F5 0, F6 0, F7 −3, F8 −2 × 2 = −4, F9 3 × 1 = 3, F10 1, F11 1, F12 −2 → −11.
   * Inventory, position × change of mid from fill to fill: +4 × −1 (F1 to F2) = −4, +10 × −1 (to F3) = −10, +2 × 2 (F4 to F5) = 4,
   *   −2 × 2 (F6 to F7) = −4, +2 × 2 (F11 to F12) = 4 → −10. And −11 − 10 = −21.
   * Of the fills that took: mid to touch 5 × 1 + 3 × 1 + 3 × 1 + 2 × 1 + 2 × 1 = 15; beyond the touch F4 3 × 1, F8 2 × 1 = 5.
   * Volume 396 + 594 + 485 + 288 + 200 + 200 + 309 + 208 + 309 + 100 + 100 + 204 = 3393.
   */
  it('profit is split into spread capture, inventory and fees', () => {
    expect(dozen!.profit).toBeCloseTo(-20.6, 9);
    expectMetrics({
      ...{ spreadCapture: -11, inventoryProfit: -10, feesPaid: -0.4, flowsReceived: 0, fundingPaid: 0 },
      ...{ spreadCost: 15, impactCost: 5, profitPerVolume: (1e4 * -20.6) / 3393 },
    });
  });

  /*
   * Value at the mid: 400 + 594 + 490 + 294 + 200 + 200 + 306 + 204 + 306 + 101 + 101 + 206 = 3402; effective spread 2 × 11 / 3402.
   * After 1, 10, 100 ms every mid is that of the fill: −11 / 3402.
   * After 1 s, s q (mid − price): F1 (14.001 s, mid 99) 0, F2 0, F3 −5, F4 −6, F5 0, F6 0, F7 −3, F8 −4, F9 (50.001 s, 101) 3 × 2 = 6,
   *   F10 1, F11 1, F12 −2 → −12 / 3402.
   * After 5 s: F1 0, F2 0, F3 −5, F4 −6, F5 0, F6 0, F7 −3, F8 −4, F9 6, F10 (57.001 s, 103) 3, F11 3 → −6, F12 after the end:
   *   value 3402 − 206 = 3196. Realised spread 2 × 6 / 3196.
   *   From the mid: F1 4 × −1 = −4, F9 3 × 1 = 3, F10 2, F11 2 → +3: adverse selection −3 / 3196. (Capture of the eleven −9, + 3 = −6.)
   * After 10 s: F1 (23.001 s, 98) −4, F2 −6, F3 (30.501 s, 100) −15, F4 −12, F5 (40.001 s, 102) −4, F6 −4, F7 (50.001 s, 101) −6, F8 −6,
   *   F9 (59.001 s, 103) 0 → −57; F10 to F12 after the end: value 3402 − 408 = 2994.
   */
  it('spreads and markouts are those of the venue’s mids', () => {
    expectMetrics({
      ...{ effectiveSpread: (1e4 * 22) / 3402, realisedSpread: (1e4 * 12) / 3196 },
      adverseSelection: (1e4 * -3) / 3196,
      ...{ markout1ms: (1e4 * -11) / 3402, markout10ms: (1e4 * -11) / 3402, markout100ms: (1e4 * -11) / 3402 },
      ...{ markout1s: (1e4 * -12) / 3402, markout5s: (1e4 * -6) / 3196, markout10s: (1e4 * -57) / 2994 },
      markout60s: null,
    });
  });

  /*
   * Slippage to the local mid when sent: order 1 10 × −1 = −10, 2 5 × 1 + 3 × 2 = 11, 3 −4 × 2 = −8, 4 3 × 3 + 2 × 4 = 17, 5 −3, 6 −2,
   *   8 2 → 7; value at it 1000 + 784 + 392 + 500 + 306 + 202 + 206 = 3390.
   * To the venue's mid on arrival: the same, but order 4 3 × 1 + 2 × 2 = 7 → −3; value 3390 − 500 + 510 = 3400. Of takers 11 + 7 + 2.
   * Order 7 did not fill: 4 × (103 − 101) = 8 missed; ordered 3390 + 4 × 101 = 3794. Shortfall 7 − 0.4 + 8 = 14.6.
   */
  it('slippage and shortfall are those of the orders', () => {
    expectMetrics({
      ...{ decisionSlippage: (1e4 * 7) / 3390, arrivalSlippage: (1e4 * -3) / 3400 },
      ...{ implementationShortfall: (1e4 * 14.6) / 3794, fillRatioByValue: 3390 / 3794 },
      // No profit: nothing to grow.
      capacity: null,
    });
    expect(measured.shortfall.takerSlippage).toBe(20);
    // Orders of 2 and 3 lots, of 4 to 7 (one of three did not fill), of 8 to 15.
    const shares = [...measured.shortfall.fillShareBySize].map(([size, { count, mean }]) => [size, count, mean]);
    expect(shares).toEqual([
      [2, 3, 1],
      [4, 3, expect.closeTo(2 / 3, 12)],
      [8, 2, 1],
    ]);
  });

  /*
   * In line: F1 3 s, F2 4 s, F5 5 s, F6 6 s, F9 7 s, F10 1 s, F11 2 s: median and mean 4 s.
   * Ahead when they came to rest (20 + 2 + 6 + 1 + 9) / 5 = 7.6; when they filled (0 + 5 + 0 + 0 + 0 + 0.5 + 0) / 7.
   * 9 requests in 60 s, no two in one second; 9 answers, order 4 after 2.001 s, the others after 1 ms.
   */
  it('places in line, messages and their times are counted', () => {
    expectMetrics({
      ...{ makerShareOfFills: 7 / 12, timeInQueue: 4 * SECOND, meanTimeInQueue: 4 * SECOND },
      ...{ queueAtEntry: 7.6, queueAtFill: 5.5 / 7, cancelToTrade: 1 / 12, messageRate: 0.15, peakMessageRate: 1 },
      ...{ entryLatencyP50: MILLISECOND, entryLatencyMax: 2001 * MILLISECOND },
      // 99 % of the way from the first to the ninth: 0.92 of the way from the eighth, 1 ms, to the ninth.
      entryLatencyP99: MILLISECOND + 0.92 * 2000 * MILLISECOND,
      ...{ responseLatencyP50: 2 * MILLISECOND, responseLatencyMax: 2 * MILLISECOND },
    });
  });

  /*
   * Trip 1, long, F1 to F5: −990 + 773 + 200 = −17, fees −0.4 → −16.6; 13.003 s to 30.003 s.
   *   On the way: after F1 −396 + 400 + 0.4 = 4.4; F2 (local mid 99) 1.0; F3 −505 + 490 + 0.5 = −14.5; F4 −217 + 196 + 0.2 = −20.8.
   * Trip 2, short, F6 and 2 of F7: 200 − 206 = −6, fees −0.2 + 0.2 → −6; 9 s. After F6 200 − 200 + 0.2 = 0.2.
   * Trip 3, long, 1 of F7, F8, F9: −103 − 208 + 309 = −2, fees 0.1 + 0.2 − 0.3 → −2; 9 s. After F7 −1.1, after F8 −311 + 306 − 0.3 = −5.3.
   * Trip 4, long, F10 to F12: −200 + 204 = 4, fees −0.2 + 0.2 → 4; 6 s. After F10 1.1, after F11 2.2; no sample on the way.
   * Together −16.6 − 6 − 2 + 4 = −20.6, the account's profit.
   */
  it('round trips sum to the account’s profit, with their excursions', () => {
    expectMetrics({
      ...{ trips: 4, tripWinRate: 0.25, payoff: 4 / (24.6 / 3), profitFactor: 4 / 24.6, expectancy: -20.6 / 4 },
      ...{ meanHolding: 10.25 * SECOND, medianHolding: 9 * SECOND, longestWins: 1, longestLosses: 3 },
      ...{ meanAdverse: (20.8 + 6 + 5.3 + 0) / 4, meanFavourable: (4.4 + 0.2 + 0 + 4) / 4 },
    });
    const bySide = tripsBy(measured.trips, 'side', recording.originNs);
    expect([...bySide.keys()]).toEqual([Side.buy, Side.sell]);
    expect(bySide.get(Side.sell)!.profit.mean).toBeCloseTo(-6, 9);
    // The origin is 23:54:16.298: what is opened from 344 s on would be of hour 0.
    expect([...tripsBy(measured.trips, 'hour', recording.originNs).keys()]).toEqual([23]);
    expect(tripsBy(measured.trips, 'instrument', recording.originNs).get(0)!.count).toBe(4);
    const { profits, returns } = returnsBy(measured, 'trade');
    expect([...profits].map((value) => Number(value.toFixed(9)))).toEqual([-16.6, -6, -2, 4]);
    expect(returns[0], 'without capital there is no return').toBeNaN();
  });

  /*
   * Positions at 0 … 60 s: 0, 0, +10 (mid 99), +2 (mid 98), −2 (mid 100), 0, 0: gross 990, 196, 200, net 990, 196, −200.
   */
  it('exposure is that of the samples', () => {
    expectMetrics({
      ...{ meanGross: 198, maxGross: 990, meanNet: 986 / 7, flatShare: 4 / 7, turnover: 3393 / 198 },
      ...{ turnoverOfCapital: null, meanLeverage: null, maxLeverage: null },
    });
    expect(inventoryQuantiles(measured, 0, [0, 0.5, 1])).toEqual([-2, 0, 10]);
  });
});
