/**
 * What a run file may say: the one zod schema, strict at every level. Durations come out as nanoseconds.
 * Knows nothing of files, plug-ins or the engine. Called by the run file's reader and by its documentation.
 */
import { z } from 'zod';
import { duration, period, positiveDecimal } from '../../strategies/parameter.js';

const wholeNumber = z.int({ error: 'a whole number from 0 to 9007199254740991' }).min(0);

const synthetic = z.strictObject({
  seed: wholeNumber.default(1),
  rows: z.int().min(1_000).max(20_000_000).default(1_000_000),
  instruments: z.int().min(1).max(1_000).default(1),
});

const tape = z.union(
  [
    z.string().min(1),
    z.strictObject({ path: z.string().min(1) }),
    z.strictObject({ synthetic: synthetic.prefault({}) }),
  ],
  { error: 'a path, { path: … } or { synthetic: { seed, rows, instruments } }' },
);

const symbol = z.string().min(1);

const instrument = z.union([
  symbol.transform((text) => ({ symbol: text })),
  z.strictObject({ symbol, tick: positiveDecimal.optional(), lot: positiveDecimal.optional() }),
]);

const strategyName = z.string().regex(/^[A-Za-z0-9][\w.-]*$/, {
  error: 'letters, digits, dot, dash and underscore, beginning with a letter or digit',
});

const strategy = z.strictObject({
  /** Built-in name, path (./mine.ts) or package name. */
  use: z.string().min(1),
  /** How the run calls it; default: the plug-in's name. */
  name: strategyName.optional(),
  /** Symbols or patterns with `*`; default: all. */
  instruments: z.array(symbol).min(1).optional(),
  params: z.record(z.string(), z.unknown(), { error: 'a map of parameters' }).default({}),
});

const exponent = z.number({ error: 'a number above 0' }).gt(0);
const queue = z.discriminatedUnion('model', [
  z.strictObject({ model: z.literal('risk-averse') }),
  z.strictObject({ model: z.literal('power'), exponent }),
  z.strictObject({ model: z.literal('power-back'), exponent }),
  z.strictObject({ model: z.literal('power-front'), exponent }),
  z.strictObject({ model: z.literal('log') }),
  z.strictObject({ model: z.literal('log-back') }),
]);

const feeRate = z.number({ error: 'a fraction of the value, e.g. 0.0002 for 2 basis points' }).gt(-1).lt(1);

const venue = z.strictObject({
  /** From the strategy to the venue and back. */
  latency: z.strictObject({ entry: duration, response: duration }),
  /** How a resting order moves up its queue. */
  queue,
  /** Fractions of the traded value; negative = rebate. */
  fees: z.strictObject({ maker: feeRate, taker: feeRate }),
});

export const runSchema = z.strictObject({
  tape: z
    .union([tape.transform((one) => [one]), z.array(tape).min(1)])
    .transform((all) => all.map((one) => (typeof one === 'string' ? { path: one } : one))),
  /** The instruments the run is about; must be on the tape, with this tick and lot where they are given. Default: all. */
  instruments: z.array(instrument).min(1).optional(),
  seed: wholeNumber.default(1),
  strategies: z.array(strategy).min(1),
  venue,
  record: z.strictObject({ sample: period.default(1e9) }).prefault({}),
  /** Run folder; default: runs/NAME-TIME under the working directory. */
  out: z.string().min(1).optional(),
});

/** A checked run file, defaults filled in. */
export type RunConfig = z.output<typeof runSchema>;
/** What a run file may hold: the default export of a module run file is one of these. */
export type RunInput = z.input<typeof runSchema>;
export type StrategyConfig = RunConfig['strategies'][number];
export type VenueConfig = RunConfig['venue'];
