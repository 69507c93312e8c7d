/** Several requests as one message: they travel and arrive as one, in the order in which they were made. By hand. */
import { describe, expect, it } from 'vitest';
import { uniformDelay } from '../../core/delay.js';
import { computeTime, Side } from '../../core/index.js';
import { constantLatency, latencyOf } from '../../execution/index.js';
import { play, told } from './scenario.js';

const BOOK = ['0 bid 5@100', '0 ask 5@102'];
const uneven = constantLatency({
  entryNs: { submit: 10, modify: 40, cancel: 20 },
  responseNs: 5,
});

describe('requests sent together', () => {
  it('arrive at one time, that of the first, whatever each would take alone', () => {
    const lines = told({
      market: BOOK,
      venue: { latency: uneven },
      actions: [
        [
          100,
          (desk) =>
            desk.context.together(() => {
              desk.buy('bid', 1, 99);
              desk.sell('ask', 1, 103);
              desk.modify('bid', { priceTicks: 98 });
              desk.cancel('ask');
            }),
        ],
        // Alone, a modify takes 40.
        [200, (desk) => desk.modify('bid', { priceTicks: 97 })],
      ],
    });
    expect(lines).toEqual([
      '115 bid accepted 1@99',
      '115 ask accepted 1@103',
      '115 bid modified 1@98, 1 left',
      '115 ask cancelled 1@103',
      '245 bid modified 1@97, 1 left',
    ]);
  });

  it('draw one delay for all', () => {
    const latency = latencyOf({
      entry: uniformDelay({ fromNs: 1, toNs: 100 }),
      response: uniformDelay({ fromNs: 0, toNs: 0 }),
    });
    const { lines } = play({
      market: BOOK,
      venue: { latency },
      actions: [
        [
          100,
          (desk) =>
            desk.context.together(() => {
              for (let i = 0; i < 5; i++) desk.buy(`${i}`, 1, 95 + i);
            }),
        ],
      ],
    });
    const times = lines.map((line) => line.split(' ')[0]);
    expect(new Set(times).size).toBe(1);
    // One by one they do not.
    const apart = told({
      market: BOOK,
      venue: { latency },
      actions: [
        [
          100,
          (desk) => {
            for (let i = 0; i < 5; i++) desk.buy(`${i}`, 1, 95 + i);
          },
        ],
      ],
    }).map((line) => line.split(' ')[0]);
    expect(new Set(apart).size).toBeGreaterThan(1);
  });

  it('move a quote without meeting the old one: cancels first, then the new', () => {
    const lines = told({
      market: BOOK,
      actions: [
        [100, (desk) => desk.sell('old', 1, 101)],
        [
          200,
          (desk) =>
            desk.context.together(() => {
              desk.cancel('old');
              desk.buy('new', 1, 101);
            }),
        ],
      ],
    });
    expect(lines.slice(1)).toEqual(['200 old cancelled 1@101', '200 new accepted 1@101']);
  });

  it('leave when the strategy has thought', () => {
    const lines = told({
      market: BOOK,
      venue: { latency: uneven },
      computeTime: computeTime({ onTimer: 30 }),
      actions: [
        [
          100,
          (desk) =>
            desk.context.together(() => {
              desk.buy('bid', 1, 99);
              desk.sell('ask', 1, 103);
            }),
        ],
      ],
    });
    // Sent at 130, there at 140, told at 145.
    expect(lines).toEqual(['145 bid accepted 1@99', '145 ask accepted 1@103']);
  });

  it('are sent even when what makes them throws half-way, and later ones travel alone again', () => {
    const lines = told({
      market: BOOK,
      venue: { latency: uneven },
      actions: [
        [
          100,
          (desk) => {
            try {
              desk.context.together(() => {
                desk.buy('bid', 1, 99);
                throw new Error('half-way');
              });
            } catch {}
            desk.cancel('bid');
          },
        ],
      ],
    });
    expect(lines).toEqual(['115 bid accepted 1@99', '125 bid cancelled 1@99']);
  });

  it('cost the others nothing when one of them is bad', () => {
    const lines = told({
      market: BOOK,
      venue: { latency: uneven },
      actions: [
        [
          100,
          (desk) =>
            desk.context.together(() => {
              desk.buy('bad', 0, 99);
              desk.buy('good', 1, 99);
            }),
        ],
      ],
    });
    expect(lines).toEqual(['100 bad rejected 0@99: badQuantity', '115 good accepted 1@99']);
  });
});

describe('cancel-all', () => {
  it('is one message for everything that works and has no request on its way', () => {
    const lines = told({
      market: [...BOOK, '0 Y bid 5@10', '0 Y ask 5@12'],
      venue: { latency: uneven },
      actions: [
        [
          100,
          (desk) => {
            desk.buy('one', 1, 99);
            desk.sell('two', 1, 103);
            desk.send('other', { side: Side.buy, qtyLots: 1, priceTicks: 9, instrument: desk.context.instruments[1]! });
            desk.buy('done', 1, 102);
          },
        ],
        [200, (desk) => desk.context.cancelAll(desk.context.instruments[0])],
        [201, (desk) => desk.context.cancelAll(desk.context.instruments[0])],
        [300, (desk) => desk.context.cancelAll()],
      ],
    });
    expect(lines.slice(4)).toEqual(['225 one cancelled 1@99', '225 two cancelled 1@103', '325 other cancelled 1@9']);
  });

  it('also ends orders that are on their way themselves', () => {
    const lines = told({
      market: BOOK,
      venue: { latency: uneven },
      actions: [
        [
          100,
          (desk) => {
            desk.buy('o', 1, 99);
            desk.context.cancelAll();
          },
        ],
      ],
    });
    expect(lines).toEqual(['115 o accepted 1@99', '125 o cancelled 1@99']);
  });
});
