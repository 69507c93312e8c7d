/**
 * What a run file may say: the one zod schema, strict at every level. Durations come out as nanoseconds.
 * Knows nothing of files, plug-ins or the engine. Called by the run file's reader and by its documentation.
 */
import { z } from 'zod';
import { duration, period, positiveDecimal } from '../../strategies/parameter.js';
import { barsSchema } from '../python/bars-schema.js';
import { decideSchema } from '../python/decide-schema.js';
import { riskCheck } from './risk-config.js';
import { sessionsName } from './sessions-config.js';
import { delay } from './venue/delay-config.js';
import { venue } from './venue/venue-config.js';

const wholeNumber = z.int({ error: 'a whole number from 0 to 9007199254740991' }).min(0);

const synthetic = z.strictObject({
  seed: wholeNumber.default(1),
  rows: z.int().min(1_000).max(20_000_000).default(1_000_000),
  instruments: z.int().min(1).max(1_000).default(1),
});

/** As a duration, with a sign. */
const signedDuration = z
  .string({ error: 'a duration such as 1.5ms or -250us' })
  .regex(/^-?[^-]/, { error: 'a duration such as 1.5ms or -250us' })
  .transform((text, context) => {
    const size = duration.safeParse(text.replace(/^-/, ''));
    if (size.success) return text.startsWith('-') ? -size.data : size.data;
    context.addIssue({ code: 'custom', message: 'a duration such as 1.5ms or -250us' });
    return z.NEVER;
  })
  .meta({ unit: 'ns' });

const symbol = z.string().min(1);

const tape = z.union(
  [
    z.string().min(1),
    z.strictObject({
      path: z.string().min(1),
      /** Replaces the recorded local times: `exchange time + delay`. */
      feedLatency: delay.optional(),
      /** By how much the venue's clock was ahead (negative: behind). */
      clockOffset: signedDuration.optional(),
    }),
    z.strictObject({
      /** Folder of a catalogue. */
      catalog: z.string().min(1),
      /** A day (2024-01-02), or a time in UTC (2024-01-02T08:00:00Z). */
      from: z.string().min(1).optional(),
      /** A day, which belongs to it; or a time in UTC, which no longer does. */
      to: z.string().min(1).optional(),
      /** Symbols or patterns with `*`. */
      instruments: z.array(symbol).min(1).optional(),
      venue: z.string().min(1).optional(),
      feedLatency: delay.optional(),
      clockOffset: signedDuration.optional(),
    }),
    z.strictObject({ synthetic, feedLatency: delay.optional() }),
  ],
  { error: 'a path, { path: … }, { catalog: … } or { synthetic: { seed, rows, instruments } }' },
);

const instrument = z.union([
  symbol.transform((text) => ({ symbol: text })),
  z.strictObject({
    symbol,
    /** Must be as on the tape. */
    tick: positiveDecimal.optional(),
    lot: positiveDecimal.optional(),
    /** The contract's terms; they replace those on the tape. */
    contract: z.enum(['linear', 'inverse']).optional(),
    multiplier: positiveDecimal.optional(),
    base: z.string().min(1).optional(),
    quote: z.string().min(1).optional(),
    expiry: z.string().min(1).optional(),
  }),
]);

const strategyName = z.string().regex(/^[A-Za-z0-9][\w.-]*$/, {
  error: 'letters, digits, dot, dash and underscore, beginning with a letter or digit',
});

/** What only entries with `python` have. */
const pythonFields = {
  /** Columns of numbers that it gets with every request, by name; or path:name, which brings one of the user's own. */
  features: z.array(z.string().min(1)).optional(),
  /** When the clock of the run waits for it; default: as the strategy says. */
  decide: decideSchema.optional(),
  /** Bars that are built in the run for it; default: as the strategy says. */
  bars: z.array(barsSchema).optional(),
  /** The Python that runs it. */
  interpreter: z.string().min(1).optional(),
  /** How long it may take by the clock on the wall; 0 = for ever. */
  deadlines: z
    .strictObject({
      /** From the start of the process until it is ready: imports. */
      start: duration.optional(),
      /** `on_start`. */
      first: duration.optional(),
      /** Every other request. */
      decide: duration.optional(),
      /** `on_stop`. */
      stop: duration.optional(),
    })
    .optional(),
  /** Both processes on one CPU, which is faster unless the strategy has threads of its own. */
  pin: z.boolean().optional(),
};

const strategyFields = z.strictObject({
  /** Built-in name, path (./mine.ts) or package name. */
  use: z.string().min(1).optional(),
  /** A strategy in Python instead: ./maker.py:Maker, ./maker.py, or package.module:Maker. */
  python: z.string().min(1).optional(),
  ...pythonFields,
  /** How the run calls it; default: the plug-in's name, or that of the class. */
  name: strategyName.optional(),
  /** Symbols or patterns with `*`; default: all. */
  instruments: z.array(symbol).min(1).optional(),
  params: z.record(z.string(), z.unknown(), { error: 'a map of parameters' }).default({}),
  /** Money it starts with, by currency (`''` where currencies have no names). */
  capital: z.record(z.string(), z.number({ error: 'an amount of money' })).optional(),
  costing: z.enum(['average', 'fifo']).default('average'),
  /** Checked in this order before any of its orders leaves. */
  risk: z.array(riskCheck).default([]),
  /** How long each of its handlers occupies its machine. */
  computeTime: delay.optional(),
});

const strategy = strategyFields.superRefine((entry, context) => {
  if (entry.use === undefined && entry.python === undefined) {
    const message = 'a built-in name, a path or a package; or python in its place';
    context.addIssue({ code: 'custom', path: ['use'], message });
  }
  if (entry.use === undefined) return;
  if (entry.python !== undefined)
    context.addIssue({ code: 'custom', path: ['python'], message: 'use or python, not both' });
  for (const field of Object.keys(pythonFields) as (keyof typeof pythonFields)[]) {
    if (entry[field] !== undefined) {
      context.addIssue({ code: 'custom', path: [field], message: 'nothing: only strategies in Python have it' });
    }
  }
});

const namedVenue = venue.extend({
  name: strategyName,
  /** Symbols or patterns with `*`. */
  instruments: z.array(symbol).min(1),
});

export const runSchema = z
  .strictObject({
    tape: z
      .union([tape.transform((one) => [one]), z.array(tape).min(1)])
      .transform((all) => all.map((one) => (typeof one === 'string' ? { path: one } : one))),
    /** The instruments the run is about; must be on the tape, with this tick and lot where they are given. Default: all. */
    instruments: z.array(instrument).min(1).optional(),
    seed: wholeNumber.default(1),
    strategies: z.array(strategy).min(1),
    /** Where everything trades; or several, each with instruments of its own. */
    venue: venue.optional(),
    venues: z.array(namedVenue).min(1).optional(),
    /** Checked for all strategies together, after each one's own. */
    risk: z.array(riskCheck).default([]),
    /** What accounts are in; needed when instruments settle in several currencies. */
    currency: z.string().min(1).optional(),
    /** What one unit of a currency is worth in `currency`, where no instrument of the run quotes it. */
    rates: z.record(z.string(), z.number({ error: 'a number above 0' }).gt(0)).optional(),
    /** Calendar of the exchange by whose sessions returns are measured. */
    sessions: sessionsName.optional(),
    record: z
      .strictObject({
        sample: period.default(1e9),
        /** Keep what strategies in Python answered, so that the run can be repeated without them. */
        journal: z.boolean().default(true),
      })
      .prefault({}),
    /** Run folder; default: runs/NAME-TIME under the working directory. */
    out: z.string().min(1).optional(),
  })
  .superRefine((run, context) => {
    if ((run.venue === undefined) === (run.venues === undefined)) {
      const message = run.venue === undefined ? 'a venue, or venues' : 'venue or venues, not both';
      context.addIssue({ code: 'custom', path: ['venue'], message });
    }
    const paying = (run.venues ?? []).flatMap(({ settlement }, index) =>
      settlement?.interestRate === undefined && settlement?.debitRate === undefined ? [] : [index],
    );
    for (const index of paying.slice(1)) {
      const message = 'interest at one venue only: it is paid on the whole account';
      context.addIssue({ code: 'custom', path: ['venues', index, 'settlement'], message });
    }
    if (run.rates !== undefined && run.currency === undefined) {
      context.addIssue({ code: 'custom', path: ['rates'], message: 'only with currency, which they are in' });
    }
  });

/** A checked run file, defaults filled in. */
export type RunConfig = z.output<typeof runSchema>;
/** What a run file may hold: the default export of a module run file is one of these. */
export type RunInput = z.input<typeof runSchema>;
export type StrategyConfig = RunConfig['strategies'][number];
