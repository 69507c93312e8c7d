/** The paths through a bar on numbers worked out by hand, and what mirrors what. */
import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import {
  type BarPath,
  closeOnly,
  nearerExtremeFirst,
  openHighLowClose,
  openLowHighClose,
} from '../../execution/index.js';
import { anyBar } from '../contracts/bar-path.contract.js';

function pointsOf(model: BarPath, open: number, high: number, low: number, close: number): number[] {
  const into = new Int32Array(4);
  return [...into.subarray(0, model.path(open, high, low, close, into))];
}

test('each visits the prices in the order of its name', () => {
  expect(pointsOf(openHighLowClose, 100, 110, 95, 105)).toEqual([100, 110, 95, 105]);
  expect(pointsOf(openLowHighClose, 100, 110, 95, 105)).toEqual([100, 95, 110, 105]);
  expect(pointsOf(closeOnly, 100, 110, 95, 105)).toEqual([105]);
});

test.each([
  ['nearer to the low', [100, 110, 95, 105], [100, 95, 110, 105]],
  ['nearer to the high', [106, 110, 95, 99], [106, 110, 95, 99]],
  ['as far from both, closed above its open', [100, 110, 90, 101], [100, 90, 110, 101]],
  ['as far from both, closed below its open', [100, 110, 90, 99], [100, 110, 90, 99]],
  ['as far from both, closed where it opened', [100, 110, 90, 100], [100, 90, 110, 100]],
  ['that never moved', [100, 100, 100, 100], [100, 100, 100, 100]],
  ['opened at its high', [110, 110, 90, 100], [110, 110, 90, 100]],
  ['below 0', [-100, -95, -110, -105], [-100, -95, -110, -105]],
])('by proximity, a bar %s', (_name, [open, high, low, close], points) => {
  expect(pointsOf(nearerExtremeFirst, open!, high!, low!, close!)).toEqual(points);
});

it('is the same market upside down: up first mirrors down first, and proximity itself unless all is tied', () => {
  const mirrored = (model: BarPath, open: number, high: number, low: number, close: number) =>
    pointsOf(model, -open, -low, -high, -close).map((price) => -price + 0);
  fc.assert(
    fc.property(anyBar, ({ open, high, low, close }) => {
      expect(mirrored(openHighLowClose, open, high, low, close)).toEqual(
        pointsOf(openLowHighClose, open, high, low, close).map((price) => price + 0),
      );
      if (open === close && high - open === open - low) return;
      expect(mirrored(nearerExtremeFirst, open, high, low, close)).toEqual(
        pointsOf(nearerExtremeFirst, open, high, low, close).map((price) => price + 0),
      );
    }),
  );
});
