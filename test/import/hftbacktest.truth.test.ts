/**
 * hftbacktest's own converters beside our importers of the same raw data: the same rows. Needs a Python that has hftbacktest:
 * `TICKWRIGHT_HFTBACKTEST_PYTHON=/path/to/python` (and databento and polars for the second test).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { importBinanceCapture } from '../../bridges/import/binance-capture.js';
import { importDatabento } from '../../bridges/import/databento.js';
import { importHftbacktest } from '../../bridges/import/hftbacktest.js';
import type { Columns } from '../../core/index.js';
import { rowsOf, truthFolder } from './tape-rows.js';

const python = process.env.TICKWRIGHT_HFTBACKTEST_PYTHON ?? '';
if (python === '') console.warn('skipped: no TICKWRIGHT_HFTBACKTEST_PYTHON names a Python that has hftbacktest');
const captures = python === '' ? undefined : truthFolder('binance-raw');
const databento = python === '' ? undefined : truthFolder('databento');

function convert(module: string, source: string, options: string): string {
  const target = join(mkdtempSync(join(tmpdir(), 'tickwright-import-')), 'converted.npz');
  const code = `from hftbacktest.data.utils import ${module}; ${module}.convert(${JSON.stringify(source)}, output_filename=${JSON.stringify(target)}, ${options})`;
  const { status, stderr } = spawnSync(python, ['-c', code], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return target;
}

it.skipIf(captures === undefined)(
  'the BTCUSDT capture: every column of every row',
  async () => {
    const source = join(captures!, 'usdm_btcusdt_20240808.gz');
    const terms = { symbol: 'BTCUSDT', tick: '0.1', lot: '0.001' };
    const own = await importBinanceCapture({ files: [source], ...terms });
    const theirs = await importHftbacktest({
      files: [convert('binancefutures', source, 'buffer_size=1_000_000')],
      ...terms,
    });
    expect(theirs.info.originNs).toBe(own.info.originNs);
    expect(theirs.info.corrections).toEqual([]);
    expect(theirs.columns.length).toBe(491_973);
    for (const name of ['exchangeNs', 'localNs', 'code', 'flags', 'priceTicks', 'qtyLots'] as const) {
      const column = (columns: Columns) => columns[name].subarray(0, columns.length);
      expect(Buffer.compare(bytesOf(column(theirs.columns)), bytesOf(column(own.columns))), name).toBe(0);
    }
  },
  120_000,
);

it.skipIf(databento === undefined)(
  'a day of ES by order: the same orders, executions and trades',
  async () => {
    const source = join(databento!, 'esh4-glbx-mdp3-20231224.mbo.dbn.zst');
    const own = await importDatabento({ files: [source], tick: '0.25' });
    const file = convert('databento', source, 'symbol=None');
    const theirs = await importHftbacktest({ files: [file], symbol: 'ES', tick: '0.25', lot: '1', orders: true });
    // Its converter takes times through doubles, so they are some 100 ns off.
    const plain = (columns: Columns) =>
      [...rowsOf(columns, 'local')].map(({ kind, side, flags, priceTicks, qtyLots, orderId }) =>
        [kind, side, flags & 1, priceTicks, qtyLots, orderId].join(),
      );
    expect(plain(theirs.columns)).toEqual(plain(own.columns));
  },
  120_000,
);

function bytesOf(column: Float64Array | Int32Array | Uint8Array): Buffer {
  return Buffer.from(column.buffer, column.byteOffset, column.byteLength);
}
