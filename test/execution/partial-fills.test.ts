/**
 * The venue under matching models that fill in parts: the stock one that walks the book, and one that gives three lots at a
 * time. Statuses stay legal, quantities add up, and nothing is filled that the market did not bring.
 */
import { describe, expect, it } from 'vitest';
import {
  codeOf,
  Kind,
  MemoryTape,
  ORDER_EVENT_NAMES,
  ORDER_STATUS_NAMES,
  type Order,
  type OrderRequest,
  Side,
  Simulation,
  type Strategy,
  TapeBuilder,
  TimeInForce,
} from '../../core/index.js';
import { HFTBACKTEST_RULES, type MatchingModel, partialFill, simulatedVenue } from '../../execution/index.js';

/** A taker gets at most 3 lots, at the opposite best; a resting order as many lots as have reached it, or come through it. */
const inParts: MatchingModel = {
  availableLots: (other, limitTicks, qtyLots) =>
    other.has(0) && other.within(0, limitTicks) ? Math.min(3, qtyLots) : 0,
  take(other, limitTicks, qtyLots, sink) {
    if (other.has(0) && other.within(0, limitTicks)) sink.take(other.tick(0), Math.min(3, qtyLots));
  },
  restingLots: (leavesLots, reachedLots) => Math.min(leavesLots, reachedLots),
  passedLots: (leavesLots) => leavesLots,
};

/** Asks of 102 and 103, a bid of 100; sells print at 102 and 100 from time 300 on. */
function tape(): MemoryTape {
  const rows = new TapeBuilder();
  rows.add(0, 0, codeOf(Kind.depth, Side.buy), 1, 0, 100, 2);
  rows.add(0, 0, codeOf(Kind.depth, Side.sell), 1, 0, 102, 5);
  rows.add(0, 0, codeOf(Kind.depth, Side.sell), 1, 0, 103, 5);
  for (const timeNs of [300, 400, 500]) {
    rows.add(timeNs, timeNs, codeOf(Kind.trade, Side.sell), 1, 0, 102, 2);
    rows.add(timeNs + 1, timeNs + 1, codeOf(Kind.trade, Side.sell), 1, 0, 100, 4);
  }
  rows.add(1000, 1000, codeOf(Kind.status, Side.none), 1, 0, 0, 0);
  const instruments = [{ symbol: 'X', tick: '0.1', lot: '0.01' }];
  return new MemoryTape(rows.build().columns, { instruments, originNs: 0n, provenance: {}, corrections: [] });
}

/** Sends one order at 100, does `then` to it at 200, and tells all that happened to it. */
function lifeOf(
  request: Omit<OrderRequest, 'instrument'>,
  then: Parameters<typeof act>[2] = {},
  matching = inParts,
): string[] {
  const told: string[] = [];
  let order: Order | undefined;
  const strategy: Strategy = {
    onStart: (context) => {
      context.at('send', 100);
      context.at('then', 200);
    },
    onTimer: (name, context) => {
      if (name === 'send') order = context.submit({ instrument: context.instruments[0]!, ...request });
      else act(context, order!, then);
    },
  };
  new Simulation({
    tapes: [tape()],
    strategies: [{ name: 'one', strategy }],
    venue: simulatedVenue({ ...HFTBACKTEST_RULES, matching }),
    observers: [
      {
        onOrderEvent: ({ kind, order: { status, filledLots }, localNs, qtyLots, leavesLots, maker }) => {
          const name = `${ORDER_EVENT_NAMES[kind]}${maker ? ' as maker' : ''}`;
          told.push(`${localNs} ${name} ${qtyLots} → ${ORDER_STATUS_NAMES[status]} ${filledLots}+${leavesLots}`);
        },
      },
    ],
  }).run();
  return told.filter((line) => !/submitted|Requested/.test(line));
}

function act(
  context: Parameters<NonNullable<Strategy['onTimer']>>[1],
  order: Order,
  then: { cancel?: true; modify?: { qtyLots?: number; priceTicks?: number } },
): void {
  if (then.cancel) context.cancel(order);
  if (then.modify) context.modify(order, then.modify);
}

const buy = { side: Side.buy, qtyLots: 8 };

describe('an order that fills in parts', () => {
  it('rests with what is left after taking, and fills on as maker', () => {
    expect(lifeOf({ ...buy, priceTicks: 102 })).toEqual([
      '100 filled 3 → open 3+5',
      '300 filled as maker 2 → open 5+3',
      // A trade below its price goes through it: all of it fills.
      '301 filled as maker 3 → filled 8+0',
    ]);
  });

  it('waits in its queue first when it does not take', () => {
    expect(lifeOf({ ...buy, priceTicks: 100 })).toEqual([
      '100 accepted 8 → open 0+8',
      // 2 lots were ahead of it.
      '301 filled as maker 2 → open 2+6',
      '401 filled as maker 4 → open 6+2',
      '501 filled as maker 2 → filled 8+0',
    ]);
  });

  it('expires with what is left when it is immediate or cancel, and whole when it is fill or kill', () => {
    expect(lifeOf({ ...buy, priceTicks: 102, timeInForce: TimeInForce.IOC })).toEqual([
      '100 filled 3 → open 3+5',
      '100 expired 5 → expired 3+0',
    ]);
    expect(lifeOf({ ...buy, priceTicks: 102, timeInForce: TimeInForce.FOK })).toEqual(['100 expired 8 → expired 0+0']);
    expect(lifeOf({ side: Side.buy, qtyLots: 3, priceTicks: 102, timeInForce: TimeInForce.FOK })).toEqual([
      '100 filled 3 → filled 3+0',
    ]);
    expect(lifeOf(buy)).toEqual(['100 filled 3 → open 3+5', '100 expired 5 → expired 3+0']);
  });

  it('can be cancelled for the rest', () => {
    expect(lifeOf({ ...buy, priceTicks: 102 }, { cancel: true })).toEqual([
      '100 filled 3 → open 3+5',
      '200 cancelled 5 → cancelled 3+0',
    ]);
  });

  it('keeps total = filled + left when modified', () => {
    expect(lifeOf({ ...buy, priceTicks: 102 }, { modify: { qtyLots: 4 } })).toEqual([
      '100 filled 3 → open 3+5',
      '200 modified 4 → open 3+1',
      '300 filled as maker 1 → filled 4+0',
    ]);
  });

  it('is cancelled by a modify to no more than it has filled', () => {
    for (const qtyLots of [3, 2]) {
      expect(lifeOf({ ...buy, priceTicks: 102 }, { modify: { qtyLots } })).toEqual([
        '100 filled 3 → open 3+5',
        `200 cancelled ${qtyLots} → cancelled 3+0`,
      ]);
    }
  });

  it('takes again when it is modified to a price that reaches the other side', () => {
    expect(lifeOf({ ...buy, priceTicks: 100 }, { modify: { priceTicks: 103 } })).toEqual([
      '100 accepted 8 → open 0+8',
      '200 modified 8 → open 0+8',
      '200 filled 3 → open 3+5',
      // Below its price: the trade at 102 goes through it.
      '300 filled as maker 5 → filled 8+0',
    ]);
  });
});

describe('an order under the stock model of partial fills', () => {
  const walks = (request: Omit<OrderRequest, 'instrument'>) => lifeOf(request, {}, partialFill);

  it('walks the book within its limit, and rests with what is left', () => {
    expect(walks({ ...buy, priceTicks: 103 })).toEqual(['100 filled 5 → open 5+3', '100 filled 3 → filled 8+0']);
    expect(walks({ ...buy, priceTicks: 102 })).toEqual([
      '100 filled 5 → open 5+3',
      '300 filled as maker 2 → open 7+1',
      // The trade through its price had 4 lots; it needed one.
      '301 filled as maker 1 → filled 8+0',
    ]);
  });

  it('gets of a trade through its price no more than traded', () => {
    expect(walks({ side: Side.buy, qtyLots: 12, priceTicks: 101 })).toEqual([
      '100 accepted 12 → open 0+12',
      '301 filled as maker 4 → open 4+8',
      '401 filled as maker 4 → open 8+4',
      '501 filled as maker 4 → filled 12+0',
    ]);
  });

  it('expires where the recorded book ends, and does not fill or kill beyond its limit', () => {
    const twelve = { side: Side.buy, qtyLots: 12 };
    expect(walks(twelve)).toEqual([
      '100 filled 5 → open 5+7',
      '100 filled 5 → open 10+2',
      '100 expired 2 → expired 10+0',
    ]);
    expect(walks({ ...buy, priceTicks: 102, timeInForce: TimeInForce.FOK })).toEqual(['100 expired 8 → expired 0+0']);
    expect(walks({ ...buy, priceTicks: 103, timeInForce: TimeInForce.FOK })).toEqual([
      '100 filled 5 → open 5+3',
      '100 filled 3 → filled 8+0',
    ]);
    expect(walks({ ...twelve, priceTicks: 103, timeInForce: TimeInForce.IOC })).toEqual([
      '100 filled 5 → open 5+7',
      '100 filled 5 → open 10+2',
      '100 expired 2 → expired 10+0',
    ]);
  });
});
