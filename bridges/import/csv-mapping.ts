/**
 * How a CSV file is to be read: the mapping, its checks, and reading it from YAML or JSON.
 * Knows nothing of rows. Called by the csv importer.
 */
import { z } from 'zod';
import { CONTRACTS, Instrument, parseDuration } from '../../core/index.js';
import { readText, yamlValue } from '../yaml-text.js';
import { ImportError } from './input-file.js';
import { TIME_UNITS } from './timestamp-reader.js';
import { Zone } from './zoned-time.js';

/** A column by its name in the header, or by its place counted from 0. */
const column = z.union([z.string().min(1), z.number().int().min(0)], {
  error: 'expected a column name, or its place counted from 0',
});

const zone = z.string().refine(isZone, { error: 'expected an IANA time zone such as America/New_York' });

const time = z.strictObject({
  /** One column, or several that are joined by a space (a date and a time). */
  column: z.union([column, z.array(column).min(1)], { error: 'expected a column or a list of columns' }),
  unit: z.enum(TIME_UNITS),
  /** For ISO text without UTC offset. */
  zone: zone.optional(),
});

/** Texts of the side column that mean each side, compared without regard to case. */
const side = z.strictObject({
  column,
  buy: texts('buy'),
  sell: texts('sell'),
  none: z.array(z.coerce.string()).default([]),
});

const snapshot = z.strictObject({
  column,
  /** Texts that mark a row of a snapshot, compared without regard to case. */
  true: z.array(z.coerce.string()).min(1).default(['true', '1']),
  false: z.array(z.coerce.string()).min(1).default(['false', '0']),
  /** What a snapshot replaces: `all` of the book, or each side down to the last `listed` price. */
  replaces: z.enum(['all', 'listed']).default('all'),
});

const shapes = {
  trades: z.strictObject({ price: column, quantity: column, side: side.optional() }),
  quotes: z.strictObject({ bidPrice: column, bidQuantity: column, askPrice: column, askQuantity: column }),
  depth: z.strictObject({
    price: column,
    quantity: column,
    side,
    snapshot: snapshot.optional(),
    /** Rows in a row with the same text here are one message; default: rows in a row with the same times and symbol. */
    message: column.optional(),
  }),
  bars: z.strictObject({
    open: column,
    high: column,
    low: column,
    close: column,
    volume: column,
    /** Whether the time of a row is that of the bar's open or close; a bar is known at its close. */
    stamped: z.enum(['open', 'close']),
    /** Length of a bar, e.g. `1m`; needed when it is stamped at its open. */
    interval: z.string().refine(isDuration, { error: 'expected a length of time such as 1m or 1d' }).optional(),
  }),
  /** Funding of perpetual contracts, at the times it is paid. */
  funding: z.strictObject({
    /** A fraction of the position's value for the interval that ends: 0.0001 = 1 basis point, paid by longs. */
    rate: column,
  }),
  /** Changes of trading status. */
  status: z
    .strictObject({
      column,
      /** Texts of the column that mean each status, compared without regard to case. */
      open: statusTexts(),
      halt: statusTexts(),
      auction: statusTexts(),
      close: statusTexts(),
      delisted: statusTexts(),
      /** At which price positions are closed when it is delisted; an empty field is none, the venue's option decides. */
      price: column.optional(),
    })
    .refine(
      ({ open, halt, auction, close, delisted }) => [open, halt, auction, close, delisted].some((of) => of.length),
      {
        error: 'expected texts for at least one of open, halt, auction, close, delisted',
      },
    ),
  splits: z.union(
    [
      /** New units for each old one as a decimal: 2 = two for one, 0.1 = one for ten. */
      z.strictObject({ ratio: column }),
      /** The same as two numbers: 3 new units for 2 old ones. */
      z.strictObject({ newUnits: column, oldUnits: column }),
    ],
    { error: 'expected { ratio: … } or { newUnits: …, oldUnits: … }' },
  ),
  /** Cash for a quantity of 1 in the quote currency, at the time from which the price is without it. */
  dividends: z.strictObject({ amount: column }),
  /** Mark or settlement prices of the venue. */
  marks: z.strictObject({
    price: column,
    /** A price off the tick, as marks are averages: refused, or the nearest tick is taken and counted. */
    offTick: z.enum(['refuse', 'nearest']).default('refuse'),
  }),
} as const;

/** The other clock from this one: `exchange + 5ms`, `local - 250us`, or just `exchange`. */
const derived = (from: 'exchange' | 'local', sign: '+' | '-') =>
  z.string().refine((text) => derivedNanos(text, from, sign) !== undefined, {
    error: `expected "${from}" or "${from} ${sign} 5ms"`,
  });

/** Tick, lot and contract terms by symbol, as text so that they are exact. */
export const instrumentTable = z
  .record(
    z.string(),
    z.strictObject({
      tick: decimal('0.01'),
      lot: decimal('0.001'),
      contract: z.enum(CONTRACTS).exactOptional(),
      multiplier: decimal('50').exactOptional(),
      base: z.string().exactOptional(),
      quote: z.string().exactOptional(),
      expiry: z.string().exactOptional(),
    }),
  )
  .superRefine((table, context) => {
    if (Object.keys(table).length === 0) context.addIssue({ code: 'custom', message: 'expected at least one symbol' });
    for (const [symbol, terms] of Object.entries(table)) {
      // What is missing has been told; the check comes here all the same.
      if (symbol === '' || terms.tick === undefined || terms.lot === undefined) continue;
      try {
        new Instrument({ symbol, ...terms }, 0);
      } catch (fault) {
        context.addIssue({ code: 'custom', path: [symbol], message: (fault as RangeError).message });
      }
    }
  });

const mappingSchema = z
  .strictObject({
    separator: z.string().length(1, { error: 'expected one character' }).default(','),
    /** False: the first line is data already, and columns are given by place. */
    header: z.boolean().default(true),
    /** Lines to leave out before the header. */
    skipLines: z.number().int().min(0).default(0),
    symbol: z.union([z.strictObject({ column }), z.strictObject({ constant: z.string().min(1) })], {
      error: 'expected { column: … } or { constant: … }',
    }),
    instruments: instrumentTable,
    /** Rows of symbols that are not among the instruments. */
    otherSymbols: z.enum(['refuse', 'drop']).default('refuse'),
    exchangeTime: time.optional(),
    exchangeFrom: derived('local', '-').optional(),
    localTime: time.optional(),
    localFrom: derived('exchange', '+').optional(),
    /** A local time before the exchange time: refused, or all local times are moved by the worst difference. */
    negativeLatency: z.enum(['refuse', 'shift']).default('refuse'),
    trades: shapes.trades.optional(),
    quotes: shapes.quotes.optional(),
    depth: shapes.depth.optional(),
    bars: shapes.bars.optional(),
    funding: shapes.funding.optional(),
    status: shapes.status.optional(),
    splits: shapes.splits.optional(),
    dividends: shapes.dividends.optional(),
    marks: shapes.marks.optional(),
  })
  .superRefine((mapping, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const given = SHAPES.filter((shape) => mapping[shape] !== undefined);
    if (given.length !== 1) {
      issue('trades', `expected exactly one of ${SHAPES.join(', ')}; given: ${given.join(', ') || 'none'}`);
    }
    for (const clock of ['exchange', 'local'] as const) {
      const ways = [mapping[`${clock}Time`], mapping[`${clock}From`]].filter((way) => way !== undefined).length;
      const other = clock === 'exchange' ? 'local - 5ms' : 'exchange + 5ms';
      if (ways !== 1) issue(`${clock}Time`, `expected exactly one of ${clock}Time and ${clock}From ("${other}")`);
    }
    if (mapping.exchangeFrom !== undefined && mapping.localFrom !== undefined) {
      issue('exchangeFrom', 'expected at least one clock to come from a column');
    }
    if (mapping.bars?.stamped === 'open' && mapping.bars.interval === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['bars', 'interval'],
        message: 'expected the length of a bar, e.g. 1m',
      });
    }
    const constant = 'constant' in mapping.symbol ? mapping.symbol.constant : undefined;
    if (constant !== undefined && !Object.hasOwn(mapping.instruments, constant)) {
      issue('instruments', `expected tick and lot for ${JSON.stringify(constant)}`);
    }
  });

export const SHAPES = [
  ...(['trades', 'quotes', 'depth', 'bars'] as const),
  ...(['funding', 'status', 'splits', 'dividends', 'marks'] as const),
] as const;
export type Shape = (typeof SHAPES)[number];
/** As written: defaults may be left out. */
export type CsvMappingInput = z.input<typeof mappingSchema>;
/** Checked, with its defaults. */
export type CsvMapping = z.output<typeof mappingSchema>;
export type CsvColumn = z.output<typeof column>;
export type CsvTime = z.output<typeof time>;

/**
 * Checks a mapping. Throws `ImportError` in one line: for each fault the field, what was given and what is allowed.
 * `source` is how the message calls it, e.g. the file's path.
 */
export function checkMapping(given: unknown, source = 'mapping'): CsvMapping {
  return checkedBy(mappingSchema, given, source);
}

/** What the schema makes of the value; throws as {@link checkMapping} does. */
export function checkedBy<Schema extends z.ZodType>(schema: Schema, given: unknown, source: string): z.output<Schema> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => {
    const path = issue.path.join('.') || 'mapping';
    const value = JSON.stringify(valueAt(given, issue.path)) ?? 'nothing';
    return `${path}: ${issue.message}, given ${value.length > 60 ? `${value.slice(0, 57)}...` : value}`;
  });
  throw new ImportError(`${source}: ${faults.join('; ')}`);
}

/** Reads a mapping from a YAML or JSON file (JSON is YAML) and checks it. */
export async function readMapping(path: string): Promise<CsvMapping> {
  return checkMapping(await readYaml(path), path);
}

/** The value that a YAML or JSON file holds. Throws `ImportError` with the line. */
export async function readYaml(path: string): Promise<unknown> {
  const refuse = (message: string, cause: unknown) => new ImportError(message, { cause });
  return yamlValue(await readText(path, refuse), path, refuse);
}

/** Which of the shapes a checked mapping has. */
export function shapeOf(mapping: CsvMapping): Shape {
  return SHAPES.find((shape) => mapping[shape] !== undefined)!;
}

/** Whether files belong together: a book goes over from one to the next; so does the worst difference of clocks. */
export function isJoined({ depth, negativeLatency }: CsvMapping): boolean {
  return depth !== undefined || negativeLatency === 'shift';
}

/** ns of `exchange + 5ms`; `undefined` when the text is not of this form. */
export function derivedNanos(text: string, from: 'exchange' | 'local', sign: '+' | '-'): number | undefined {
  if (text.trim() === from) return 0;
  const match = /^\s*(\w+)\s*([+-])\s*(\S.*)$/.exec(text);
  if (match === null || match[1] !== from || match[2] !== sign || !isDuration(match[3]!)) return undefined;
  const nanos = parseDuration(match[3]!);
  return nanos >= 0 ? nanos : undefined;
}

function texts(example: string) {
  return z.array(z.coerce.string(), { error: `expected a list of texts, e.g. [${example}]` }).min(1);
}

function statusTexts() {
  return z.array(z.coerce.string(), { error: 'expected a list of texts' }).default(() => []);
}

function decimal(example: string) {
  return z.coerce.string().refine(isPositiveDecimal, { error: `expected a decimal above 0, e.g. "${example}"` });
}

function isPositiveDecimal(text: string): boolean {
  return accepted(() => new Instrument({ symbol: 'x', tick: text, lot: text }, 0));
}

function isDuration(text: string): boolean {
  return accepted(() => parseDuration(text));
}

function isZone(name: string): boolean {
  return accepted(() => new Zone(name));
}

function accepted(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  let value = given;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return value;
}
