/** Bars made of Databento's trades are Databento's own bars (../shared/truth/databento). */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importDatabento } from '../../../bridges/import/databento.js';
import type { ImportedTape } from '../../../bridges/import/row-collector.js';
import { MemoryTape, Simulation, type Strategy, TapeBars } from '../../../core/index.js';
import { simulatedVenue } from '../../../execution/index.js';
import { truthFolder } from '../../import/tape-rows.js';

const folder = truthFolder('databento') ?? '';
const imported = (name: string): Promise<ImportedTape> =>
  importDatabento({ files: [join(folder, name)], definitions: [join(folder, 'futures_definition.dbn.zst')] });
const TRADES = 'futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst';
const OHLCV = 'futures_ohlcv-1m_2024-07-01T23-40_2024-07-02T00-10.dbn.zst';

/** Open, high, low, close, volume by the end of the bar. */
type Minutes = Map<bigint, readonly (number | undefined)[]>;

/** Those of ES by Databento within the four minutes of the trades. */
async function theirs(): Promise<Minutes> {
  const { columns, info } = await imported(OHLCV);
  const es = info.instruments.findIndex(({ symbol }) => symbol === 'ESU4');
  const minutes: Minutes = new Map();
  for (let row = 0; row < columns.length; row++) {
    const end = info.originNs + BigInt(columns.exchangeNs[row]!);
    const within =
      end > BigInt(Date.UTC(2024, 6, 1, 23, 58)) * 1_000_000n && end <= BigInt(Date.UTC(2024, 6, 2, 0, 2)) * 1_000_000n;
    if (columns.instrument[row] !== es || !within) continue;
    const { openTicks, highTicks, lowTicks, priceTicks, qtyLots } = columns;
    minutes.set(end, [openTicks![row], highTicks![row], lowTicks![row], priceTicks[row], qtyLots[row]]);
  }
  return minutes;
}

function made({ columns, info }: ImportedTape, bars: string): Minutes {
  const minutes: Minutes = new Map();
  const maker = new TapeBars(new MemoryTape(columns, info).info, {
    bars,
    onBars: ({ length, exchangeNs, openTicks, highTicks, lowTicks, priceTicks, qtyLots }) => {
      for (let row = 0; row < length; row++) {
        const prices = [openTicks![row], highTicks![row], lowTicks![row], priceTicks[row], qtyLots[row]];
        minutes.set(info.originNs + BigInt(exchangeNs[row]!), prices);
      }
    },
  });
  maker.take(columns);
  maker.finish();
  return minutes;
}

describe.skipIf(folder === '')('of 120 trades of ES', () => {
  it('the 1-minute bars are Databento’s, 4 of 4', async () => {
    const own = made(await imported(TRADES), '1m');
    expect(own.size).toBe(4);
    expect(own).toEqual(await theirs());
  });

  it('a strategy that asks for them by the exchange’s clock gets them too; the last ends after the tape', async () => {
    const { columns, info } = await imported(TRADES);
    const told: Minutes = new Map();
    const strategy: Strategy = {
      onStart: (context) => void context.bars(context.instruments[0]!, '1m', { clock: 'exchange' }),
      onBar: (bar) => {
        const end = info.originNs + BigInt(bar.exchangeNs);
        told.set(end, [bar.openTicks, bar.highTicks, bar.lowTicks, bar.priceTicks, bar.qtyLots]);
      },
    };
    new Simulation({
      tapes: [new MemoryTape(columns, info)],
      strategies: [{ name: 'one', strategy }],
      venue: simulatedVenue(),
    }).run();
    expect(told).toEqual(new Map([...(await theirs())].slice(0, 3)));
  });

  // There are no other bars of this time: seconds and days are held against what the trades add up to.
  it.each(['1s', '1h', '1d'])('bars of %s have the volume of the trades', async (bars) => {
    const tape = await imported(TRADES);
    const volume = [...made(tape, bars).values()].reduce((sum, bar) => sum + bar[4]!, 0);
    expect(volume).toBe(tape.columns.qtyLots.subarray(0, tape.columns.length).reduce((sum, lots) => sum + lots, 0));
  });
});
