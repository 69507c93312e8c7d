/**
 * One seed a run, split into named, independent streams, so that adding one model never shifts another's draws.
 * Knows nothing of who draws. Called by the simulation, which hands streams to models and strategies.
 */
import seedrandom from 'seedrandom';

/** A stream of random numbers. The same seed, name and number of draws give the same values on every machine. */
export interface RandomStream {
  /** Uniform in [0, 1), 32 random bits. About 2 ns. */
  uniform(): number;
  /** Standard normal (mean 0, variance 1) by Marsaglia's polar method. */
  normal(): number;
  /** Exponential with the given mean (> 0), in the mean's unit. */
  exponential(mean: number): number;
  /** A whole number in [0, bound), bound ≥ 1. */
  integer(bound: number): number;
}

/** Makes the named streams of one run. */
export class RandomSource {
  readonly seed: number;
  readonly #streams = new Map<string, RandomStream>();

  /** `seed`: a whole number 0 … 2^53−1. Throws `RangeError` otherwise. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`seed ${seed} is not a whole number between 0 and 9007199254740991`);
    }
    this.seed = seed;
  }

  /** The stream of this name; asking twice gives the same stream, further on. */
  stream(name: string): RandomStream {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = new XorShiftStream(`${this.seed}/${name}`);
      this.#streams.set(name, stream);
    }
    return stream;
  }
}

class XorShiftStream implements RandomStream {
  readonly #next: () => number;
  #spare = Number.NaN;

  constructor(seed: string) {
    // xor128 takes few seed bits; ARC4 spreads the text over all of them.
    const spread = seedrandom(seed);
    this.#next = seedrandom.xor128(String(spread.int32()) + spread.int32());
    for (let i = 0; i < 16; i++) this.#next();
  }

  uniform(): number {
    return this.#next();
  }

  normal(): number {
    const spare = this.#spare;
    if (!Number.isNaN(spare)) {
      this.#spare = Number.NaN;
      return spare;
    }
    for (;;) {
      const x = 2 * this.#next() - 1;
      const y = 2 * this.#next() - 1;
      const square = x * x + y * y;
      if (square > 0 && square < 1) {
        const scale = Math.sqrt((-2 * Math.log(square)) / square);
        this.#spare = y * scale;
        return x * scale;
      }
    }
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.#next());
  }

  integer(bound: number): number {
    return Math.floor(this.#next() * bound);
  }
}
