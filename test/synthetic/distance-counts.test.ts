/** Orders counted by distance against a count of all of them anew, while they come and go and the best price moves. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Side } from '../../core/market.js';
import { RandomSource } from '../../core/random.js';
import { DistanceCounts } from '../../core/synthetic/distance-counts.js';
import { RestingOrders } from '../../core/synthetic/resting-orders.js';

const TICKS = 200;
const FIGURE = { to: [1, 2, 5, 12, 40], values: [7, 3, 0.5, 11, 0.25] };

/** What the sum of rates is of distances as they stand; the last rate holds beyond the last bound. */
function plainRate(distances: readonly number[]): number {
  const rates = distances.map((distance) => FIGURE.values.at(FIGURE.to.findIndex((to) => distance <= to))!);
  return rates.reduce((sum, rate) => sum + rate, 0);
}

test.each([Side.buy, Side.sell])(
  'side %i: the sum of rates is that of all orders, and draws find each as often',
  (side) => {
    const away = side === Side.buy ? -1 : 1;
    const step = fc.record({
      best: fc.integer({ min: -60, max: 60 }),
      distance: fc.integer({ min: 1, max: 70 }),
      go: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), fc.integer({ min: 0 }), (steps, seed) => {
        let best = TICKS / 2;
        const orders = new RestingOrders(TICKS);
        const counts = new DistanceCounts(orders, side, FIGURE, best);
        const random = new RandomSource(seed).stream('draws');
        const standing = new Map<number, number>();
        let id = 0;
        for (const { best: offset, distance, go } of steps) {
          if (go && standing.size > 0) {
            const slot = counts.draw(random);
            const gone = orders.ids[slot]!;
            expect(standing.has(gone), `a draw found order ${gone}`).toBe(true);
            counts.change(orders.ticks[slot]!, -1);
            orders.reduce(side, slot, orders.qty[slot]!);
            standing.delete(gone);
          } else {
            const tick = best + away * distance;
            if (tick > 0 && tick < TICKS) {
              orders.add(side, tick, 1 + id, id);
              counts.change(tick, 1);
              standing.set(id++, tick);
            }
          }
          // The other side's best price may be anything that does not cross.
          const nearest = [...standing.values()].reduce(
            (a, b) => (away < 0 ? Math.max(a, b) : Math.min(a, b)),
            away < 0 ? 0 : TICKS,
          );
          const wanted = TICKS / 2 + offset;
          best = away < 0 ? Math.max(wanted, nearest + 1) : Math.min(wanted, nearest - 1);
          counts.move(best);
          expect(counts.rate).toBeCloseTo(plainRate([...standing.values()].map((tick) => away * (tick - best))), 9);
        }
      }),
    );
  },
);

test('an order is drawn as often as its rate says', () => {
  const orders = new RestingOrders(TICKS);
  const counts = new DistanceCounts(orders, Side.sell, FIGURE, 100);
  const distances = [1, 1, 2, 4, 9, 9, 30, 90];
  distances.forEach((distance, id) => {
    orders.add(Side.sell, 100 + distance, 1, id);
    counts.change(100 + distance, 1);
  });
  const random = new RandomSource(4).stream('draws');
  const found = distances.map(() => 0);
  const draws = 200_000;
  for (let each = 0; each < draws; each++) found[orders.ids[counts.draw(random)]!]!++;
  const total = plainRate(distances);
  distances.forEach((distance, id) => {
    const share = plainRate([distance]) / total;
    expect(Math.abs(found[id]! / draws - share), `distance ${distance}`).toBeLessThan(4.5 * Math.sqrt(share / draws));
  });
});
