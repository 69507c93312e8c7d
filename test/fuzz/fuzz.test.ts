/**
 * Every parser of what comes from outside, given inputs that are nearly right: each is read or refused with file and place.
 * `FUZZ=100000` makes so many for each parser, `FUZZ_SEED` others, `-t 'lobster'` those of one.
 */
import { expect, it } from 'vitest';
import { fuzz } from './fuzzing.js';
import { IMPORTERS } from './import-parsers.js';
import { OWN_PARSERS } from './own-parsers.js';

const ROUNDS = Number(process.env.FUZZ ?? 300);
const SEED = Number(process.env.FUZZ_SEED ?? 1);

it.each([...IMPORTERS, ...OWN_PARSERS])('$name', { timeout: 10_000_000 }, async (parser) => {
  const { read, refused, slowestMs, grownMb } = await fuzz(parser, ROUNDS, SEED);
  console.log(
    `fuzz | ${parser.name} | ${ROUNDS} | ${read} | ${refused} | ${slowestMs.toFixed(0)} ms | ${grownMb.toFixed(0)} MB | seed ${SEED}`,
  );
  expect(read + refused).toBe(ROUNDS);
  // Neither all one nor all the other, or the changes would be of no use.
  expect(Math.min(read, refused)).toBeGreaterThan(0);
});
