/** Packed columns as the page's script unpacks them. Called by the tests of reports. */
import type { Packed } from '../../analytics/report/page-data.js';

export function unpacked({ scale, steps }: Packed): (number | null)[] {
  let sum = 0;
  return steps.map((step) => {
    if (step === null) return null;
    sum += step;
    return sum / scale;
  });
}
