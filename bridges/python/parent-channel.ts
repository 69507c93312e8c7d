/**
 * The channel to the Python process that started us: an environment in which somebody learns.
 * Knows nothing of what frames say. Called by the command that serves environments.
 *
 * Two blocking descriptors that we inherited. Nobody watches deadlines: who learns takes its time, and who is gone has closed.
 */
import fs from 'node:fs';
import { BridgeError } from './bridge-error.js';
import type { Deadlines } from './channel.js';
import { LockstepChannel } from './lockstep-channel.js';

export const FDS_VARIABLE = 'TICKWRIGHT_FDS';
const NO_DEADLINES: Deadlines = { startMs: 0, firstMs: 0, requestMs: 0, stopMs: 0, endMs: 0 };

/** The parent has closed its end, or has ended: nobody needs us any more, which is no fault. */
export class ParentGone extends BridgeError {}

/**
 * `fds`: descriptors to read from and to write to, as `3,4`. Where the stream ends between two frames, `receive` throws
 * {@link ParentGone}. Throws {@link BridgeError} START for what are not two open descriptors.
 */
export class ParentChannel extends LockstepChannel {
  readonly #read: number;
  readonly #write: number;

  constructor(fds: string | undefined = process.env[FDS_VARIABLE]) {
    super('the Python process that started this', NO_DEADLINES);
    const numbers = /^(\d{1,9}),(\d{1,9})$/.exec(fds ?? '');
    if (numbers === null) throw notOpen(fds, 'not written so');
    this.#read = Number(numbers[1]);
    this.#write = Number(numbers[2]);
    try {
      for (const fd of [this.#read, this.#write]) fs.fstatSync(fd);
    } catch (error) {
      throw notOpen(fds, (error as Error).message);
    }
  }

  protected override write(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length; ) at += fs.writeSync(this.#write, bytes, at);
    } catch (error) {
      // `receive` finds out whether it said why.
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw this.broken(error);
    }
  }

  protected override beginWait(): void {}

  protected override endWait(): void {}

  protected override fill(): boolean {
    const { reader } = this;
    const read = fs.readSync(this.#read, reader.bytes, reader.end, reader.room, null);
    reader.filled(read);
    return read > 0;
  }

  protected override ended(): BridgeError {
    const { pending } = this.reader;
    if (pending === 0) return new ParentGone('EXIT', `${this.subject} is gone`);
    return new BridgeError('EXIT', `${this.subject} ended ${this.occasion}, ${pending} bytes into a frame`);
  }

  protected override awaitEnd(): void {}

  protected override release(): void {
    fs.closeSync(this.#read);
    if (this.#write !== this.#read) fs.closeSync(this.#write);
  }
}

function notOpen(fds: string | undefined, why: string): BridgeError {
  return new BridgeError('START', `${FDS_VARIABLE}=${fds ?? ''} are not two open descriptors, as in 3,4: ${why}`);
}
