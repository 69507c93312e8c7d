/** What the line of an import's progress says. */
import { expect, it } from 'vitest';
import { paceText } from '../../bridges/cli/import-progress.js';

it.each([
  [0.25, 3_000_000, 10, '3,000,000 rows, 0.30 M/s, 30 s left'],
  [0.01, 3_000_000, 10, '3,000,000 rows, 0.30 M/s, 17 min left'],
  [1, 3_000_000, 10, '3,000,000 rows, 0.30 M/s, 0 s left'],
  [0.5, 0, 0.2, '0 rows, 0.00 M/s'],
  [0, 0, 5, '0 rows, 0.00 M/s'],
])('a share of %s and %s rows after %s s', (share, rows, seconds, text) => {
  expect(paceText(share, rows, seconds)).toBe(text);
});
