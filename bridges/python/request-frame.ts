/**
 * A DECIDE or STOP frame in the making: one buffer, reused, that grows when it must.
 * Knows nothing of strategies. Called by the remote strategy at every decision.
 *
 * Everything behind the meta is 8-aligned in the buffer, so that numbers are stored through typed arrays.
 */
import { BridgeError } from './bridge-error.js';
import { aligned, HEADER_BYTES, packMeta, writeHeader } from './frame.js';
import type { WireColumn } from './waiting-rows.js';
import { FRAME_LIMITS, PROTOCOL_VERSION } from './wire-layout.js';

const FIRST_BYTES = 1 << 14;

export class RequestFrame {
  #bytes = Buffer.alloc(FIRST_BYTES);
  #numbers = new Float64Array(this.#bytes.buffer, this.#bytes.byteOffset, FIRST_BYTES / 8);
  #halves = new Int32Array(this.#bytes.buffer, this.#bytes.byteOffset, FIRST_BYTES / 4);
  #metaBytes = 0;
  #payloadAt = HEADER_BYTES;
  /** In 8-byte words. */
  #word = 0;
  /** The last frame's view: most frames are as long as the one before, and a view costs more than a number of the payload. */
  #frame: Uint8Array = this.#bytes.subarray(0, 0);

  /** Begins a frame with these events. */
  begin(events: readonly unknown[]): void {
    if (events.length === 0) {
      this.#metaBytes = 0;
      this.#payloadAt = HEADER_BYTES;
    } else {
      const meta = packMeta(events);
      this.#metaBytes = meta.length;
      this.#payloadAt = HEADER_BYTES + aligned(meta.length);
      this.#reserve(this.#payloadAt);
      this.#bytes.set(meta, HEADER_BYTES);
      this.#bytes.fill(0, HEADER_BYTES + meta.length, this.#payloadAt);
    }
    this.#word = this.#payloadAt / 8;
  }

  /** An int64, given as two halves. */
  addHalves(low: number, high: number): void {
    this.#reserve((this.#word + 1) * 8);
    this.#halves[this.#word * 2] = low;
    this.#halves[this.#word * 2 + 1] = high;
    this.#word++;
  }

  addNumber(value: number): void {
    if (this.#word === this.#numbers.length) this.#reserve((this.#word + 1) * 8);
    this.#numbers[this.#word++] = value;
  }

  addNumbers(values: Float64Array): void {
    this.#reserve((this.#word + values.length) * 8);
    this.#numbers.set(values, this.#word);
    this.#word += values.length;
  }

  /** The first `length` cells of a column, padded. */
  addColumn(column: WireColumn, length: number): void {
    const bytes = length * column.BYTES_PER_ELEMENT;
    const at = this.#word * 8;
    const end = at + aligned(bytes);
    this.#reserve(end);
    this.#bytes.fill(0, at + bytes, end);
    this.#bytes.set(new Uint8Array(column.buffer, column.byteOffset, bytes), at);
    this.#word = end / 8;
  }

  /** The whole frame; valid until the next `begin`. Throws {@link BridgeError} TOO_BIG. */
  end(type: number, seq: number): Uint8Array {
    const end = this.#word * 8;
    const payload = end - this.#payloadAt;
    if (payload > FRAME_LIMITS.payloadBytes || this.#metaBytes > FRAME_LIMITS.metaBytes) {
      throw new BridgeError(
        'TOO_BIG',
        `request ${seq} would have ${this.#metaBytes} bytes of events and ${payload} of rows, more than a frame may hold: ` +
          'let the strategy decide more often (decide: every, rows)',
      );
    }
    writeHeader(this.#bytes, PROTOCOL_VERSION, type, seq, this.#metaBytes, payload);
    if (this.#frame.length !== end || this.#frame.buffer !== this.#bytes.buffer)
      this.#frame = this.#bytes.subarray(0, end);
    return this.#frame;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    const larger = Buffer.alloc(2 ** Math.ceil(Math.log2(bytes)));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#numbers = new Float64Array(larger.buffer, larger.byteOffset, larger.length / 8);
    this.#halves = new Int32Array(larger.buffer, larger.byteOffset, larger.length / 4);
  }
}
