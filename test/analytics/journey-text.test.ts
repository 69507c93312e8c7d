/** The journey of one order as text, on runs made by hand. */
import { describe, expect, test } from 'vitest';
import { formatJourney } from '../../analytics/journey-text.js';
import { manyFills } from '../../bench/many-fills.js';
import { Side } from '../../core/market.js';
import { MatchKind } from '../../core/match-event.js';
import { OrderEventKind } from '../../core/order.js';
import { SECOND } from '../../core/time.js';
import { HandMadeRun } from './hand-made-run.js';

describe('the journey of an order', () => {
  test('has every step with its time, its place and what was ahead', () => {
    const run = new HandMadeRun({ names: ['maker'] });
    run.venueQuote(SECOND, 199, 201);
    const order = run.order(Side.buy, 200, 40);
    run.event(order, OrderEventKind.submitted, SECOND);
    run.match(order, MatchKind.rested, 1.5 * SECOND, 12.5);
    run.recorder.onQueue(order, 12.5, 1.5 * SECOND);
    run.recorder.onQueue(order, 3, 2 * SECOND);
    run.fill(order, 4 * SECOND, 200, 40, true, 0, 3 * SECOND);
    run.sample(5 * SECOND, true);
    const lines = formatJourney(run.recorder.recording, order.id).split('\n');
    expect(lines[0]).toBe(`order ${order.id} of maker: buy 4 ABC at 100 (limit); 4 filled; its end: filled`);
    expect(lines.slice(4, -1).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['2024-08-08T23:54:17.298000001Z', '0', 'strategy', 'sent, 4 at 100'],
      ['2024-08-08T23:54:17.798000001Z', '+500ms', 'venue', 'in line, mid 100, 12.5 lots ahead'],
      ['2024-08-08T23:54:18.298000001Z', '+1s', 'venue', 'moves up, 3 lots ahead'],
      ['2024-08-08T23:54:19.298000001Z', '+2s', 'venue', expect.stringMatching(/^filled, 4 at 100/)],
      ['2024-08-08T23:54:20.298000001Z', '+3s', 'strategy', 'hears: filled'],
    ]);
  });

  test('is that of any order, not only of those on the page', () => {
    const { recording } = manyFills(5000).recorder;
    for (let id = 1; id <= 5000; id += 499)
      expect(formatJourney(recording, id)).toMatch(new RegExp(`^order ${id} of `));
    expect(() => formatJourney(recording, 5001)).toThrow(/order 5001: the run has none of this number/);
    expect(() => formatJourney(recording, 0)).toThrow(RangeError);
  });
});
