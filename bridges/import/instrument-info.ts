/**
 * Tick, lot and contract terms of one instrument out of what a venue's REST endpoint answers: Bybit's
 * `/v5/market/instruments-info`, OKX's `/api/v5/public/instruments`.
 * Knows nothing of captures. Called by the command line.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { InstrumentSpec } from '../../core/index.js';
import { checkedBy } from './csv-mapping.js';
import { ImportError } from './input-file.js';

/** What an answer says; where a venue does not know it, it is left out. */
export type InstrumentTerms = Omit<InstrumentSpec, 'symbol'>;

const text = z.string();
const size = z.string().min(1);

const bybitAnswer = z.object({
  result: z.object({
    category: text,
    list: z.array(
      z.object({
        symbol: text,
        baseCoin: text,
        quoteCoin: text,
        deliveryTime: text.optional(),
        priceFilter: z.object({ tickSize: size }),
        lotSizeFilter: z.object({ qtyStep: size.optional(), basePrecision: size.optional() }),
      }),
    ),
  }),
});

const okxAnswer = z.object({
  data: z.array(
    z.object({
      instId: text,
      instType: text,
      tickSz: size,
      lotSz: size,
      ctType: text.optional(),
      ctVal: text.optional(),
      ctMult: text.optional(),
      ctValCcy: text.optional(),
      settleCcy: text.optional(),
      baseCcy: text.optional(),
      quoteCcy: text.optional(),
      expTime: text.optional(),
    }),
  ),
});

/** Throws `ImportError` for a file that is no such answer or does not have the symbol. */
export async function readBybitInstrument(path: string, symbol: string): Promise<InstrumentTerms> {
  const { result } = checkedBy(bybitAnswer, await readJson(path), path);
  const found = result.list.find((entry) => entry.symbol === symbol);
  if (found === undefined) throw missing(path, symbol, result.list.length);
  const lot = found.lotSizeFilter.qtyStep ?? found.lotSizeFilter.basePrecision;
  if (lot === undefined) throw new ImportError(`${path}: ${symbol} has neither qtyStep nor basePrecision`);
  return {
    tick: found.priceFilter.tickSize,
    lot,
    // Inverse contracts are of 1 USD each.
    contract: result.category === 'inverse' ? 'inverse' : 'linear',
    base: found.baseCoin,
    quote: found.quoteCoin,
    ...expiryOf(path, found.deliveryTime),
  };
}

/** As {@link readBybitInstrument}. */
export async function readOkxInstrument(path: string, symbol: string): Promise<InstrumentTerms> {
  const { data } = checkedBy(okxAnswer, await readJson(path), path);
  const found = data.find((entry) => entry.instId === symbol);
  if (found === undefined) throw missing(path, symbol, data.length);
  const { tickSz: tick, lotSz: lot } = found;
  const [base, quote] = symbol.split('-') as [string, string | undefined];
  const currencies = {
    base: found.baseCcy || base,
    ...((found.quoteCcy || quote) && { quote: found.quoteCcy || quote! }),
  };
  if (found.instType === 'SPOT' || found.instType === 'MARGIN') return { tick, lot, contract: 'linear', ...currencies };
  if (found.ctType !== 'linear' && found.ctType !== 'inverse') {
    throw new ImportError(`${path}: ${symbol} has ctType ${JSON.stringify(found.ctType)}, not linear or inverse`);
  }
  if (!found.ctVal) throw new ImportError(`${path}: ${symbol} has no ctVal, so what a contract is worth is not known`);
  if (found.ctMult && Number(found.ctMult) !== 1) {
    throw new ImportError(`${path}: ${symbol} has ctMult ${found.ctMult}: give tick, lot and multiplier yourself`);
  }
  return {
    tick,
    lot,
    contract: found.ctType,
    multiplier: found.ctVal,
    ...currencies,
    ...expiryOf(path, found.expTime),
  };
}

/** Milliseconds since 1970 as text; empty or 0: never. */
function expiryOf(path: string, milliseconds: string | undefined): { expiry?: string } {
  if (milliseconds === undefined || milliseconds === '' || milliseconds === '0') return {};
  const time = new Date(/^\d{1,14}$/.test(milliseconds) ? Number(milliseconds) : Number.NaN);
  if (Number.isNaN(time.getTime())) throw new ImportError(`${path}: ${JSON.stringify(milliseconds)} is no time in ms`);
  return { expiry: time.toISOString() };
}

function missing(path: string, symbol: string, count: number): ImportError {
  return new ImportError(
    `${path}: ${symbol} is not among its ${count} instruments; symbols are written as the venue does`,
  );
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new ImportError(
      `${path}: ${code === 'ENOENT' ? 'there is no such file' : `no JSON: ${message.replaceAll(/\s+/g, ' ')}`}`,
    );
  }
}
