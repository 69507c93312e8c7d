/**
 * The journal of a run's Python strategies: for every request a checksum, and the reply as it came.
 * Knows nothing of processes or of what replies mean. Called by the lines that record, replay or compare.
 *
 * ```
 * "TWJOURNAL 1\n" · u32 length · JSON {strategies: [{name, ready}]}
 * per reply: u8 strategy · u8 type · u16 0 · u32 CRC-32 of the request frame · u32 meta length · u32 payload length · both
 * at the end: u8 255 · u8 0 · u16 0 · u32 0 · f64 number of replies
 * ```
 * Little-endian. Replies stand in the order in which they were applied, which a repeated run repeats.
 */
import fs from 'node:fs';
import { z } from 'zod';
import { BridgeError } from './bridge-error.js';

export const JOURNAL_FILE = 'bridge.journal';
const MAGIC = Buffer.from('TWJOURNAL 1\n', 'latin1');
const RECORD_BYTES = 16;
const END = 255;
const CHUNK_BYTES = 1 << 18;
const MOST_STRATEGIES = 255;

const headSchema = z.object({
  strategies: z.array(z.object({ name: z.string(), ready: z.unknown() })).max(MOST_STRATEGIES),
});
export type JournalHead = z.output<typeof headSchema>;

/** A reply as it came: unpacked by who applies it. */
export interface RawReply {
  readonly type: number;
  readonly meta: Uint8Array;
  readonly payload: Uint8Array;
}

/**
 * Writes a journal into a file without a name, so that nothing is left of it whatever becomes of the program; `copyTo` gives
 * it one. Throws what the file system throws.
 */
export class JournalWriter {
  readonly #fd: number;
  readonly #chunk = Buffer.alloc(CHUNK_BYTES);
  #used = 0;
  #replies = 0;
  #closed = false;

  /** `directory`: where the nameless file lies; a file system with room for it. */
  constructor(directory: string, head: JournalHead) {
    const path = `${directory}/.${JOURNAL_FILE}.partial-${process.pid}-${counter++}`;
    this.#fd = fs.openSync(path, 'wx+', 0o600);
    fs.unlinkSync(path);
    const text = Buffer.from(JSON.stringify(head), 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    this.#put(Buffer.concat([MAGIC, length, text]));
  }

  /** Keeps a reply; the views are copied. */
  add(strategy: number, requestCrc: number, { type, meta, payload }: RawReply): void {
    if (this.#used + RECORD_BYTES > CHUNK_BYTES) this.#flush();
    const chunk = this.#chunk;
    const at = this.#used;
    chunk[at] = strategy;
    chunk[at + 1] = type;
    chunk.writeUInt16LE(0, at + 2);
    chunk.writeUInt32LE(requestCrc, at + 4);
    chunk.writeUInt32LE(meta.length, at + 8);
    chunk.writeUInt32LE(payload.length, at + 12);
    this.#used = at + RECORD_BYTES;
    if (meta.length > 0) this.#put(meta);
    if (payload.length > 0) this.#put(payload);
    this.#replies++;
  }

  get replies(): number {
    return this.#replies;
  }

  /** Writes what there is to `path`, with the end mark. */
  copyTo(path: string): void {
    this.#flush();
    const to = fs.openSync(path, 'wx');
    try {
      for (let at = 0; ; ) {
        const bytes = fs.readSync(this.#fd, this.#chunk, 0, CHUNK_BYTES, at);
        if (bytes === 0) break;
        writeAll(to, this.#chunk.subarray(0, bytes));
        at += bytes;
      }
      const end = Buffer.alloc(RECORD_BYTES);
      end[0] = END;
      end.writeDoubleLE(this.#replies, 8);
      writeAll(to, end);
    } finally {
      fs.closeSync(to);
    }
  }

  close(): void {
    if (!this.#closed) fs.closeSync(this.#fd);
    this.#closed = true;
  }

  #put(bytes: Uint8Array): void {
    if (this.#used + bytes.length > CHUNK_BYTES) this.#flush();
    if (bytes.length > CHUNK_BYTES) writeAll(this.#fd, bytes);
    else {
      this.#chunk.set(bytes, this.#used);
      this.#used += bytes.length;
    }
  }

  #flush(): void {
    writeAll(this.#fd, this.#chunk.subarray(0, this.#used));
    this.#used = 0;
  }
}

/** A reply of a journal. */
export interface JournalRecord extends RawReply {
  readonly strategy: number;
  readonly requestCrc: number;
}

/** Reads a journal front to back. Throws {@link BridgeError} JOURNAL naming file and place for one that is damaged. */
export class JournalReader {
  readonly head: JournalHead;
  readonly path: string;
  readonly #fd: number;
  readonly #size: number;
  #at: number;
  #replies = 0;

  constructor(path: string) {
    this.path = path;
    try {
      this.#fd = fs.openSync(path, 'r');
    } catch (cause) {
      throw new BridgeError('JOURNAL', `${path}: cannot be read: ${(cause as Error).message}`);
    }
    try {
      this.#size = fs.fstatSync(this.#fd).size;
      const start = this.#read(0, MAGIC.length + 4);
      if (!start.subarray(0, MAGIC.length).equals(MAGIC)) {
        throw new BridgeError('JOURNAL', `${path}: is no journal of a bridge (it does not begin with TWJOURNAL 1)`);
      }
      const length = start.readUInt32LE(MAGIC.length);
      this.#at = MAGIC.length + 4 + length;
      this.head = this.#head(this.#read(MAGIC.length + 4, length));
    } catch (error) {
      fs.closeSync(this.#fd);
      throw error;
    }
  }

  /** The next reply, or `undefined` at the end mark. */
  next(): JournalRecord | undefined {
    const head = this.#read(this.#at, RECORD_BYTES);
    const strategy = head[0]!;
    if (strategy === END) {
      const told = head.readDoubleLE(8);
      if (told !== this.#replies) {
        throw new BridgeError('JOURNAL', `${this.path}: ends after ${this.#replies} replies, but says ${told}`);
      }
      return undefined;
    }
    if (strategy >= this.head.strategies.length || head.readUInt16LE(2) !== 0) {
      throw new BridgeError('JOURNAL', `${this.path}: is damaged at byte ${this.#at}: no reply begins there`);
    }
    const metaBytes = head.readUInt32LE(8);
    const payloadBytes = head.readUInt32LE(12);
    const body = this.#read(this.#at + RECORD_BYTES, metaBytes + payloadBytes);
    this.#at += RECORD_BYTES + body.length;
    this.#replies++;
    const meta = body.subarray(0, metaBytes);
    return { strategy, type: head[1]!, requestCrc: head.readUInt32LE(4), meta, payload: body.subarray(metaBytes) };
  }

  close(): void {
    fs.closeSync(this.#fd);
  }

  #head(text: Buffer): JournalHead {
    try {
      return headSchema.parse(JSON.parse(text.toString('utf8')));
    } catch {
      throw new BridgeError('JOURNAL', `${this.path}: is damaged: its head is not what a journal begins with`);
    }
  }

  /** Length checked against the file before anything is allocated. */
  #read(at: number, bytes: number): Buffer {
    if (at + bytes > this.#size) {
      throw new BridgeError('JOURNAL', `${this.path}: is cut off: byte ${at + bytes} is wanted, it has ${this.#size}`);
    }
    const buffer = Buffer.allocUnsafe(bytes);
    for (let have = 0; have < bytes; ) {
      const read = fs.readSync(this.#fd, buffer, have, bytes - have, at + have);
      if (read === 0) throw new BridgeError('JOURNAL', `${this.path}: became shorter while it was read`);
      have += read;
    }
    return buffer;
  }
}

/** Several journals may be open in one program. */
let counter = 0;

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(fd, bytes, at);
}
