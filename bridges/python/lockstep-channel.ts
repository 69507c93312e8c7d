/**
 * What all channels have in common: frames by turns, sequence numbers, the peer's own errors, deadlines by what was sent.
 * Knows nothing of how bytes travel. Called by the channels, which extend it.
 */
import { z } from 'zod';
import { BRIDGE_ERROR_CODES, BridgeError, type BridgeErrorCode } from './bridge-error.js';
import type { Channel, Deadlines } from './channel.js';
import { type Frame, FrameReader, metaFrame, unpackMeta } from './frame.js';
import { FrameType } from './wire-layout.js';

const errorSchema = z.object({ code: z.string(), message: z.string(), traceback: z.string().nullish() });
const FROM_PEER = new Set<number>([
  FrameType.hello,
  FrameType.ready,
  FrameType.error,
  FrameType.actions,
  FrameType.reset,
]);

export abstract class LockstepChannel implements Channel {
  /** What messages call the peer, e.g. `strategy "maker"`. */
  protected readonly subject: string;
  protected readonly deadlines: Deadlines;
  protected readonly reader = new FrameReader();
  /** `seq` and type of what was sent last. */
  protected sentSeq = 0;
  #sentType = 0;
  #closed = false;
  #peerFailed = false;

  constructor(subject: string, deadlines: Deadlines) {
    this.subject = subject;
    this.deadlines = deadlines;
  }

  /** Writes all of `bytes`, blocking; in vain if the peer is gone. */
  protected abstract write(bytes: Uint8Array): void;
  /** From here to {@link endWait} the peer is waited for, however its bytes come; at most so long, 0 = without end. */
  protected abstract beginWait(deadlineMs: number): void;
  protected abstract endWait(): void;
  /** Brings more bytes to `reader`, blocking. False at the end of the stream. */
  protected abstract fill(): boolean;
  /** The error for a stream that has ended. */
  protected abstract ended(): BridgeError;
  /** Frees everything, and ends the peer if it is ours; at leisure where the peer has told an error and ends itself. */
  protected abstract release(atLeisure: boolean): void;
  /** Waits for a good end; throws what was not good about it. */
  protected abstract awaitEnd(): void;

  send(frame: Uint8Array): void {
    this.#assertOpen();
    try {
      this.#assertNothingSpare();
      this.sentSeq = (frame[4]! | (frame[5]! << 8) | (frame[6]! << 16) | (frame[7]! << 24)) >>> 0;
      this.#sentType = frame[3]!;
      this.write(frame);
    } catch (error) {
      this.#fail(error);
    }
  }

  receive(deadlineMs = this.#deadlineMs()): Frame {
    this.#assertOpen();
    try {
      const frame = this.reader.next() ?? this.#awaitFrame(deadlineMs);
      if (frame === undefined) throw this.ended();
      if (frame.type === FrameType.error) throw this.#peerError(frame);
      if (!FROM_PEER.has(frame.type))
        throw new BridgeError('TYPE', `sent a frame of type ${frame.type}, which is ours to send`);
      if (frame.seq !== this.sentSeq) throw this.#wrongSeq(frame);
      return frame;
    } catch (error) {
      this.#fail(error);
    }
  }

  exchange(frame: Uint8Array, deadlineMs?: number): Frame {
    this.send(frame);
    return this.receive(deadlineMs);
  }

  refuse(error: BridgeError): never {
    this.#assertOpen();
    this.#fail(error);
  }

  finish(): void {
    this.#assertOpen();
    try {
      this.#assertNothingSpare();
      this.awaitEnd();
      this.#assertNothingSpare();
    } catch (error) {
      this.#fail(error);
    }
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.release(false);
  }

  protected broken(error: unknown): BridgeError {
    return new BridgeError('EXIT', `${this.subject}: cannot be written to: ${(error as Error).message}`);
  }

  #awaitFrame(deadlineMs: number): Frame | undefined {
    this.beginWait(deadlineMs);
    try {
      let frame: Frame | undefined;
      while (frame === undefined && this.fill()) frame = this.reader.next();
      return frame;
    } finally {
      this.endWait();
    }
  }

  /** What the peer was busy with, for messages. */
  protected get occasion(): string {
    if (this.sentSeq === 0) return 'before it was ready';
    return this.#sentType === FrameType.stop ? `at STOP (request ${this.sentSeq})` : `at request ${this.sentSeq}`;
  }

  #deadlineMs(): number {
    if (this.sentSeq === 0) return this.deadlines.startMs;
    if (this.#sentType === FrameType.stop) return this.deadlines.stopMs;
    return this.sentSeq === 1 ? this.deadlines.firstMs : this.deadlines.requestMs;
  }

  #assertOpen(): void {
    if (this.#closed) throw new BridgeError('EXIT', `${this.subject}: the channel is closed`);
  }

  #assertNothingSpare(): void {
    const { pending } = this.reader;
    if (pending === 0) return;
    const frame = this.reader.next();
    if (frame?.type === FrameType.error) throw this.#peerError(frame);
    throw new BridgeError('SEQ', `answered more than it was asked: ${pending} bytes behind its last reply`);
  }

  #wrongSeq(frame: Frame): BridgeError {
    const what = this.sentSeq === 0 ? 'the handshake' : `request ${this.sentSeq}`;
    return new BridgeError('SEQ', `answered ${frame.seq} where ${what} waits (an answer too many, or one too late)`);
  }

  #peerError(frame: Frame): BridgeError {
    const parsed = errorSchema.safeParse(unpackMeta(frame.meta));
    if (!parsed.success) return new BridgeError('BAD_META', 'sent an ERROR frame without code and message');
    this.#peerFailed = true;
    const { code, message, traceback } = parsed.data;
    const known = (BRIDGE_ERROR_CODES as readonly string[]).includes(code);
    return new BridgeError(known ? (code as BridgeErrorCode) : 'STRATEGY', message, { traceback: traceback ?? '' });
  }

  #tell(error: BridgeError): void {
    try {
      this.write(metaFrame(FrameType.error, this.sentSeq, { code: error.code, message: error.message }));
    } catch {
      // It does not listen any more, which changes nothing.
    }
  }

  /** Says whose fault it is, tells the peer where it is the peer's, closes, throws. */
  #fail(cause: unknown): never {
    let error = cause;
    if (cause instanceof BridgeError && !cause.message.startsWith(this.subject)) {
      const at = this.sentSeq === 0 ? '' : `, ${this.occasion}`;
      error = new BridgeError(cause.code, `${this.subject}${at}: ${cause.message}`, cause);
      if (!this.#peerFailed && !this.#closed) this.#tell(cause);
    }
    if (!this.#closed) {
      this.#closed = true;
      this.release(this.#peerFailed);
    }
    throw error;
  }
}
