/**
 * What every LatencyModel must do, as a suite: called once for each model. Contract: execution/latency.ts.
 */
import { describe, expect, it } from 'vitest';
import { RandomSource } from '../../core/index.js';
import { type LatencyModel, Message, type ModelRun } from '../../execution/index.js';

const KINDS = [Message.submit, Message.modify, Message.cancel, Message.fill] as const;
const RUN: ModelRun = { instruments: [], random: new RandomSource(3), streamPrefix: 'venue' };

/** As the venue does at the start of a run. */
const prepared = (model: LatencyModel) => model.forRun?.(RUN) ?? model;

/** Sends requests of all kinds and answers them, step by step, over 100 days: rush hours with long pauses between. */
class Traffic {
  readonly #model: LatencyModel;
  readonly #entryRandom;
  readonly #responseRandom;
  readonly entry: number[] = [];
  readonly response: number[] = [];
  #step = 0;
  #nowNs = 0;

  constructor(model: LatencyModel, seed = 7) {
    this.#model = model;
    const random = new RandomSource(seed);
    this.#entryRandom = random.stream('entry');
    this.#responseRandom = random.stream('response');
  }

  get done(): boolean {
    return this.#nowNs >= 8.64e15;
  }

  step(): void {
    this.#step++;
    this.#nowNs += this.#step % 10 === 0 ? Math.floor(this.#nowNs / 2) : (this.#step * 7) % 1_000;
    const kind = KINDS[(this.#step * 3) % 4]!;
    if (kind !== Message.fill) this.entry.push(this.#model.entryNs(kind, this.#nowNs, this.#entryRandom));
    this.response.push(this.#model.responseNs(kind, this.#nowNs, this.#responseRandom));
  }

  all(): { entry: number[]; response: number[] } {
    while (!this.done) this.step();
    return { entry: this.entry, response: this.response };
  }
}

export function latencyContract(name: string, make: () => LatencyModel): void {
  describe(`${name} keeps the contract of a latency model`, () => {
    it('promises lower bounds that are times ≥ 0, the same in every run', () => {
      const model = make();
      const { leastEntryNs, leastResponseNs } = model;
      for (const leastNs of [leastEntryNs, leastResponseNs]) {
        expect(leastNs).toBeGreaterThanOrEqual(0);
        expect(leastNs).toBeLessThan(Infinity);
      }
      expect(prepared(model)).toMatchObject({ leastEntryNs, leastResponseNs });
    });

    it('gives whole, finite delays that keep the promise, for every kind of message', () => {
      const model = make();
      const { entry, response } = new Traffic(prepared(model)).all();
      expect(entry.length).toBeGreaterThan(100);
      for (const [delays, leastNs] of [
        [entry, model.leastEntryNs],
        [response, model.leastResponseNs],
      ] as const) {
        expect(delays.filter((delay) => !Number.isSafeInteger(delay))).toEqual([]);
        expect(Math.min(...delays)).toBeGreaterThanOrEqual(leastNs);
      }
    });

    it('gives the same delays for the same times and random streams', () => {
      expect(new Traffic(prepared(make())).all()).toEqual(new Traffic(prepared(make())).all());
    });

    it('serves several runs, one after another and at once, each as if it were the only one', () => {
      const alone = new Traffic(prepared(make())).all();
      const model = make();
      new Traffic(prepared(model), 8).all();
      const [one, other] = [new Traffic(prepared(model)), new Traffic(prepared(model))];
      while (!one.done) {
        one.step();
        other.step();
      }
      expect({ entry: one.entry, response: one.response }).toEqual(alone);
      expect({ entry: other.entry, response: other.response }).toEqual(alone);
    });
  });
}
