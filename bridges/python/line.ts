/**
 * Where a remote strategy's requests go and its replies come from: a live peer, a journal, or both to compare.
 * Knows nothing of what is in a frame. Called by the remote strategy.
 * contract: Line.
 */
import { crc32 } from 'node:zlib';
import { BridgeError } from './bridge-error.js';
import type { Channel } from './channel.js';
import { unpackMeta } from './frame.js';
import type { JournalReader, JournalRecord, JournalWriter, RawReply } from './journal.js';

/**
 * Carries requests of one strategy and brings their replies, strictly by turns: `ask`, `answer`, `ask`, `answer`. Between the
 * two other strategies' lines may be asked. Called at every decision; `answer` blocks. The frame is borrowed for the length of the
 * call, the reply until the next `ask`. Throws {@link BridgeError}. Read {@link LiveLine} first.
 */
export interface Line {
  ask(frame: Uint8Array): void;
  answer(): RawReply;
  /** After the answer to STOP: nothing more will be asked. Throws where the other end sees it otherwise. */
  finish(): void;
}

/** A peer in a process of its own. With a journal, keeps what it says; with a recorded one, compares. */
export class LiveLine implements Line {
  readonly #channel: Channel;
  readonly #strategy: number;
  readonly #writer: JournalWriter | undefined;
  readonly #recorded: RecordedReplies | undefined;
  #requestCrc = 0;

  constructor(channel: Channel, strategy: number, writer?: JournalWriter, recorded?: RecordedReplies) {
    this.#channel = channel;
    this.#strategy = strategy;
    this.#writer = writer;
    this.#recorded = recorded;
  }

  ask(frame: Uint8Array): void {
    if (this.#writer !== undefined || this.#recorded !== undefined) this.#requestCrc = crc32(frame);
    this.#channel.send(frame);
  }

  answer(): RawReply {
    const reply = this.#channel.receive();
    this.#writer?.add(this.#strategy, this.#requestCrc, reply);
    this.#recorded?.compare(this.#strategy, this.#requestCrc, reply);
    return reply;
  }

  finish(): void {
    this.#channel.finish();
  }
}

/** A journal in place of a peer; the run keeps what it says, as one with a peer does. */
export class ReplayLine implements Line {
  readonly #recorded: RecordedReplies;
  readonly #strategy: number;
  readonly #writer: JournalWriter | undefined;
  #requestCrc = 0;

  constructor(recorded: RecordedReplies, strategy: number, writer?: JournalWriter) {
    this.#recorded = recorded;
    this.#strategy = strategy;
    this.#writer = writer;
  }

  ask(frame: Uint8Array): void {
    this.#requestCrc = crc32(frame);
  }

  answer(): RawReply {
    const reply = this.#recorded.take(this.#strategy, this.#requestCrc);
    this.#writer?.add(this.#strategy, this.#requestCrc, reply);
    return reply;
  }

  /** The journal of a run that went on longer would have been noticed by its request. */
  finish(): void {}
}

/** The replies of a journal, in order, held against what is asked. */
export class RecordedReplies {
  readonly #reader: JournalReader;
  /** Requests so far, by strategy. */
  readonly #asked: number[];

  constructor(reader: JournalReader) {
    this.#reader = reader;
    this.#asked = reader.head.strategies.map(() => 0);
  }

  /** The next reply, which must be to this request. */
  take(strategy: number, requestCrc: number): JournalRecord {
    const number = ++this.#asked[strategy]!;
    const record = this.#reader.next();
    const { path, head } = this.#reader;
    const which = `request ${number} of strategy "${head.strategies[strategy]!.name}"`;
    if (record === undefined) {
      throw new BridgeError('JOURNAL', `${path}: has no reply to ${which}: the run that wrote it ended before`);
    }
    if (record.strategy !== strategy || record.requestCrc !== requestCrc) {
      throw new BridgeError(
        'JOURNAL',
        `${path}: ${which} is not the one that was recorded: the tape, the run file, the seed or tickwright have changed`,
      );
    }
    return record;
  }

  /** Throws where a live reply is not the recorded one, with both. */
  compare(strategy: number, requestCrc: number, reply: RawReply): void {
    const record = this.take(strategy, requestCrc);
    const same =
      record.type === reply.type &&
      Buffer.compare(record.meta, reply.meta) === 0 &&
      Buffer.compare(record.payload, reply.payload) === 0;
    if (same) return;
    const { path, head } = this.#reader;
    const { name } = head.strategies[strategy]!;
    throw new BridgeError(
      'JOURNAL',
      `strategy "${name}" answers request ${this.#asked[strategy]} otherwise than in ${path}: ` +
        `recorded ${replyText(record)}, now ${replyText(reply)}; it depends on something besides what it is sent`,
    );
  }
}

function replyText({ meta, payload }: RawReply): string {
  const operations = meta.length === 0 ? 'nothing' : (JSON.stringify(unpackMeta(meta)) ?? 'nothing');
  const short = operations.length > 200 ? `${operations.slice(0, 197)}…` : operations;
  return payload.length === 0 ? short : `${short} and ${payload.length / 8} signals`;
}
