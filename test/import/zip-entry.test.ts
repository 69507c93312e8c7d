/** Zip archives of one file: read as they come, or refused with what is wrong; whatever is flipped or cut off is found. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../bridges/import/input-file.js';
import { FIXTURES, temporaryFile } from './tape-rows.js';
import { type Shape, zip } from './zip-writer.js';

const FIXTURE = readFileSync(join(FIXTURES, 'binance-archive/ABCUSDT-trades-2024-03-01.zip'));
const TEXT = `${Array.from({ length: 400 }, (_, at) => `${at},${at * 7919}`).join('\n')}\n`;

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

describe('a zip archive of several files', () => {
  const texts = { 'a_201406.csv': '1,2\n', 'a_201409.csv': '3,4\n', 'b_201409.csv': '5,6\n' };
  const archive = zip('', { names: Object.keys(texts), texts });
  const wanted = async (entry: (name: string) => boolean) => {
    const lines: string[] = [];
    const path = temporaryFile('a.zip', archive);
    const take = (bytes: Buffer, start: number, end: number) => lines.push(bytes.toString('utf8', start, end));
    return readLines(path, take, () => {}, entry).then(
      () => lines.join(),
      (cause: Error) => cause.message.replace(path, 'PATH'),
    );
  };

  it('gives the one that is wanted, or says which there are', async () => {
    for (const [name, text] of Object.entries(texts)) expect(`${await wanted((other) => other === name)}\n`).toBe(text);
    expect(await wanted(() => false)).toBe(
      'PATH: 0 of the 3 files in the zip archive are the one wanted ("a_201406.csv", "a_201409.csv", "b_201409.csv")',
    );
    expect(await wanted((name) => name.endsWith('_201409.csv'))).toContain('PATH: 2 of the 3 files in the zip archive');
  });
});
