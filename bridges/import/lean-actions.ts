/**
 * LEAN's factor and map files: splits and dividends, and which ticker a security had when.
 * Knows nothing of rows or of the files of prices. Called by lean.
 *
 * Source: QuantConnect, LEAN's CorporateFactorRow and MapFile. A factor file's line is `date,price factor,split factor,reference price`:
 * factors that hold up to and including that day, whose close the reference price is. So from one line to the next
 * split = factor / next factor (old units' part of a new one), and dividend = reference price × (1 − factor / next factor).
 * A map file's line is `date,ticker[,exchange]`: the ticker up to and including that day; the first line is the first day, and the
 * last one the day of delisting, or the year 2050.
 */
import { type InputFact, readLines } from './input-file.js';
import { brief, LineFields } from './line-fields.js';
import { dateSeconds } from './zoned-time.js';

/** What changes with the midnight that ends `day` (seconds of its beginning as if it were UTC). */
export interface LeanAction {
  readonly day: number;
  /** New units per old one; 1: no split. */
  readonly split: number;
  /** Cash per unit; 0: none. `NaN`: there is one, but without a reference price nobody knows how much. Below 0 where factors fall. */
  readonly dividend: number;
}

export interface LeanTicker {
  /** Up to and including this day. */
  readonly day: number;
  readonly ticker: string;
}

const FOREVER = dateSeconds('2050-01-01');
const COLUMNS = {
  factor: ['date', 'price factor', 'split factor', 'reference price'],
  map: ['date', 'ticker', 'exchange'],
};
/** Splits are ratios to numbers as small as these. */
const LARGEST_PART = 100;
/** Factors are rounded to 6 digits by older files, to 8 decimals by newer ones: half a unit of the last place. */
const ROUNDED_DIGITS = 5e-6;
const ROUNDED_DECIMALS = 5e-9;
const DIVIDEND_DECIMALS = 1e4;

/** `20140606` → seconds of its midnight as if it were UTC. Throws `RangeError` naming the field. */
export function leanDay(text: string, name: string): number {
  if (/^\d{8}$/.test(text)) {
    try {
      return dateSeconds(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`);
    } catch {
      // What is wrong is said below.
    }
  }
  throw new RangeError(`${name} is ${brief(text)}, no day such as 20140606`);
}

/** A line of a factor file. */
interface Factors {
  readonly day: number;
  readonly price: number;
  readonly split: number;
  /** 0: not said. */
  readonly reference: number;
}

export interface FactorFile {
  /** In order of time. */
  readonly actions: readonly LeanAction[];
  /** Lines left out, whose factors were written with an exponent and so lost their digits; LEAN leaves them out, too. */
  readonly imprecise: number;
  readonly fact: InputFact;
}

/** Splits and dividends. Throws `ImportError` with file and line. */
export async function readFactorFile(path: string): Promise<FactorFile> {
  const actions: LeanAction[] = [];
  const fields = new LineFields();
  let imprecise = 0;
  let before: Factors | undefined;
  const fact = await readLines(path, (bytes, start, end) => {
    if (end === start) return;
    if (/inf|e\+/i.test(bytes.toString('latin1', start, end))) {
      imprecise++;
      return;
    }
    fields.split(bytes, start, end, 0);
    const factors = factorsOf(fields);
    if (before !== undefined) {
      if (factors.day <= before.day)
        throw new RangeError(`date is ${fields.text(0)}, not after that of the line before`);
      if (factors.price !== before.price || factors.split !== before.split) actions.push(actionOf(before, factors));
    }
    before = factors;
  });
  return { actions, imprecise, fact };
}

function factorsOf(fields: LineFields): Factors {
  // Who made the file may stand behind the price.
  if (fields.count < 3 || fields.count > 5) {
    throw new RangeError(`there are ${fields.count} fields where ${COLUMNS.factor.join(', ')} were expected`);
  }
  return {
    day: leanDay(fields.text(0), 'date'),
    price: factor(fields, 1),
    split: factor(fields, 2),
    reference: fields.count > 3 ? number(fields, 3) : 0,
  };
}

function actionOf(before: Factors, next: Factors): LeanAction {
  const cash = before.reference * (1 - before.price / next.price);
  const known = before.price === next.price || before.reference > 0;
  const noise = noiseOf(before.split) + noiseOf(next.split);
  return {
    day: before.day,
    split: before.split === next.split ? 1 : smallRatio(next.split / before.split, noise),
    dividend: known ? Math.round(cash * DIVIDEND_DECIMALS) / DIVIDEND_DECIMALS : Number.NaN,
  };
}

function noiseOf(value: number): number {
  return Math.max(ROUNDED_DIGITS, ROUNDED_DECIMALS / value);
}

/** The ratio of small whole numbers that lies within this part of the value; the value itself where there is none. */
export function smallRatio(value: number, noise: number): number {
  for (let below = 1; below <= LARGEST_PART; below++) {
    const above = Math.round(value * below);
    if (above > 0 && Math.abs(above / below / value - 1) <= noise) return above / below;
  }
  return value;
}

function number(fields: LineFields, place: number): number {
  const text = fields.text(place);
  const value = Number(text);
  if (/^\d*\.?\d+(e-\d+)?$/i.test(text) && Number.isFinite(value)) return value;
  throw new RangeError(`${COLUMNS.factor[place]} is ${brief(text)} where a decimal was expected`);
}

function factor(fields: LineFields, place: number): number {
  const value = number(fields, place);
  if (value > 0) return value;
  throw new RangeError(`${COLUMNS.factor[place]} is ${fields.text(place)}, not above 0`);
}

/** The tickers of a security in order of time. Throws `ImportError` with file and line. */
export async function readMapFile(path: string): Promise<{ tickers: LeanTicker[]; fact: InputFact }> {
  const tickers: LeanTicker[] = [];
  const fields = new LineFields();
  const fact = await readLines(path, (bytes, start, end) => {
    if (end === start) return;
    fields.split(bytes, start, end, 0);
    if (fields.count < 2)
      throw new RangeError(`there are ${fields.count} fields where ${COLUMNS.map.join(', ')} were expected`);
    const day = leanDay(fields.text(0), 'date');
    const ticker = fields.text(1).toLowerCase();
    if (ticker === '') throw new RangeError('ticker is ""');
    const before = tickers.at(-1);
    if (before !== undefined && day <= before.day)
      throw new RangeError(`date is ${fields.text(0)}, not after that of the line before`);
    tickers.push({ day, ticker });
  });
  return { tickers, fact };
}

/** The ticker on a day; `undefined` before the first day and after the last. */
export function tickerOn(tickers: readonly LeanTicker[], day: number): string | undefined {
  if (tickers.length === 0 || day < tickers[0]!.day) return undefined;
  return tickers.find((until) => day <= until.day)?.ticker;
}

/** The day after which it no longer traded; `undefined` where it still does. */
export function lastDay(tickers: readonly LeanTicker[]): number | undefined {
  const last = tickers.at(-1);
  return last !== undefined && last.day < FOREVER ? last.day : undefined;
}
