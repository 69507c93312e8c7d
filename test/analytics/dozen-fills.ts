/**
 * A dozen fills told to the recorder by hand, every figure worked out in execution-quality.test.ts. One strategy, `dozen`, in DOZ,
 * whose tick and lot are 1: money is ticks × lots. Requests take 1 ms to the venue (that of order 4 takes 2.001 s), answers 2 ms.
 * Samples every 10 s from 0 s to 60 s.
 *
 * The venue's quotes, which are seen locally 2 ms later:
 *   from  0 s  99/101  mid 100      from 30 s   99/101  mid 100      from 56 s  102/104  mid 103
 *   from 14 s  98/100  mid  99      from 40 s  101/103  mid 102
 *   from 20 s  97/99   mid  98      from 50 s  100/102  mid 101
 *
 * Orders: what, sent, local mid then, venue's mid on arrival, lots ahead when it came to rest.
 *   1  buy 10 at 99    10 s    100  100  20          5  sell 3 at 103   42 s    102  102   6
 *   2  sell 8 market   20.5 s   98   98   –          6  buy 2 at 100    51 s    101  101   1
 *   3  sell 4 at 100   25 s     98   98   2          7  buy 4 at 98     53.5 s  101  101   9   cancelled: asked for at 57 s
 *   4  buy 5 market    38 s    100  102   –          8  sell 2 market   58 s    103  103   –
 *
 * Fills: order, time at the venue, what, lots ahead (– = took), fee, mid then; position after.
 *   F1   1  13.001  buy  4 at  99  0    −0.4  100   +4       F7   4  40.001  buy  3 at 103  –    +0.3  102   +1
 *   F2   1  14.001  buy  6 at  99  5    −0.6   99  +10       F8   4  40.001  buy  2 at 104  –    +0.2  102   +3
 *   F3   2  20.501  sell 5 at  97  –    +0.5   98   +5       F9   5  49.001  sell 3 at 103  0    −0.3  102    0
 *   F4   2  20.501  sell 3 at  96  –    +0.3   98   +2       F10  6  52.001  buy  1 at 100  0.5  −0.1  101   +1
 *   F5   3  30.001  sell 2 at 100  0    −0.2  100    0       F11  6  53.001  buy  1 at 100  0    −0.1  101   +2
 *   F6   3  31.001  sell 2 at 100  0    −0.2  100   −2       F12  8  58.001  sell 2 at 102  –    +0.2  103    0
 */
import { Side } from '../../core/market.js';
import { MatchKind } from '../../core/match-event.js';
import { type Order, OrderEventKind } from '../../core/order.js';
import { MILLISECOND, SECOND } from '../../core/time.js';
import { HandMadeRun } from './hand-made-run.js';

const ENTRY_NS = MILLISECOND;
const RESPONSE_NS = 2 * MILLISECOND;

export function dozenFills(): HandMadeRun {
  const run = new HandMadeRun({ names: ['dozen'], specs: [{ symbol: 'DOZ', tick: '1', lot: '1' }] });
  const { submitted, accepted, cancelRequested, cancelled } = OrderEventKind;
  /** What is to happen, by local time. */
  const agenda: { ns: number; act: () => void }[] = [];
  const at = (ns: number, act: () => void) => agenda.push({ ns, act });
  const quote = (seconds: number, bid: number, ask: number) => {
    at(seconds * SECOND, () => run.venueQuote(seconds * SECOND, bid, ask));
    at(seconds * SECOND + RESPONSE_NS, () => run.quote(bid, ask));
  };
  /** `aheadLots` `NaN`: it takes. */
  const order = (
    sentSeconds: number,
    side: Side,
    lots: number,
    priceTicks: number,
    aheadLots: number,
    entryNs = ENTRY_NS,
  ): Order => {
    const sent = run.order(side, priceTicks, lots);
    const arrivalNs = sentSeconds * SECOND + entryNs;
    const takes = Number.isNaN(aheadLots);
    at(sentSeconds * SECOND, () => run.event(sent, submitted, sentSeconds * SECOND));
    at(arrivalNs, () => run.match(sent, takes ? MatchKind.entered : MatchKind.rested, arrivalNs, aheadLots));
    if (!takes) {
      const heardNs = arrivalNs + RESPONSE_NS;
      at(heardNs, () => run.event(sent, accepted, heardNs, { exchangeNs: arrivalNs }));
    }
    return sent;
  };
  const fill = (of: Order, seconds: number, lots: number, priceTicks: number, aheadLots: number, fee: number) => {
    const filledNs = seconds * SECOND;
    const heardNs = filledNs + RESPONSE_NS;
    const maker = !Number.isNaN(aheadLots);
    at(filledNs, () => run.match(of, MatchKind.filled, filledNs, aheadLots));
    at(heardNs, () => run.fill(of, heardNs, priceTicks, lots, maker, fee, filledNs));
  };
  const takes = Number.NaN;
  for (const [seconds, bid, ask] of [
    [0, 99, 101],
    [14, 98, 100],
    [20, 97, 99],
    [30, 99, 101],
    [40, 101, 103],
    [50, 100, 102],
    [56, 102, 104],
  ] as const) {
    quote(seconds, bid, ask);
  }
  for (let seconds = 0; seconds < 60; seconds += 10) at(seconds * SECOND, () => run.sample(seconds * SECOND));
  const first = order(10, Side.buy, 10, 99, 20);
  fill(first, 13.001, 4, 99, 0, -0.4);
  fill(first, 14.001, 6, 99, 5, -0.6);
  const second = order(20.5, Side.sell, 8, Number.NaN, takes);
  fill(second, 20.501, 5, 97, takes, 0.5);
  fill(second, 20.501, 3, 96, takes, 0.3);
  const third = order(25, Side.sell, 4, 100, 2);
  fill(third, 30.001, 2, 100, 0, -0.2);
  fill(third, 31.001, 2, 100, 0, -0.2);
  const fourth = order(38, Side.buy, 5, Number.NaN, takes, 2001 * MILLISECOND);
  fill(fourth, 40.001, 3, 103, takes, 0.3);
  fill(fourth, 40.001, 2, 104, takes, 0.2);
  const fifth = order(42, Side.sell, 3, 103, 6);
  fill(fifth, 49.001, 3, 103, 0, -0.3);
  const sixth = order(51, Side.buy, 2, 100, 1);
  fill(sixth, 52.001, 1, 100, 0.5, -0.1);
  fill(sixth, 53.001, 1, 100, 0, -0.1);
  const seventh = order(53.5, Side.buy, 4, 98, 9);
  at(57 * SECOND, () => run.event(seventh, cancelRequested, 57 * SECOND));
  const heardNs = 57 * SECOND + ENTRY_NS + RESPONSE_NS;
  at(heardNs, () =>
    run.event(seventh, cancelled, heardNs, { exchangeNs: 57 * SECOND + ENTRY_NS, qtyLots: 4, leavesLots: 0 }),
  );
  const eighth = order(58, Side.sell, 2, Number.NaN, takes);
  fill(eighth, 58.001, 2, 102, takes, 0.2);
  // Stable: what was planned first comes first; samples see the quotes of before.
  agenda.sort((a, b) => a.ns - b.ns);
  for (const { act } of agenda) act();
  // The end: the venue's quotes stand, and what was to be looked at by then is.
  run.venueQuote(60 * SECOND + 1, 102, 104);
  run.sample(60 * SECOND, true);
  return run;
}
