/** Rows that a tape can hold, whatever was read. Called by the tests that give importers what is nearly right. */
import { expect } from 'vitest';
import { type Columns, KIND_NAMES } from '../../core/index.js';
import { CODE_KIND, CODE_SIDE_SHIFT } from '../../core/market.js';

/** Every row that got through is one that a tape can hold. */
export function expectSoundRows(columns: Columns): void {
  for (let row = 0; row < columns.length; row++) {
    const sound =
      Number.isInteger(columns.exchangeNs[row]) &&
      columns.localNs[row]! >= columns.exchangeNs[row]! &&
      Number.isSafeInteger(columns.qtyLots[row]) &&
      columns.qtyLots[row]! >= 0 &&
      KIND_NAMES[columns.code[row]! & CODE_KIND] !== undefined &&
      ((columns.code[row]! >> CODE_SIDE_SHIFT) & 3) < 3 &&
      (columns.value === undefined || Number.isFinite(columns.value[row]));
    if (!sound) expect.fail(`row ${row}: ${columns.exchangeNs[row]} ${columns.localNs[row]} ${columns.qtyLots[row]}`);
  }
}
