/**
 * How long requests and answers travel. Knows nothing of what is in them. Called by the simulated venue.
 * contract: LatencyModel.
 */
import { type Delay, freshDelays } from '../core/delay.js';
import type { RandomStream } from '../core/random.js';
import { formatDuration, type Nanos } from '../core/time.js';
import type { ModelRun } from './model-run.js';

/** What travels: the three kinds of request, and as answers these three and fills. */
export const Message = { submit: 0, modify: 1, cancel: 2, fill: 3 } as const;
export type Message = (typeof Message)[keyof typeof Message];
export const MESSAGE_NAMES = Object.keys(Message) as (keyof typeof Message)[];

/**
 * Decides how long a request takes to the venue and an answer back.
 *
 * Called once per request and once per answer, on the hot path: must not allocate. Nanoseconds, whole, ≥ 0; never
 * negative for a refusal, which is a {@link Gateway}'s. The same inputs and random stream give the same delays. The times
 * asked for never decrease, each method for itself. `leastEntryNs` and `leastResponseNs` promise a lower bound for every
 * kind, 0 if unsure: the larger they are, the further the engine can run ahead; a venue refuses a model that breaks
 * them. Whether messages may overtake each other is the venue's affair. A model that remembers implements `forRun` and
 * returns a fresh instance of itself; what draws but does not remember may leave it out. Read {@link constantLatency}
 * first, and docs/how-to/latency-model.md to write one. Conformance: test/contracts/latency.contract.ts.
 */
export interface LatencyModel {
  readonly leastEntryNs: Nanos;
  readonly leastResponseNs: Nanos;
  /** Delay of a request (submit, modify or cancel) sent at local time `sentNs`. */
  entryNs(kind: Message, sentNs: Nanos, random: RandomStream): Nanos;
  /** Delay of the answer to a request of this kind, or of a fill, given by the venue at exchange time `answeredNs`. */
  responseNs(kind: Message, answeredNs: Nanos, random: RandomStream): Nanos;
  forRun?(run: ModelRun): LatencyModel;
}

/** One for each kind of request. */
export interface PerRequest<T> {
  readonly submit: T;
  readonly modify: T;
  readonly cancel: T;
}

/** One for the answers to each kind of request, and one for fills. */
export interface PerAnswer<T> extends PerRequest<T> {
  readonly fill: T;
}

export interface ConstantLatencyOptions {
  readonly entryNs: Nanos | PerRequest<Nanos>;
  readonly responseNs: Nanos | PerAnswer<Nanos>;
}

/** The same delay every time, for all kinds or for each its own; 0 is allowed. Throws `RangeError` for what is no delay. */
export function constantLatency({ entryNs, responseNs }: ConstantLatencyOptions): LatencyModel {
  return new ConstantLatency(constants('entryNs', entryNs, 3), constants('responseNs', responseNs, 4));
}

export interface LatencyOfOptions {
  readonly entry: Delay | PerRequest<Delay>;
  readonly response: Delay | PerAnswer<Delay>;
}

/**
 * A latency of distributions (`uniformDelay`, `logNormalDelay`, `empiricalDelay`, `burstyDelay` of core/delay.ts, or your
 * own), entry and response apart, for all kinds or for each its own. One bursty delay given for several kinds of a side
 * is one line that they share; entry and response never share one. Throws `RangeError` naming what is no delay.
 */
export function latencyOf({ entry, response }: LatencyOfOptions): LatencyModel {
  return new DelayLatency(delays('entry', entry, 3), delays('response', response, 4));
}

/** Each kind of message by a model of its own; fills ask only `fill.responseNs`. */
export function latencyByKind({ submit, modify, cancel, fill }: PerAnswer<LatencyModel>): LatencyModel {
  const models = [submit, modify, cancel, fill];
  return new JoinedLatency(models.slice(0, 3), models);
}

/** Requests by one model, answers by another. */
export function latencySides(entry: LatencyModel, response: LatencyModel): LatencyModel {
  return new JoinedLatency([entry, entry, entry], [response, response, response, response]);
}

function constants(name: string, given: Nanos | PerAnswer<Nanos> | PerRequest<Nanos>, kinds: number): Nanos[] {
  return MESSAGE_NAMES.slice(0, kinds).map((kind) => {
    const alike = typeof given !== 'object' || given === null;
    const delayNs = alike ? given : (given as PerAnswer<Nanos>)[kind];
    if (!(delayNs >= 0) || !Number.isSafeInteger(delayNs)) {
      const place = alike ? name : `${name}.${kind}`;
      throw new RangeError(`constant latency: ${place} ${delayNs} is not a whole number of nanoseconds ≥ 0`);
    }
    return delayNs;
  });
}

function delays(name: string, given: Delay | PerAnswer<Delay> | PerRequest<Delay>, kinds: number): Delay[] {
  const alike = typeof (given as Delay)?.drawNs === 'function';
  return MESSAGE_NAMES.slice(0, kinds).map((kind) => {
    const delay = alike ? (given as Delay) : (given as PerAnswer<Delay>)?.[kind];
    if (typeof delay?.drawNs !== 'function') {
      throw new RangeError(`latency: ${alike ? name : `${name}.${kind}`} is ${delay}, not a delay`);
    }
    return delay;
  });
}

class ConstantLatency implements LatencyModel {
  readonly leastEntryNs: Nanos;
  readonly leastResponseNs: Nanos;
  readonly #entryNs: readonly Nanos[];
  readonly #responseNs: readonly Nanos[];

  constructor(entryNs: readonly Nanos[], responseNs: readonly Nanos[]) {
    this.leastEntryNs = Math.min(...entryNs);
    this.leastResponseNs = Math.min(...responseNs);
    this.#entryNs = entryNs;
    this.#responseNs = responseNs;
  }

  entryNs(kind: Message): Nanos {
    return this.#entryNs[kind]!;
  }

  responseNs(kind: Message): Nanos {
    return this.#responseNs[kind]!;
  }

  toString(): string {
    return `constant latency ${listed(this.#entryNs, formatDuration)} in, ${listed(this.#responseNs, formatDuration)} out`;
  }
}

class DelayLatency implements LatencyModel {
  readonly leastEntryNs: Nanos;
  readonly leastResponseNs: Nanos;
  readonly #entry: readonly Delay[];
  readonly #response: readonly Delay[];

  constructor(entry: readonly Delay[], response: readonly Delay[]) {
    this.#entry = entry;
    this.#response = response;
    this.leastEntryNs = Math.min(...entry.map(({ leastNs }) => leastNs));
    this.leastResponseNs = Math.min(...response.map(({ leastNs }) => leastNs));
  }

  entryNs(kind: Message, sentNs: Nanos, random: RandomStream): Nanos {
    return this.#entry[kind]!.drawNs(sentNs, random);
  }

  responseNs(kind: Message, answeredNs: Nanos, random: RandomStream): Nanos {
    return this.#response[kind]!.drawNs(answeredNs, random);
  }

  forRun(): LatencyModel {
    return new DelayLatency(freshDelays(this.#entry), freshDelays(this.#response));
  }

  toString(): string {
    return `latency ${listed(this.#entry, String)} in, ${listed(this.#response, String)} out`;
  }
}

class JoinedLatency implements LatencyModel {
  readonly leastEntryNs: Nanos;
  readonly leastResponseNs: Nanos;
  readonly #entry: readonly LatencyModel[];
  readonly #response: readonly LatencyModel[];

  constructor(entry: readonly LatencyModel[], response: readonly LatencyModel[]) {
    this.#entry = entry;
    this.#response = response;
    this.leastEntryNs = Math.min(...entry.map(({ leastEntryNs }) => leastEntryNs));
    this.leastResponseNs = Math.min(...response.map(({ leastResponseNs }) => leastResponseNs));
  }

  entryNs(kind: Message, sentNs: Nanos, random: RandomStream): Nanos {
    return this.#entry[kind]!.entryNs(kind, sentNs, random);
  }

  responseNs(kind: Message, answeredNs: Nanos, random: RandomStream): Nanos {
    return this.#response[kind]!.responseNs(kind, answeredNs, random);
  }

  /** A model that was given twice is one fresh instance again. */
  forRun(run: ModelRun): LatencyModel {
    const fresh = new Map<LatencyModel, LatencyModel>();
    for (const model of [...this.#entry, ...this.#response]) {
      if (!fresh.has(model)) fresh.set(model, model.forRun?.(run) ?? model);
    }
    return new JoinedLatency(
      this.#entry.map((model) => fresh.get(model)!),
      this.#response.map((model) => fresh.get(model)!),
    );
  }

  toString(): string {
    return `${listed(this.#entry, String)} in; ${listed(this.#response, String)} out`;
  }
}

/** `1ms` where all kinds are alike, else `submit 1ms, modify 2ms, …`. */
function listed<T>(each: readonly T[], text: (value: T) => string): string {
  if (each.every((value) => value === each[0])) return text(each[0]!);
  return each.map((value, kind) => `${MESSAGE_NAMES[kind]} ${text(value)}`).join(', ');
}
