/**
 * Tape files by themselves: writes seeded rows, reads them on this thread and on the worker's; rows a second of each.
 * Knows nothing of the engine. Run as `node dist/bench/tape.js [rows]`.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openTape } from '../bridges/tape/tape-file.js';
import { writeTape } from '../bridges/tape/tape-writer.js';
import { allocateColumns, type Columns, codeOf, Kind, Side } from '../core/market.js';

const INSTRUMENTS = 100;
const ROUNDS = 5;

/** A few rows a message, a tenth of them trades; times, prices and quantities as wide as in real depth data. */
function seededRows(count: number): Columns {
  let state = 12_345;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const columns = allocateColumns(count);
  let time = 0;
  let row = 0;
  while (row < count) {
    time += Math.floor(-Math.log(1 - random()) * 1e6);
    const instrument = Math.floor(random() * INSTRUMENTS);
    const last = Math.min(count, row + 1 + Math.floor(random() * 8)) - 1;
    for (; row <= last; row++) {
      const side = random() < 0.5 ? Side.buy : Side.sell;
      columns.exchangeNs[row] = time;
      columns.localNs[row] = time + 2e6;
      columns.code[row] = codeOf(random() < 0.1 ? Kind.trade : Kind.depth, side);
      columns.flags[row] = row === last ? 1 : 0;
      columns.instrument[row] = instrument;
      columns.priceTicks[row] = 10_000 + instrument * 7_777 + Math.floor(random() ** 2 * 50);
      columns.qtyLots[row] = Math.floor(random() ** 2 * 5_000);
    }
  }
  columns.length = count;
  return columns;
}

function readAll(file: string, worker: boolean): number {
  const tape = openTape(file, { worker });
  const reader = tape.open(tape.info.originNs);
  let rows = 0;
  for (let block = reader.next(); block !== undefined; block = reader.next()) {
    rows += block.length;
    reader.release(block);
  }
  reader.close();
  if (rows !== tape.info.rows) throw new Error(`${rows} rows read of ${tape.info.rows}`);
  return rows;
}

function report(name: string, rows: number, act: () => void): void {
  act();
  const rates = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    act();
    return rows / (performance.now() - start) / 1e3;
  }).sort((a, b) => a - b);
  const median = rates[ROUNDS >> 1]!;
  console.log(
    `${name.padEnd(22)} ${median.toFixed(1)} M rows/s (${rates[0]!.toFixed(1)} to ${rates.at(-1)!.toFixed(1)})`,
  );
}

const rows = Number(process.argv[2] ?? 5_000_000);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-tape-'));
const file = path.join(folder, 'bench.parquet');
try {
  const columns = seededRows(rows);
  const instruments = Array.from({ length: INSTRUMENTS }, (_, i) => ({ symbol: `S${i}`, tick: '0.1', lot: '0.001' }));
  report('write', rows, () => writeTape(file, columns, { instruments, originNs: 1_700_000_000_000_000_000n }));
  console.log(`${'size'.padEnd(22)} ${(fs.statSync(file).size / rows).toFixed(2)} bytes a row`);
  report('read, this thread', rows, () => readAll(file, false));
  report('read, worker', rows, () => readAll(file, true));
} finally {
  fs.rmSync(folder, { recursive: true });
}
