/** A path of one's own: a trending market goes on first in the direction in which the last bar closed, and tosses a coin else. */
import type { BarPath, ModelRun } from 'tickwright/execution';

type Stream = ReturnType<ModelRun['random']['stream']>;

/** `persistence`: how often, from 0 to 1, the path follows the last bar rather than the coin. */
export function driftPath(persistence: number): BarPath {
  if (!(persistence >= 0 && persistence <= 1)) {
    throw new RangeError(`driftPath: persistence ${persistence} is not between 0 and 1`);
  }
  return {
    path: () => {
      throw new Error('driftPath draws: take the instance of a run, forRun(run)');
    },
    // One object may serve many runs: what is drawn and remembered belongs to each of them.
    forRun: (run) => new DriftPath(persistence, run.random.stream(`${run.streamPrefix}/drift-path`)),
  };
}

class DriftPath implements BarPath {
  readonly #persistence: number;
  readonly #random: Stream;
  #roseLast = false;

  constructor(persistence: number, random: Stream) {
    this.#persistence = persistence;
    this.#random = random;
  }

  path(openTicks: number, highTicks: number, lowTicks: number, closeTicks: number, into: Int32Array): number {
    const follows = this.#random.uniform() < this.#persistence;
    const upFirst = follows ? this.#roseLast : this.#random.uniform() < 0.5;
    this.#roseLast = closeTicks > openTicks;
    into[0] = openTicks;
    into[1] = upFirst ? highTicks : lowTicks;
    into[2] = upFirst ? lowTicks : highTicks;
    into[3] = closeTicks;
    return 4;
  }
}
