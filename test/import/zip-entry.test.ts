/** Zip archives of one file: read as they come, or refused with what is wrong; whatever is flipped or cut off is found. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../bridges/import/input-file.js';
import { FIXTURES, temporaryFile } from './tape-rows.js';

const FIXTURE = readFileSync(join(FIXTURES, 'binance-archive/ABCUSDT-trades-2024-03-01.zip'));
const TEXT = `${Array.from({ length: 400 }, (_, at) => `${at},${at * 7919}`).join('\n')}\n`;

interface Shape {
  readonly names?: readonly string[];
  readonly method?: number;
  readonly flags?: number;
  readonly wide?: boolean;
  readonly comment?: string;
  readonly crc?: number;
  readonly localName?: string;
}

const u16 = (...values: number[]) => Buffer.concat(values.map((value) => Buffer.from([value & 255, value >> 8])));
const u32 = (...values: number[]) => Buffer.concat(values.map((value) => u16(value & 0xffff, value >>> 16)));
const u64 = (...values: number[]) => Buffer.concat(values.map((value) => u32(value, 0)));

/** A zip archive put together by hand, of the same text under each name. */
function zip(text: string, shape: Shape = {}): Buffer {
  const { names = ['a.csv'], method = 8, flags = 0, wide = false, comment = '' } = shape;
  const content = Buffer.from(text);
  const data = method === 8 ? deflateRawSync(content) : content;
  const crc = shape.crc ?? crc32(content);
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let at = 0;
  for (const name of names) {
    const title = Buffer.from(shape.localName ?? name);
    const sizes = wide ? u32(0xffffffff, 0xffffffff) : u32(data.length, content.length);
    const head = Buffer.concat([u16(20, flags, method, 0, 0), u32(crc), sizes]);
    const local = Buffer.concat([u32(0x04034b50), head, u16(title.length, 0), title, data]);
    const extra = wide ? Buffer.concat([u16(0x7777, 2, 5), u16(1, 24), u64(content.length, data.length, at)]) : '';
    const place = wide ? 0xffffffff : at;
    const tail = Buffer.concat([u16(Buffer.byteLength(name), extra.length, 0, 0, 0), u32(0, place), Buffer.from(name)]);
    centrals.push(Buffer.concat([u32(0x02014b50), u16(20), head, tail, Buffer.from(extra)]));
    locals.push(local);
    at += local.length;
  }
  const central = Buffer.concat(centrals);
  const count = wide ? 0xffff : names.length;
  const end64 = Buffer.concat([
    ...[u32(0x06064b50), u64(44), u16(45, 45), u32(0, 0), u64(names.length, names.length, central.length, at)],
    ...[u32(0x07064b50, 0), u64(at + central.length), u32(1)],
  ]);
  const sizes = wide ? u32(0xffffffff, 0xffffffff) : u32(central.length, at);
  const end = Buffer.concat([
    u32(0x06054b50),
    u16(0, 0, count, count),
    sizes,
    u16(comment.length),
    Buffer.from(comment),
  ]);
  return Buffer.concat([...locals, central, ...(wide ? [end64] : []), end]);
}

async function textOf(content: Buffer): Promise<string> {
  const lines: string[] = [];
  const path = temporaryFile('a.zip', content);
  const fact = await readLines(path, (bytes, start, end) => lines.push(bytes.toString('utf8', start, end)));
  expect(fact.sizeBytes).toBe(content.length);
  return `${lines.join('\n')}\n`;
}

async function refusal(content: Buffer): Promise<string> {
  const path = temporaryFile('a.zip', content);
  const message = await readLines(path, () => {}).then(
    () => 'it was read',
    (cause: Error) => `${cause.name} ${cause.message}`,
  );
  expect(message).not.toContain('\n');
  return message.replace(path, 'PATH');
}

describe('a zip archive of one file', () => {
  it.each<[string, Shape]>([
    ['deflated', {}],
    ['stored', { method: 0 }],
    ['with sizes of 64 bits', { wide: true }],
    ['stored with sizes of 64 bits', { wide: true, method: 0 }],
    ['with a comment', { comment: 'thank you' }],
    ['with a comment that looks like an end', { comment: 'PK\u0005\u0006 and so on, long enough to be one' }],
  ])('%s is read as if unpacked', async (_, shape) => {
    expect(await textOf(zip(TEXT, shape))).toBe(TEXT);
  });

  it('is read when it is larger than what is read at once', async () => {
    const text = `${Array.from({ length: 90_000 }, (_, at) => (at * 2654435761) % 4294967291).join('\n')}\n`;
    const archive = zip(text, { method: 0 });
    expect(archive.length).toBeGreaterThan(3 * 256 * 1024);
    expect((await textOf(archive)) === text).toBe(true);
    expect((await textOf(zip(text))) === text).toBe(true);
  });

  it.each<[string, Buffer, string]>([
    ['two files', zip(TEXT, { names: ['a.csv', 'b.csv'] }), 'the zip archive holds 2 files where one was expected'],
    ['no file', zip(TEXT, { names: [] }), 'is an empty zip archive, not plain, gzip, zstd or zip'],
    ['encrypted', zip(TEXT, { flags: 1 }), 'the zip archive is encrypted'],
    ['another method', zip(TEXT, { method: 14 }), 'packed by method 14, not by deflate'],
    ['another checksum', zip(TEXT, { crc: 12345 }), 'the zip data is damaged: what it unpacks to has another checksum'],
    ['two names', zip(TEXT, { localName: 'b.csv' }), 'its file and its directory disagree about the name'],
    ['cut off', zip(TEXT).subarray(0, -10), 'the zip archive has no directory at its end: the file was cut off'],
  ])('is refused: %s', async (_, archive, message) => {
    expect(await refusal(archive)).toMatch(/^ImportError PATH: /);
    expect(await refusal(archive)).toContain(message);
  });

  it('is refused wherever it is cut off', async () => {
    for (let bytes = 5; bytes < FIXTURE.length; bytes++) {
      expect(await refusal(FIXTURE.subarray(0, bytes)), `${bytes} bytes`).toContain(
        'ImportError PATH: the zip archive',
      );
    }
  });

  it('is refused, or gives the same text, whatever bit is flipped', async () => {
    const text = await textOf(FIXTURE);
    let refused = 0;
    for (let bit = 32; bit < FIXTURE.length * 8; bit++) {
      const copy = Buffer.from(FIXTURE);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      const read = await textOf(copy).catch((cause: Error) => cause);
      if (read instanceof Error) {
        expect(read.name, `bit ${bit}: ${read.message}`).toBe('ImportError');
        refused++;
      } else if (read !== text) expect.fail(`bit ${bit} went unnoticed`);
    }
    // What may be flipped unseen: versions, dates, attributes, sizes that the directory has too.
    expect(refused / (FIXTURE.length * 8)).toBeGreaterThan(0.75);
  });
});
