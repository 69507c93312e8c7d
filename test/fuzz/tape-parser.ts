/** The tape reader, with tapes whose checksums are put right again after they were spoiled. Called by the fuzz tests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CRC32_KEY } from '../../bridges/tape/footer-write.js';
import { crc32, readPage } from '../../bridges/tape/parquet-page.js';
import { TapeError } from '../../bridges/tape/tape-error.js';
import { openTape } from '../../bridges/tape/tape-file.js';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import type { RandomStream } from '../../core/random.js';
import { expectSoundRows } from '../import/sound-rows.js';
import { ALL_PARTS, instrumentsOf, marketRows, ORIGIN_NS } from '../tape/sample-rows.js';
import { sealFooter, sealPage } from '../tape/sealing.js';
import type { FuzzedParser } from './fuzzing.js';
import { type Parts, records, spoiledBytes } from './mutation.js';

/** Where a page's header and its bytes lie. */
interface Page {
  readonly at: number;
  readonly start: number;
  readonly end: number;
  readonly crc: number;
}

function writeGood(folder: string): void {
  const rows = marketRows(120, 3, ALL_PARTS);
  writeTape(join(folder, 'good.parquet'), rows, { instruments: instrumentsOf(3), originNs: ORIGIN_NS });
}

/** A tape as its column chunks, and its footer. */
function chunksOf(folder: string): Parts {
  const file = join(folder, 'good.parquet');
  const bytes = readFileSync(file);
  const edges = [0, ...openTape(file).footer.chunkAt, bytes.length];
  return records(edges.slice(1).map((end, at) => bytes.subarray(edges[at]!, end)));
}

function pagesOf({ parts }: Parts): Page[] {
  const bytes = Buffer.concat(parts);
  const pages: Page[] = [];
  let at = parts[0]!.length;
  for (const part of parts.slice(1, -1)) {
    const chunkEnd = at + part.length;
    while (at < chunkEnd) {
      const { start, end } = readPage(bytes, at, chunkEnd, 0);
      pages.push({ at, start, end, crc: crc32(bytes.subarray(start, end)) });
      at = end;
    }
  }
  return pages;
}

/** The footer's checksum is put right if there is one. */
function sealed(bytes: Buffer): Buffer {
  if (bytes.length < 20) return bytes;
  const end = bytes.length - 8;
  const at = bytes.lastIndexOf(CRC32_KEY);
  // Its length may be what was spoiled, or the place of the checksum.
  const whole = at >= end - bytes.readUInt32LE(end) && at + CRC32_KEY.length + 10 <= end;
  return at > 0 && whole ? sealFooter(bytes) : bytes;
}

/** Instead of what was spoiled: one page's bytes changed, as many as they were, under the right checksum. */
function spoiledPage(good: Parts, pages: readonly Page[], random: RandomStream): Buffer {
  const bytes = Buffer.concat(good.parts);
  const { at, start, end, crc } = pages[random.integer(pages.length)]!;
  const page = Buffer.alloc(end - start);
  spoiledBytes(bytes.subarray(start, end), random).copy(page);
  page.copy(bytes, start);
  sealPage(bytes, at, start, end, crc);
  return bytes;
}

function read(path: string): void {
  const tape = openTape(path, { worker: false });
  const reader = tape.open(tape.info.originNs);
  try {
    for (let block = reader.next(); block !== undefined; block = reader.next()) {
      // The values of custom rows may be any.
      const { value: _, ...rows } = block;
      expectSoundRows(rows);
      reader.release(block);
    }
  } finally {
    reader.close();
  }
}

const base = { refusals: [TapeError], prepare: writeGood };
export const TAPES: readonly FuzzedParser[] = [
  { ...base, name: 'tape, any bytes', inputs: [{ file: 'a.parquet', good: chunksOf, read }] },
  {
    ...base,
    name: 'tape, footer',
    inputs: [
      {
        ...{ file: 'a.parquet', read, seal: sealed },
        good: (folder) => {
          const { parts } = chunksOf(folder);
          return { text: false, parts: parts.slice(-1), front: Buffer.concat(parts.slice(0, -1)) };
        },
      },
    ],
  },
  {
    ...base,
    name: 'tape, pages',
    inputs: [
      {
        ...{ file: 'a.parquet', read },
        good: chunksOf,
        seal: (() => {
          let pages: Page[] | undefined;
          return (_, random, good) => {
            pages ??= pagesOf(good);
            return spoiledPage(good, pages, random);
          };
        })(),
      },
    ],
  },
];
