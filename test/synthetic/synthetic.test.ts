/**
 * The synthetic market seen from outside: its rows obey the tape's rules, its book is never crossed, its trades hit what
 * was displayed, and it moves like a market.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CODE_EXCHANGE,
  CODE_KIND,
  CODE_LOCAL,
  CODE_SIDE_SHIFT,
  type Columns,
  Flag,
  Kind,
  Side,
} from '../../core/market.js';
import {
  type SyntheticOptions,
  syntheticBlocks,
  syntheticInfo,
  syntheticSource,
  syntheticTape,
} from '../../core/synthetic.js';
import { checkColumns, OrderCheck } from '../../core/tape.js';
import { COLUMN_NAMES, TapeBuilder } from '../../core/tape-builder.js';
import { HOUR, SECOND } from '../../core/time.js';

/** The tape's rows in one block. */
function rowsOf(options: SyntheticOptions): Columns {
  return syntheticTape(options).open(syntheticInfo(options).originNs).next()!;
}

function hashOf(blocks: Iterable<Columns>): string {
  // One hash a column, so that the blocks' sizes cannot change the answer.
  const hashes = COLUMN_NAMES.slice(0, 7).map(() => createHash('sha256'));
  for (const block of blocks) {
    COLUMN_NAMES.slice(0, 7).forEach((name, index) => {
      const column = block[name]!.subarray(0, block.length);
      hashes[index]!.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
    });
  }
  const whole = createHash('sha256');
  for (const hash of hashes) whole.update(hash.digest());
  return whole.digest('hex');
}

/** A plain book of one instrument, built from the rows in the order of one clock. */
class PlainBook {
  readonly bids = new Map<number, number>();
  readonly asks = new Map<number, number>();
  bid = -Infinity;
  ask = Infinity;

  apply(kind: number, side: number, price: number, lots: number): void {
    const levels = side === Side.buy ? this.bids : this.asks;
    if (kind === Kind.depthClear) {
      for (const at of levels.keys()) if (side === Side.buy ? at >= price : at <= price) levels.delete(at);
    } else if (lots === 0) levels.delete(price);
    else levels.set(price, lots);
    if (lots > 0 && side === Side.buy) this.bid = Math.max(this.bid, price);
    else if (lots > 0) this.ask = Math.min(this.ask, price);
    else if (side === Side.buy && !levels.has(this.bid)) this.bid = Math.max(...levels.keys());
    else if (side === Side.sell && !levels.has(this.ask)) this.ask = Math.min(...levels.keys());
  }
}

interface Message {
  readonly instrument: number;
  readonly exchangeNs: number;
  readonly book: PlainBook;
  readonly trades: readonly { side: number; price: number; lots: number }[];
  readonly rows: number;
}

/**
 * Replays the rows that one clock sees into plain books, checks what holds at every row, and reports whole messages.
 */
function replay(blocks: Iterable<Columns>, instruments: number, seen: number, each: (message: Message) => void): void {
  const books = Array.from({ length: instruments }, () => new PlainBook());
  const displayed = books.map(() => new Map<number, number>());
  let trades: { side: number; price: number; lots: number }[] = [];
  let rows = 0;
  let open = -1;
  for (const block of blocks) {
    for (let row = 0; row < block.length; row++) {
      const code = block.code[row]!;
      if ((code & seen) === 0) continue;
      const instrument = block.instrument[row]!;
      const kind = code & CODE_KIND;
      const side = (code >> CODE_SIDE_SHIFT) & 3;
      const price = block.priceTicks[row]!;
      const lots = block.qtyLots[row]!;
      const book = books[instrument]!;
      if (open >= 0 && open !== instrument) throw new Error(`row ${row} interrupts a message of instrument ${open}`);
      open = instrument;
      rows++;
      if (kind === Kind.trade) {
        // What this message has traded already at the price is no longer there.
        const used = displayed[instrument]!;
        const against = side === Side.buy ? book.asks : book.bids;
        const before = used.get(price) ?? 0;
        if (!(lots > 0 && before + lots <= (against.get(price) ?? 0))) {
          throw new Error(`a trade of ${lots} at ${price} after ${before} met ${against.get(price)}`);
        }
        used.set(price, before + lots);
        trades.push({ side, price, lots });
      } else {
        book.apply(kind, side, price, lots);
        if (!(book.bid < book.ask)) throw new Error(`row ${row} makes the book ${book.bid} to ${book.ask}`);
      }
      if ((block.flags[row]! & Flag.last) !== 0) {
        each({ instrument, exchangeNs: block.exchangeNs[row]!, book, trades, rows });
        displayed[instrument]!.clear();
        trades = [];
        rows = 0;
        open = -1;
      }
    }
  }
}

describe('the rows', () => {
  it('are the same for a seed on every machine', () => {
    expect(hashOf([rowsOf({ seed: 7, rows: 100_000 })])).toBe(
      '21c98dba7f6a0a1b31e93ac06f8043fee18e9c54248452fb7ee47b33980c81e4',
    );
    expect(hashOf([rowsOf({ seed: 8, rows: 10_000 })])).not.toBe(hashOf([rowsOf({ seed: 7, rows: 10_000 })]));
  });

  it('are the same streamed in blocks of any size as in memory', () => {
    for (const instruments of [1, 3, 20]) {
      const options = { seed: 3, rows: 40_000, instruments };
      const inMemory = hashOf([rowsOf(options)]);
      for (const blockRows of [1, 997, 65_536]) {
        expect(hashOf(syntheticBlocks({ ...options, blockRows }))).toBe(inMemory);
      }
    }
  });

  it('are the same from a source that makes them while it is read, buffers held and given back', () => {
    const options = { seed: 6, rows: 50_000, blockRows: 4_096 };
    const tape = syntheticTape({ seed: 6, rows: 50_000 });
    const source = syntheticSource(options);
    expect(source.info.rows).toBe(tape.info.rows);
    expect(source.info.counts).toEqual(tape.info.counts);
    for (let pass = 0; pass < 2; pass++) {
      const reader = source.open(source.info.originNs - 1_000n);
      const held: Columns[] = [];
      const seen: number[] = [];
      for (let block = reader.next(); block !== undefined; block = reader.next()) {
        held.push(block);
        if (held.length < 3) continue;
        const oldest = held.shift()!;
        seen.push(...oldest.localNs.subarray(0, oldest.length));
        reader.release(oldest);
      }
      for (const block of held) seen.push(...block.localNs.subarray(0, block.length));
      expect(seen).toEqual(Array.from(tape.open(tape.info.originNs).next()!.localNs, (time) => time + 1_000));
      reader.close();
      reader.close();
      expect(reader.next()).toBe(undefined);
    }
  });

  it.each([
    ['a lively feed', { rows: 60_000, instruments: 30, feedLatency: { medianNs: 3e6, jitter: 1 } }, 5_000],
    ['tens of thousands of rows on their way', { rows: 90_000, rowsPerSecond: 2e6, feedLatency: { medianNs: 1e7 } }, 1],
  ])('stand as orderColumns would put them: %s', (_, options, leastSplit) => {
    const given = rowsOf({ seed: 5, ...options });
    const raw = new TapeBuilder();
    for (let row = 0; row < given.length; row++) {
      const code = given.code[row]!;
      if ((code & CODE_EXCHANGE) === 0) continue;
      raw.add(
        given.exchangeNs[row]!,
        given.localNs[row]!,
        code | CODE_LOCAL,
        given.flags[row]!,
        given.instrument[row]!,
        given.priceTicks[row]!,
        given.qtyLots[row]!,
      );
    }
    const ordered = raw.build();
    expect(ordered.split).toBeGreaterThanOrEqual(leastSplit);
    expect(hashOf([ordered.columns])).toBe(hashOf([given]));
  });

  it('obey the order rules of a tape for any options', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(),
          rows: fc.integer({ min: 1, max: 4_000 }),
          instruments: fc.integer({ min: 1, max: 60 }),
          depthTicks: fc.integer({ min: 40, max: 800 }),
          rowsPerSecond: fc.integer({ min: 10, max: 3_000_000 }),
          blockRows: fc.integer({ min: 1, max: 5_000 }),
          feedLatency: fc.record({
            medianNs: fc.integer({ min: 0, max: 50_000_000 }),
            jitter: fc.double({ min: 0, max: 2, noNaN: true }),
          }),
        }),
        (options) => {
          const check = new OrderCheck('synthetic');
          let full = true;
          const lastLocal = new Float64Array(options.instruments);
          for (const block of syntheticBlocks(options)) {
            expect(full).toBe(true);
            full = block.length === options.blockRows;
            checkColumns(block, options.instruments, check);
            for (let row = 0; row < block.length; row++) {
              // Exchange order within one instrument is local order: its messages never overtake each other.
              if ((block.code[row]! & CODE_EXCHANGE) === 0) continue;
              const instrument = block.instrument[row]!;
              expect(block.localNs[row]!).toBeGreaterThanOrEqual(lastLocal[instrument]!);
              lastLocal[instrument] = block.localNs[row]!;
            }
          }
          expect(check.rows).toBeGreaterThanOrEqual(options.rows);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('end with a whole message close to the number asked for', () => {
    const columns = rowsOf({ seed: 1, rows: 200_000 });
    expect(columns.length).toBeGreaterThanOrEqual(200_000);
    expect(columns.length).toBeLessThan(200_500);
    expect(columns.flags[columns.length - 1]! & Flag.last).toBe(Flag.last);
    expect(columns.exchangeNs[0]).toBe(0);
  });

  it('stand once each where the feed has no latency', () => {
    const columns = rowsOf({ seed: 1, rows: 20_000, feedLatency: { medianNs: 0 } });
    expect(columns.localNs).toEqual(columns.exchangeNs);
    expect(columns.code.every((code) => (code & CODE_EXCHANGE) !== 0 && (code & CODE_LOCAL) !== 0)).toBe(true);
  });

  it('begin with a snapshot of every instrument', () => {
    const columns = rowsOf({ seed: 2, rows: 50_000, instruments: 5 });
    const snapshots: number[] = [];
    for (let row = 0; row < columns.length; row++) {
      const snapshot = (columns.flags[row]! & Flag.snapshot) !== 0;
      const seenFirst = (columns.code[row]! & CODE_EXCHANGE) !== 0;
      if (snapshot && seenFirst && columns.code[row]! % 16 === Kind.depthClear)
        snapshots.push(columns.instrument[row]!);
    }
    expect(snapshots).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
  });
});

describe('the market', () => {
  it('never crosses its book nor trades more than was displayed, by either clock', () => {
    const instruments = 12;
    const options = { seed: 11, rows: 300_000, instruments, blockRows: 10_000 };
    for (const clock of [CODE_EXCHANGE, CODE_LOCAL]) {
      let messages = 0;
      let trades = 0;
      replay(syntheticBlocks(options), instruments, clock, (message) => {
        messages++;
        trades += message.trades.length;
        if (message.book.bids.size === 0 || message.book.asks.size === 0) throw new Error('a side is empty');
      });
      expect(messages).toBeGreaterThan(50_000);
      expect(trades).toBeGreaterThan(3_000);
    }
  });

  it('shows the levels a trade hit reduced by just what was traded', () => {
    const shown = [0, 1, 2].map(() => new Map<number, number>());
    let traded = 0;
    const pending = new Map<number, number>();
    for (const block of syntheticBlocks({ seed: 4, rows: 200_000 })) {
      for (let row = 0; row < block.length; row++) {
        if ((block.code[row]! & CODE_EXCHANGE) === 0) continue;
        const levels = shown[block.instrument[row]!]!;
        const price = block.priceTicks[row]!;
        const lots = block.qtyLots[row]!;
        const kind = block.code[row]! & CODE_KIND;
        if (kind === Kind.trade) {
          pending.set(price, (pending.get(price) ?? 0) + lots);
        } else if (kind === Kind.depth) {
          const taken = pending.get(price);
          if (taken !== undefined) {
            expect(lots).toBe(levels.get(price)! - taken);
            pending.delete(price);
            traded++;
          }
          levels.set(price, lots);
        }
        if ((block.flags[row]! & Flag.last) !== 0) expect(pending.size).toBe(0);
      }
    }
    expect(traded).toBeGreaterThan(3_000);
  });

  it('has the stylised facts of one', () => {
    const names = ['SYN-A', 'SYN-B', 'SYN-C'];
    const facts = names.map(() => ({
      spreads: [] as number[],
      signs: [] as number[],
      perStep: new Map<number, number>(),
      moves: [] as number[],
      lastMid: 0,
      nextNs: 0,
    }));
    let endNs = 0;
    replay(syntheticBlocks({ seed: 21, rows: 800_000 }), 3, CODE_EXCHANGE, (message) => {
      const fact = facts[message.instrument]!;
      const { bid, ask } = message.book;
      endNs = message.exchangeNs;
      fact.spreads.push(ask - bid);
      if (message.trades.length > 0) fact.signs.push(message.trades[0]!.side === Side.buy ? 1 : -1);
      const step = Math.floor(message.exchangeNs / (SECOND / 10));
      fact.perStep.set(step, (fact.perStep.get(step) ?? 0) + 1);
      if (message.exchangeNs >= fact.nextNs) {
        const mid = (bid + ask) / 2;
        if (fact.lastMid > 0) fact.moves.push(1e4 * Math.log(mid / fact.lastMid));
        fact.lastMid = mid;
        fact.nextNs += 10 * SECOND;
      }
    });
    facts.forEach((fact, index) => {
      const name = names[index]!;
      fact.spreads.sort((a, b) => a - b);
      const median = fact.spreads[fact.spreads.length >> 1]!;
      expect(median, `${name} median spread in ticks`).toBeGreaterThanOrEqual(index < 2 ? 1 : 3);
      expect(median, `${name} median spread in ticks`).toBeLessThanOrEqual(index < 2 ? 2 : 6);
      expect(correlation(fact.signs, 1), `${name} signs, lag 1`).toBeGreaterThan(0.2);
      expect(correlation(fact.signs, 5), `${name} signs, lag 5`).toBeGreaterThan(0.05);
      const steps = Math.floor(endNs / (SECOND / 10));
      const counts = Array.from({ length: steps }, (_, step) => fact.perStep.get(step) ?? 0);
      expect(variance(counts) / mean(counts), `${name} variance of arrivals against Poisson's 1`).toBeGreaterThan(1.4);
      // 4, 5 and 8 bps a minute are 1.6, 2 and 3.3 in ten seconds.
      const tenSecondBps = Math.sqrt(mean(fact.moves.map((move) => move * move)));
      expect(tenSecondBps, `${name} move in 10 s`).toBeGreaterThan(0.8);
      expect(tenSecondBps, `${name} move in 10 s`).toBeLessThan(8);
    });
    expect(facts[0]!.spreads.length).toBeGreaterThan(4 * facts[2]!.spreads.length);
  });

  it('keeps the rate asked for', () => {
    for (const [instruments, rowsPerSecond] of [
      [1, 1_500],
      [3, 20_000],
      [40, 6_000],
    ] as const) {
      let rows = 0;
      let endNs = 0;
      for (const block of syntheticBlocks({ seed: 9, rows: 60 * rowsPerSecond, instruments, rowsPerSecond })) {
        for (let row = 0; row < block.length; row++) if ((block.code[row]! & CODE_EXCHANGE) !== 0) rows++;
        endNs = block.exchangeNs[block.length - 1]!;
      }
      const rate = rows / (endNs / SECOND) / rowsPerSecond;
      expect(rate, `${instruments} instruments`).toBeGreaterThan(0.8);
      expect(rate, `${instruments} instruments`).toBeLessThan(1.25);
    }
  });

  it('keeps a sane price through half a day', () => {
    const profile = { symbol: 'X', tick: '0.01', lot: '1', startTicks: 10_000, orderLots: 100, spreadTicks: 2 };
    let low = Infinity;
    let high = 0;
    let endNs = 0;
    const instruments = [{ ...profile, volatilityBps: 8, activity: 1 }];
    for (const block of syntheticBlocks({ seed: 13, rows: 5_000_000, instruments, rowsPerSecond: 100 })) {
      for (let row = 0; row < block.length; row++) {
        if ((block.code[row]! & CODE_KIND) !== Kind.trade) continue;
        low = Math.min(low, block.priceTicks[row]!);
        high = Math.max(high, block.priceTicks[row]!);
      }
      endNs = block.exchangeNs[block.length - 1]!;
    }
    expect(endNs).toBeGreaterThan(10 * HOUR);
    expect(low).toBeGreaterThan(8_000);
    expect(high).toBeLessThan(12_500);
    expect(high - low).toBeGreaterThan(100);
  });

  it('gives the first instruments the same names however many there are', () => {
    const symbols = (count: number) => syntheticInfo({ seed: 1, rows: 1, instruments: count }).instruments;
    expect(symbols(100).slice(0, 4)).toEqual(symbols(4));
    expect(new Set(symbols(1_000).map(({ symbol }) => symbol)).size).toBe(1_000);
    expect(symbols(28).at(-1)!.symbol).toBe('SYN-AB');
  });
});

describe('options', () => {
  const profile = {
    symbol: 'X',
    tick: '0.01',
    lot: '1',
    startTicks: 10_000,
    orderLots: 100,
    spreadTicks: 2,
    volatilityBps: 8,
    activity: 1,
  };
  it.each([
    [{ seed: -1, rows: 1 }, /seed -1/],
    [{ seed: 1, rows: 0 }, /rows 0/],
    [{ seed: 1, rows: Number.NaN }, /rows NaN/],
    [{ seed: 1, rows: 1, instruments: 0 }, /instruments 0/],
    [{ seed: 1, rows: 1, instruments: [] }, /instruments 0/],
    [{ seed: 1, rows: 1, depthTicks: 3 }, /depthTicks 3/],
    [{ seed: 1, rows: 1, blockRows: 0.5 }, /blockRows 0.5/],
    [{ seed: 1, rows: 1, rowsPerSecond: 0 }, /rowsPerSecond 0/],
    [{ seed: 1, rows: 1, feedLatency: { medianNs: 0.5 } }, /feedLatency.medianNs 0.5/],
    [{ seed: 1, rows: 1, feedLatency: { jitter: 3 } }, /feedLatency.jitter 3/],
    [{ seed: 1, rows: 1, feedLatency: { burstEveryNs: 0 } }, /feedLatency.burstEveryNs 0/],
    [{ seed: 1, rows: 1, instruments: [profile, profile] }, /symbol X is not unique/],
    [{ seed: 1, rows: 1, instruments: [{ ...profile, startTicks: 100 }] }, /X: startTicks 100/],
    [{ seed: 1, rows: 1, instruments: [{ ...profile, spreadTicks: 0 }] }, /X: spreadTicks 0/],
    [{ seed: 1, rows: 1, instruments: [{ ...profile, volatilityBps: Number.NaN }] }, /X: volatilityBps NaN/],
    [{ seed: 1, rows: 1, instruments: [{ ...profile, tick: '0' }] }, /X: tick "0"/],
  ] as const)('that make no market are refused by name: %j', (options, message) => {
    expect(() => syntheticTape(options as SyntheticOptions)).toThrow(message);
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
}

function correlation(values: readonly number[], lag: number): number {
  const centre = mean(values);
  const products = values.slice(lag).map((value, index) => (value - centre) * (values[index]! - centre));
  return mean(products) / variance(values);
}

describe('a market of a given time', () => {
  it('is the beginning of the longer one, and needs rows or a time', () => {
    const options = { seed: 12, instruments: 2, rowsPerSecond: 500 };
    const longer = rowsOf({ ...options, durationNs: 8 * SECOND });
    const shorter = rowsOf({ ...options, durationNs: 4 * SECOND });
    const both = rowsOf({ ...options, rows: 1_000_000, durationNs: 4 * SECOND });
    expect(hashOf([both])).toBe(hashOf([shorter]));
    expect(Math.max(...longer.exchangeNs)).toBeGreaterThan(7.5 * SECOND);
    expect(Math.max(...shorter.exchangeNs)).toBeLessThanOrEqual(4 * SECOND);
    const happenedBy = (rows: Columns) =>
      [...rows.exchangeNs].filter((time, row) => (rows.code[row]! & CODE_EXCHANGE) !== 0 && time <= 4 * SECOND);
    expect(happenedBy(longer)).toEqual(happenedBy(shorter));
    expect(() => rowsOf({ seed: 1 })).toThrow('neither rows nor durationNs is given');
    expect(() => rowsOf({ seed: 1, durationNs: 0.5 })).toThrow('durationNs 0.5 is not a whole number');
  });
});
