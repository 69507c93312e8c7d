/** Figures of inverse contracts, capital and flows, worked out by hand. */
import { describe, expect, it } from 'vitest';
import { Recorder } from '../../analytics/recorder.js';
import { Recording } from '../../analytics/recording.js';
import { roundTripsOf } from '../../analytics/round-trips.js';
import { Account } from '../../core/account.js';
import { AccountEventKind } from '../../core/account-event.js';
import { LevelBook } from '../../core/book/levels.js';
import { Instrument } from '../../core/instrument.js';
import { Side } from '../../core/market.js';

const COIN = new Instrument({ symbol: 'COIN', tick: '0.5', lot: '1', contract: 'inverse', multiplier: '100' }, 0);

/** Fills of one strategy: side, price in ticks, lots, fee. */
function recordingOf(fills: readonly (readonly [Side, number, number, number])[]): Recording {
  const recording = new Recording({ originNs: 0n, instruments: [COIN], strategies: ['one'], sampleNs: 0 });
  for (const [side, priceTicks, qtyLots, fee] of fills) {
    const row = { side, priceTicks, qtyLots, fee };
    for (const [name, cells] of Object.entries(recording.fills)) cells.push(row[name as keyof typeof row] ?? 0);
  }
  return recording;
}

describe('round trips of an inverse contract', () => {
  it('win by one over price: a fee decides whether it was worth it', () => {
    // 500 contracts of 100 USD, 50,000 → 62,500: 1 − 0.8 = 0.2 BTC.
    const trip = (fee: number) =>
      roundTripsOf(
        recordingOf([
          [Side.buy, 100_000, 500, 0],
          [Side.sell, 125_000, 500, fee],
        ]),
      )[0];
    expect(trip(0.19)).toEqual({ count: 1, wins: 1 });
    expect(trip(0.21)).toEqual({ count: 1, wins: 0 });
  });

  it('are two where the position turns round, and none are won at the price they began at', () => {
    const both = [
      [Side.sell, 100_000, 3, 0],
      [Side.buy, 80_000, 7, 0],
      [Side.sell, 80_000, 4, 0],
    ] as const;
    // −3 contracts from 50,000 to 40,000 earn 300 × (1 / 40,000 − 1 / 50,000) = 0.0015; then nothing.
    expect(roundTripsOf(recordingOf(both))[0]).toEqual({ count: 2, wins: 1 });
  });
});

describe('recorded equity', () => {
  it('counts capital and flows besides profit', () => {
    const share = new Instrument({ symbol: 'SHARE', tick: '1', lot: '1' }, 0);
    const account = new Account([share], { capital: { '': 1000 } });
    const recorder = new Recorder();
    const run = {
      originNs: 0n,
      instruments: [share],
      strategies: ['one'],
      accounts: [account],
      books: [new LevelBook(share)],
      sampleNs: 1e9,
      venueBooks: [new LevelBook(share)],
      watchVenue: () => {},
    };
    recorder.onStart(run);
    account.applyFill(0, Side.buy, 10, 5, 2);
    account.mark(0, 2 * 14);
    account.applyCash(AccountEventKind.dividend, 0, 3);
    recorder.onSample(1e9);
    const { equity } = recorder.recording;
    // 1,000 + 5 × 4 − 2 + 3
    expect(equity.equity.at(equity.localNs.length - 1)).toBe(1021);
    expect(equity.cash.at(equity.localNs.length - 1)).toBe(1000 - 50 - 2 + 3);
  });
});
