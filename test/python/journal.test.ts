/** The journal keeps replies byte for byte; a damaged one is refused with the place; what differs is told. */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Channel } from '../../bridges/python/channel.js';
import { packMeta } from '../../bridges/python/frame.js';
import { JournalReader, JournalWriter, type RawReply } from '../../bridges/python/journal.js';
import { LiveLine, RecordedReplies, ReplayLine } from '../../bridges/python/line.js';
import { PythonStrategies } from '../../bridges/python/python-strategies.js';

let folder: string;
let path: string;
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'tickwright-journal-'));
  path = join(folder, 'bridge.journal');
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

interface Kept extends RawReply {
  readonly strategy: number;
  readonly requestCrc: number;
}

const HEAD = {
  strategies: [
    { name: 'a', ready: { handlers: [] } },
    { name: 'b', ready: null },
  ],
};

function write(replies: readonly Kept[]): void {
  const writer = new JournalWriter(folder, HEAD);
  for (const reply of replies) writer.add(reply.strategy, reply.requestCrc, reply);
  fs.rmSync(path, { force: true });
  writer.copyTo(path);
  writer.close();
}

function read(): Kept[] {
  const reader = new JournalReader(path);
  try {
    const replies: Kept[] = [];
    for (let reply = reader.next(); reply !== undefined; reply = reader.next()) replies.push(reply);
    return replies;
  } finally {
    reader.close();
  }
}

const operations = (...list: unknown[]) => packMeta(list);
const reply = (strategy: number, requestCrc: number, meta: Uint8Array = new Uint8Array(0)): Kept => ({
  strategy,
  type: 17,
  requestCrc,
  meta,
  payload: new Uint8Array(0),
});

test('gives back every reply as it was kept', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  const kept = fc.record({
    strategy: fc.integer({ min: 0, max: 1 }),
    type: fc.integer({ min: 0, max: 255 }),
    requestCrc: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    meta: bytes,
    payload: bytes,
  });
  fc.assert(
    fc.property(fc.array(kept, { maxLength: 40 }), (replies) => {
      write(replies);
      const plain = (each: Kept) => ({ ...each, meta: [...each.meta], payload: [...each.payload] });
      expect(read().map(plain)).toEqual(replies.map(plain));
    }),
    { numRuns: 60 },
  );
});

test('holds replies larger than its buffer, and more of them', () => {
  const large = new Uint8Array(700_001).map((_, at) => at);
  write([reply(0, 1, large), ...Array.from({ length: 30_000 }, (_, at) => reply(at % 2, at)), reply(1, 2, large)]);
  const back = read();
  expect(back).toHaveLength(30_002);
  expect(Buffer.compare(back[0]!.meta, large)).toBe(0);
  expect(Buffer.compare(back.at(-1)!.meta, large)).toBe(0);
  expect(back[30_000]!.requestCrc).toBe(29_999);
});

test('leaves no file behind while it is written', () => {
  const before = fs.readdirSync(folder).sort();
  const writer = new JournalWriter(folder, HEAD);
  writer.add(0, 1, reply(0, 1));
  expect(fs.readdirSync(folder).sort()).toEqual(before);
  writer.close();
});

describe('a damaged journal', () => {
  const REPLIES = [reply(0, 7, operations([4, 'x'])), reply(1, 8), reply(0, 9, operations([4, 'yy']))];
  const fault = (): string => {
    try {
      read();
    } catch (error) {
      expect(error).toMatchObject({ name: 'BridgeError', code: 'JOURNAL' });
      return (error as Error).message;
    }
    return '';
  };

  test('is refused wherever it is cut off, with the file and the place', () => {
    write(REPLIES);
    const whole = fs.readFileSync(path);
    for (let length = 0; length < whole.length; length++) {
      fs.writeFileSync(path, whole.subarray(0, length));
      expect(fault(), `cut to ${length} bytes`).toMatch(/bridge\.journal: is cut off: byte \d+ is wanted/);
    }
  });

  test('never gives more or other replies than it has lengths for, whatever byte is changed', () => {
    write(REPLIES);
    const whole = fs.readFileSync(path);
    let refused = 0;
    for (let at = 0; at < whole.length; at++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const changed = Buffer.from(whole);
        changed[at]! ^= mask;
        fs.writeFileSync(path, changed);
        if (fault() !== '') refused++;
      }
    }
    expect(refused).toBeGreaterThan(whole.length);
  });

  test.each([
    ['is something else', 'not a journal at all, but long enough', /is no journal of a bridge/],
    ['is empty', '', /is cut off/],
    ['has a head that is no JSON', 'TWJOURNAL 1\n\x03\0\0\0{{{', /its head is not what a journal begins with/],
    ['has a head without strategies', 'TWJOURNAL 1\n\x02\0\0\0{}', /its head is not what a journal begins with/],
  ])('that %s is refused', (_name, text, message) => {
    fs.writeFileSync(path, text, 'latin1');
    expect(fault()).toMatch(message);
  });

  test('whose announcement of a strategy is not one is refused with strategy and field', async () => {
    const writer = new JournalWriter(folder, {
      strategies: [{ name: 'maker', ready: { name: 'Maker', handlers: ['fil'] } }],
    });
    fs.rmSync(path, { force: true });
    writer.copyTo(path);
    writer.close();
    const connect = () => {
      throw new Error('a replay starts nothing');
    };
    const entry = { name: 'maker', instruments: [], params: {}, slow: false, connect };
    await expect(
      PythonStrategies.connect([entry], { name: 'x', seed: 1, originNs: 0n, replay: path }),
    ).rejects.toMatchObject({
      code: 'JOURNAL',
      message: expect.stringMatching(/bridge\.journal: is damaged: strategy "maker", ready\.handlers\.0: [^\n]*$/),
    });
  });

  test('that is not there is refused', () => {
    expect(() => new JournalReader(join(folder, 'none'))).toThrow(/none: cannot be read: ENOENT/);
  });
});

describe('a line', () => {
  const frame = (text: string) => Buffer.from(text);
  const channelOf = (...replies: RawReply[]): Channel => {
    let at = 0;
    const none = () => {
      throw new Error('not used');
    };
    return {
      send: () => {},
      receive: () => ({ seq: 0, ...replies[at++]! }),
      exchange: none,
      refuse: none,
      finish() {},
      close() {},
    };
  };
  const answers = [operations([4, 'one']), new Uint8Array(0), operations([4, 'three'])].map((meta) =>
    reply(0, 0, meta),
  );

  function record(): void {
    const writer = new JournalWriter(folder, { strategies: [{ name: 'maker', ready: {} }] });
    const line = new LiveLine(channelOf(...answers), 0, writer);
    for (const text of ['a', 'b', 'c']) {
      line.ask(frame(text));
      line.answer();
    }
    fs.rmSync(path, { force: true });
    writer.copyTo(path);
    writer.close();
  }
  const replayed = () => new ReplayLine(new RecordedReplies(new JournalReader(path)), 0);

  test('repeats what was said to the same requests', () => {
    record();
    const line = replayed();
    for (const [at, text] of ['a', 'b', 'c'].entries()) {
      line.ask(frame(text));
      expect(Buffer.compare(line.answer().meta, answers[at]!.meta)).toBe(0);
    }
    line.ask(frame('d'));
    expect(() => line.answer()).toThrow(
      /has no reply to request 4 of strategy "maker": the run that wrote it ended before/,
    );
  });

  test('names the first request that is not the recorded one', () => {
    record();
    const line = replayed();
    line.ask(frame('a'));
    line.answer();
    line.ask(frame('B'));
    expect(() => line.answer()).toThrow(
      /request 2 of strategy "maker" is not the one that was recorded: the tape, the run file, the seed or tickwright have changed/,
    );
  });

  test('names the first answer that is not the recorded one, with both', () => {
    record();
    const changed = [answers[0]!, reply(0, 0, operations([4, 'two'])), answers[2]!];
    const line = new LiveLine(channelOf(...changed), 0, undefined, new RecordedReplies(new JournalReader(path)));
    line.ask(frame('a'));
    line.answer();
    line.ask(frame('b'));
    expect(() => line.answer()).toThrow(
      /strategy "maker" answers request 2 otherwise than in .*bridge.journal: recorded nothing, now \[\[4,"two"\]\]; it depends on something besides what it is sent/,
    );
  });

  test('keeps a checksum of each request', () => {
    record();
    expect(read().map(({ requestCrc }) => requestCrc)).toEqual(['a', 'b', 'c'].map((text) => crc32(text)));
  });
});
