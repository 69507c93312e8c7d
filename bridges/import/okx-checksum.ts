/**
 * OKX's checksum of a book: CRC-32 (signed) of the best 25 levels a side, as the venue wrote them,
 * `bid1:size:ask1:size:bid2:size:…`; where one side has fewer levels the other's follow each other.
 * Source: OKX API documentation v5, order book channel, "Checksum".
 * Knows nothing of messages or rows. Called by okx-capture.
 */
import { crc32 } from 'node:zlib';
import { Side } from '../../core/index.js';

const LEVELS = 25;

/** Levels of one side, best first. */
class WrittenSide {
  /** Ticks of the levels, negative for bids, so that they ascend from the best. */
  readonly keys: number[] = [];
  readonly texts: string[] = [];

  set(key: number, text: string | undefined): void {
    let low = 0;
    let high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    const there = this.keys[low] === key ? 1 : 0;
    if (text === undefined) {
      this.keys.splice(low, there);
      this.texts.splice(low, there);
    } else {
      this.keys.splice(low, there, key);
      this.texts.splice(low, there, text);
    }
  }

  clear(): void {
    this.keys.length = 0;
    this.texts.length = 0;
  }
}

/** Both sides as text. */
export class WrittenBook {
  readonly #bids = new WrittenSide();
  readonly #asks = new WrittenSide();

  clear(): void {
    this.#bids.clear();
    this.#asks.clear();
  }

  /** Lots 0: the level goes. */
  set(side: Side, ticks: number, lots: number, [price, size]: readonly [string, string]): void {
    const text = lots === 0 ? undefined : `${price}:${size}`;
    if (side === Side.buy) this.#bids.set(-ticks, text);
    else this.#asks.set(ticks, text);
  }

  /** Signed, 32 bits. */
  checksum(): number {
    const parts: string[] = [];
    for (let at = 0; at < LEVELS; at++) {
      for (const text of [this.#bids.texts[at], this.#asks.texts[at]]) if (text !== undefined) parts.push(text);
    }
    return crc32(parts.join(':')) | 0;
  }
}
