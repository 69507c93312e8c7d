/** Several venues in one run: each with its own latency and fees, one strategy that trades on two, several on one. */
import { describe, expect, it } from 'vitest';
import {
  codeOf,
  Kind,
  MemoryTape,
  ORDER_EVENT_NAMES,
  Side,
  Simulation,
  type Strategy,
  TapeBuilder,
  withClockOffset,
} from '../../core/index.js';
import { constantLatency, makerTakerFees, simulatedVenue } from '../../execution/index.js';
import { severalVenues } from '../../execution/venues.js';

const spec = (symbol: string) => ({ symbol, tick: '1', lot: '1' });

/** 99 bid and 101 asked, 10 lots each, from time 0 on; one row at the end. */
function tape(symbol: string): MemoryTape {
  const rows = new TapeBuilder();
  rows.add(0, 0, codeOf(Kind.depth, Side.buy), 1, 0, 99, 10);
  rows.add(0, 0, codeOf(Kind.depth, Side.sell), 1, 0, 101, 10);
  rows.add(5_000, 5_000, codeOf(Kind.depth, Side.buy), 1, 0, 90, 1);
  return new MemoryTape(rows.build().columns, {
    instruments: [spec(symbol)],
    originNs: 0n,
    provenance: {},
    corrections: [],
  });
}

const venueOf = (name: string, latencyNs: number, takerRate: number) =>
  simulatedVenue({
    name: `venue/${name}`,
    latency: constantLatency({ entryNs: latencyNs, responseNs: latencyNs }),
    fees: makerTakerFees({ makerRate: 0, takerRate }),
  });

function run(strategies: Readonly<Record<string, Strategy>>) {
  const told: string[] = [];
  const result = new Simulation({
    tapes: [tape('NEAR'), tape('FAR')],
    strategies: Object.entries(strategies).map(([name, strategy]) => ({ name, strategy })),
    venue: severalVenues([
      { name: 'near', venue: venueOf('near', 10, 0.001), instruments: ['NEAR'] },
      { name: 'far', venue: venueOf('far', 300, 0.002), instruments: ['FAR'] },
    ]),
    observers: [
      {
        onOrderEvent: ({ kind, order, localNs, exchangeNs, priceTicks, qtyLots, fee }) => {
          const what = `${ORDER_EVENT_NAMES[kind]} ${qtyLots}@${priceTicks}`;
          told.push(`${localNs} ${order.strategy} ${order.instrument.symbol} ${what} at ${exchangeNs} fee ${fee}`);
        },
      },
    ],
  }).run();
  return { told: told.filter((line) => !line.includes('submitted')), result };
}

describe('several venues', () => {
  it('each answer after their own latency and take their own fees, from one strategy that trades on both', () => {
    const both: Strategy = {
      onStart: (context) => context.at('go', 1_000),
      onTimer: (_name, context) => {
        context.buy(context.instrument('FAR'), 2);
        context.sell(context.instrument('NEAR'), 2);
      },
    };
    const { told, result } = run({ both });
    expect(told).toEqual([
      // Sent at 1000, there at 1010, back at 1020; 2 × 99 × 0.001.
      '1020 0 NEAR filled 2@99 at 1010 fee 0.198',
      // Sent first, but there at 1300 and back at 1600; 2 × 101 × 0.002.
      '1600 0 FAR filled 2@101 at 1300 fee 0.404',
    ]);
    const { account } = result.strategies[0]!;
    expect([account.positionLots(0), account.positionLots(1)]).toEqual([-2, 2]);
    // 198 received, 202 paid, 0.602 of fees.
    expect(account.cash).toBeCloseTo(-4.602, 12);
  });

  it('strategies of one venue trade with each other, each in its own account', () => {
    const seller: Strategy = {
      onStart: (context) => context.at('rest', 1_000),
      onTimer: (_name, context) => void context.sell(context.instrument('NEAR'), 3, 100),
    };
    const buyer: Strategy = {
      onStart: (context) => context.at('take', 2_000),
      onTimer: (_name, context) => void context.buy(context.instrument('NEAR'), 5),
    };
    const { told, result } = run({ seller, buyer });
    expect(told).toEqual([
      '1020 0 NEAR accepted 3@100 at 1010 fee 0',
      // The other strategy's 100 is better than the market's 101, which gives the other two lots.
      '2020 0 NEAR filled 3@100 at 2010 fee 0',
      '2020 1 NEAR filled 3@100 at 2010 fee 0.3',
      '2020 1 NEAR filled 2@101 at 2010 fee 0.202',
    ]);
    expect(result.strategies.map(({ account }) => account.positionLots(0))).toEqual([-3, 5]);
  });

  it('a venue whose clock was ahead is put right on its tape', () => {
    const rows = new TapeBuilder();
    // Its clock says 700 when it is 200.
    rows.add(700, 900, codeOf(Kind.depth, Side.sell), 1, 0, 101, 10);
    rows.add(5_000, 5_200, codeOf(Kind.depth, Side.sell), 1, 0, 105, 10);
    const info = { instruments: [spec('FAR')], originNs: 0n, provenance: {}, corrections: [] };
    const times: number[] = [];
    const strategy: Strategy = {
      // Times of a run count from its origin, which an offset moves.
      onStart: (context) => context.at('early', 400 - Number(context.originNs)),
      onTimer: (_name, context) => void context.buy(context.instrument('FAR'), 1),
      onFill: (fill, context) => void times.push(fill.exchangeNs + Number(context.originNs)),
    };
    const play = (offsetNs: number) => {
      times.length = 0;
      new Simulation({
        tapes: [tape('NEAR'), withClockOffset(new MemoryTape(rows.build().columns, info), offsetNs)],
        strategies: [{ name: 'one', strategy }],
        venue: simulatedVenue(),
      }).run();
      return [...times];
    };
    // At 400 the ask of 200 is there; by the wrong clock it would come at 700.
    expect(play(500)).toEqual([400]);
    expect(play(0)).toEqual([]);
  });

  it.each([
    [
      'two of one name',
      [
        ['a', ['NEAR']],
        ['a', ['FAR']],
      ],
      'two venues are named "a"',
    ],
    ['a symbol that is not there', [['a', ['NEAR', 'FAR', 'GONE']]], 'venue "a": instrument "GONE" is not in the run'],
    [
      'a symbol at two',
      [
        ['a', ['NEAR', 'FAR']],
        ['b', ['FAR']],
      ],
      'venue "b": "FAR" trades at another venue as well',
    ],
    ['a symbol at none', [['a', ['NEAR']]], 'instrument "FAR" trades at none of the venues'],
  ] as const)('refuse %s', (_name, venues, message) => {
    const simulation = new Simulation({
      tapes: [tape('NEAR'), tape('FAR')],
      strategies: [{ name: 'one', strategy: {} }],
      venue: severalVenues(venues.map(([name, instruments]) => ({ name, instruments, venue: venueOf(name, 0, 0) }))),
    });
    expect(() => simulation.run()).toThrow(message);
  });
});
