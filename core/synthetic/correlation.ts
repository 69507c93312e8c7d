/**
 * Which common factors give instruments the correlations that are asked for. Knows nothing of prices. Called by the synthetic
 * markets, whose instruments move by a part of their own and by the factors.
 */

/** One number for all pairs, or a symmetric matrix with ones on its diagonal, in the order of the instruments. */
export type Correlation = number | readonly (readonly number[])[];

export interface FactorShares {
  /** Standard deviation of each instrument's own part; its variance and those of the loadings add up to 1. */
  readonly own: number;
  /** By instrument: how much it moves with each factor, in standard deviations. */
  readonly loadings: readonly (readonly number[])[];
}

/**
 * C = own² · I + L · Lᵀ, with as much of each instrument's own as there can be: own² is the smallest eigenvalue of C, to a
 * millionth. Throws `RangeError` naming what is no correlation matrix of `count` instruments.
 */
export function factorShares(correlation: Correlation, count: number): FactorShares {
  if (typeof correlation === 'number') {
    const least = count > 1 ? -1 / (count - 1) : -1;
    if (!(correlation > least && correlation < 1)) {
      throw new RangeError(`correlation ${correlation} of ${count} instruments is not above ${least} and below 1`);
    }
    if (correlation >= 0) {
      const loading = Math.sqrt(correlation);
      return { own: Math.sqrt(1 - correlation), loadings: Array.from({ length: count }, () => [loading]) };
    }
  }
  const matrix = typeof correlation === 'number' ? uniform(correlation, count) : checkedMatrix(correlation, count);
  const [least, loadings] = split(matrix);
  return { own: Math.sqrt(least), loadings };
}

function uniform(correlation: number, count: number): number[][] {
  return Array.from({ length: count }, (_, i) => Array.from({ length: count }, (__, j) => (i === j ? 1 : correlation)));
}

function checkedMatrix(matrix: readonly (readonly number[])[], count: number): readonly (readonly number[])[] {
  const refuse = (what: string): never => {
    throw new RangeError(`correlation: ${what}`);
  };
  if (matrix.length !== count) refuse(`${matrix.length} rows for ${count} instruments`);
  for (const [i, row] of matrix.entries()) {
    if (row.length !== count) refuse(`row ${i + 1} has ${row.length} numbers for ${count} instruments`);
    for (const [j, value] of row.entries()) {
      if (!(value >= -1 && value <= 1)) refuse(`${value} in row ${i + 1} is not from -1 to 1`);
      if (i === j && value !== 1) refuse(`${value} on the diagonal of row ${i + 1} is not 1`);
      if (value !== matrix[j]?.[i])
        refuse(`row ${i + 1}, column ${j + 1} is ${value}, but ${matrix[j]?.[i]} the other way`);
    }
  }
  return matrix;
}

/** The largest own part (bisection), and the Cholesky factor of the rest. */
function split(matrix: readonly (readonly number[])[]): [least: number, loadings: number[][]] {
  let [low, high] = [0, 1];
  let best = cholesky(matrix, 0);
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    const factor = cholesky(matrix, middle);
    if (factor === undefined) high = middle;
    else {
      low = middle;
      best = factor;
    }
  }
  if (best === undefined || low < 1e-6) {
    throw new RangeError('correlation: the matrix is not positive definite: no market has these correlations together');
  }
  return [low, best];
}

/** L with L · Lᵀ = matrix − shift · I, lower triangular; `undefined` where that is not positive definite. */
function cholesky(matrix: readonly (readonly number[])[], shift: number): number[][] | undefined {
  const factor: number[][] = [];
  for (const [i, row] of matrix.entries()) {
    const own: number[] = [];
    for (let j = 0; j <= i; j++) {
      let left = row[j]! - (i === j ? shift : 0);
      for (let k = 0; k < j; k++) left -= own[k]! * (j === i ? own : factor[j]!)[k]!;
      if (i === j && !(left > 0)) return undefined;
      own.push(i === j ? Math.sqrt(left) : left / factor[j]![j]!);
    }
    factor.push(own);
  }
  return factor;
}
