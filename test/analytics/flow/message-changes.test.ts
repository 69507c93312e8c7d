/** What one message changed: each change is as far from the other side as it was when it counted. */
import { expect, test } from 'vitest';
import { DistanceFigures } from '../../../analytics/flow/distance-figures.js';
import { EventSample } from '../../../analytics/flow/event-sample.js';
import { MessageChanges } from '../../../analytics/flow/message-changes.js';
import { Side } from '../../../core/index.js';

class Told extends DistanceFigures {
  readonly all: string[] = [];
  override came(ticks: number, lots: number): void {
    this.all.push(`came ${ticks} ${lots}`);
  }
  override cancelled(ticks: number, lots: number): void {
    this.all.push(`cancelled ${ticks} ${lots}`);
  }
}

test('limit orders are measured after the message, cancellations before it', () => {
  const told = new Told();
  const left = { 'no-distance': 0, crossing: 0, far: 0, unmatched: 0 };
  const changes = new MessageChanges('levels', told, new EventSample(10), left);
  changes.begin(0);
  changes.end(0, 99, 101, 1);
  // The ask goes up by 9 in the message in which a bid goes and another comes.
  changes.change(Side.buy, 95, -3);
  changes.change(Side.buy, 96, 4);
  changes.end(1, 99, 110, 1);
  expect(told.all).toEqual(['cancelled 6 3', 'came 14 4']);
  // The same for asks: the bid falls by 4.
  told.all.length = 0;
  changes.change(Side.sell, 115, -2);
  changes.change(Side.sell, 112, 5);
  changes.end(2, 95, 110, 1);
  expect(told.all).toEqual(['cancelled 16 2', 'came 17 5']);
  expect(left).toEqual({ 'no-distance': 0, crossing: 0, far: 0, unmatched: 0 });
});

test('what traded at a price is no cancellation, and what came in its place is counted whole', () => {
  const told = new Told();
  const changes = new MessageChanges('levels', told, new EventSample(10), {
    ...{ 'no-distance': 0, crossing: 0, far: 0, unmatched: 0 },
  });
  changes.begin(0);
  changes.end(0, 99, 101, 1);
  changes.traded(Side.sell, 101, 7);
  changes.change(Side.sell, 101, -7);
  changes.end(1, 99, 101, 1);
  expect(told.all).toEqual([]);
  changes.traded(Side.sell, 101, 7);
  changes.change(Side.sell, 101, -4);
  changes.end(2, 99, 101, 1);
  expect(told.all).toEqual(['came 2 3']);
});
