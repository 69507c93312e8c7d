/**
 * A peer that is a function: gets every request decoded, gives operations. For tests of what is asked and what is done.
 * Called by tests of the remote strategy.
 */

import { FrameReader, packMeta, unpackMeta } from '../../bridges/python/frame.js';
import type { RawReply } from '../../bridges/python/journal.js';
import type { Line } from '../../bridges/python/line.js';
import { FrameType } from '../../bridges/python/wire-layout.js';

/** A request as its bytes say it. */
export interface Asked {
  readonly type: number;
  readonly seq: number;
  readonly events: readonly (readonly unknown[])[];
  /** ns since 1970 UTC. */
  readonly now: bigint;
  readonly payload: DataView;
  /** Float64 cells of the payload from 8-byte word `from` on. */
  numbers(from: number, count: number): number[];
}

export type Script = (asked: Asked) => unknown;

export class ScriptedLine implements Line {
  readonly asked: Asked[] = [];
  finished = false;
  readonly #script: Script;
  #waiting = false;

  /** `script` returns the operations, or a whole {@link RawReply}, or nothing. */
  constructor(script: Script = () => undefined) {
    this.#script = script;
  }

  ask(frame: Uint8Array): void {
    if (this.#waiting) throw new Error('asked twice without an answer in between');
    this.#waiting = true;
    const reader = new FrameReader();
    reader.push(frame);
    const { type, seq, meta, payload } = reader.next()!;
    if (reader.pending > 0) throw new Error('bytes behind the frame');
    const view = new DataView(payload.buffer.slice(payload.byteOffset, payload.byteOffset + payload.length));
    this.asked.push({
      type,
      seq,
      events: (meta.length === 0 ? [] : unpackMeta(meta)) as Asked['events'],
      now: view.getBigInt64(0, true),
      payload: view,
      numbers: (from, count) => Array.from({ length: count }, (_, at) => view.getFloat64((from + at) * 8, true)),
    });
  }

  answer(): RawReply {
    if (!this.#waiting) throw new Error('an answer without a request');
    this.#waiting = false;
    const reply = this.#script(this.asked.at(-1)!);
    if (reply !== undefined && !Array.isArray(reply)) return reply as RawReply;
    const meta = reply === undefined ? new Uint8Array(0) : packMeta(reply);
    return { type: FrameType.actions, meta, payload: new Uint8Array(0) };
  }

  finish(): void {
    this.finished = true;
  }
}
