/**
 * `bench import-itch`: messages a second of a seeded NASDAQ ITCH file of a hundred stocks of which one is wanted: passed over in
 * memory, and imported from disk. Knows nothing of the format beyond what the seeded file takes. Called by main.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { importItch } from '../bridges/import/itch.js';
import { ItchRows } from '../bridges/import/itch-rows.js';
import { ItchStream } from '../bridges/import/itch-stream.js';
import { RandomSource } from '../core/random.js';
import { median, millions } from './median.js';
import type { BenchOptions, BenchReport } from './report.js';

const STOCKS = 100;
const WANTED = 'S50';
const OPTIONS = { dates: ['2019-12-30'], timeZone: 'America/New_York', tick: '0.01', symbols: [WANTED] };
const ADD_BYTES = 38;
const DELETE_BYTES = 21;
const PIECE = 256 * 1024;
/** Messages a second, passed over. */
const TARGET = 20e6;

/** Adds and deletes of orders in turns, as a day is mostly made of. */
function seededDay(messages: number): Buffer {
  const random = new RandomSource(1).stream('itch');
  const below = (most: number) => Math.floor(random.uniform() * most);
  const bytes = Buffer.alloc((messages / 2) * (ADD_BYTES + DELETE_BYTES));
  // All of them before midnight.
  const stepNs = Math.floor(100e12 / messages);
  let nanos = 34_200e9;
  let at = 0;
  const head = (length: number, type: string, stock: number, reference: number) => {
    nanos += below(stepNs);
    bytes.writeUInt16BE(length, at);
    bytes.write(type, at + 2, 'latin1');
    bytes.writeUInt16BE(stock + 1, at + 3);
    bytes.writeUIntBE(nanos, at + 7, 6);
    bytes.writeUIntBE(reference, at + 15, 6);
  };
  for (let order = 1; order <= messages / 2; order++) {
    const stock = below(STOCKS);
    head(36, 'A', stock, order);
    bytes.write(below(2) === 0 ? 'B' : 'S', at + 21, 'latin1');
    bytes.writeUInt32BE(100 * (1 + below(9)), at + 22);
    bytes.write(`S${stock}`.padEnd(8), at + 26, 'latin1');
    bytes.writeUInt32BE(1_000_000 + 100 * below(100), at + 34);
    at += ADD_BYTES;
    head(19, 'D', stock, order);
    at += DELETE_BYTES;
  }
  return bytes;
}

function passOver(day: Buffer): number {
  const rows = new ItchRows({ ...OPTIONS, offTickPrints: 'refuse', feedLatencyNs: 0 });
  rows.startDay(1_577_682_000, 1_577_664_000);
  const stream = new ItchStream(rows);
  for (let from = 0; from < day.length; from += PIECE) stream.push(day.subarray(from, from + PIECE));
  stream.end();
  return stream.messages;
}

export async function importItchFile({ rows, rounds }: BenchOptions): Promise<BenchReport> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tickwright-bench-'));
  const file = path.join(folder, 'seeded.itch');
  try {
    const day = seededDay(rows);
    fs.writeFileSync(file, day);
    const stages = {
      'passed over': () => passOver(day),
      imported: async () => ((await importItch({ files: [file], ...OPTIONS })).columns.length > 0 ? rows : 0),
    };
    const results = [];
    for (const [stage, run] of Object.entries(stages)) {
      const rates: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        const start = performance.now();
        const messages = await run();
        if (messages !== rows) throw new Error(`${stage}: ${messages} of ${rows} messages`);
        if (round > 0) rates.push((rows / (performance.now() - start)) * 1000);
      }
      results.push({ stage, messages: rows, messagesPerSecond: median(rates), best: Math.max(...rates) });
    }
    return {
      title: `import: NASDAQ ITCH, one stock of ${STOCKS}, ${rows} messages, median of ${rounds}`,
      rows: results,
      heads: ['stage', 'messages/s', 'best round', 'target'],
      table: results.map(({ stage, messagesPerSecond, best }) => [
        stage,
        millions(messagesPerSecond),
        millions(best),
        stage === 'imported' ? '' : `${messagesPerSecond >= TARGET ? 'within' : 'UNDER'} ${millions(TARGET)}`,
      ]),
      notes: [
        '',
        'imported: read from a plain file, hashed, and the rows of the one stock put in order; the tape is not written.',
      ],
    };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
