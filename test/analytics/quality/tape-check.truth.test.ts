/** What the check says of real markets, against what is known of them from elsewhere (../shared/truth/README.md). */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importBinanceCapture } from '../../../bridges/import/binance-capture.js';
import { importDatabento } from '../../../bridges/import/databento.js';
import { importLobster } from '../../../bridges/import/lobster.js';
import type { ImportedTape } from '../../../bridges/import/row-collector.js';
import { formatEpoch, MemoryTape, sessionCalendar, toEpoch } from '../../../core/index.js';
import { gzipLines, truthFolder } from '../../import/tape-rows.js';
import { checked, figuresOf } from './planted.js';

const captures = truthFolder('binance-raw');
const databento = truthFolder('databento');
const lobster = truthFolder('lobster');

const check = ({ columns, info }: ImportedTape, calendar?: string) => {
  const endNs = columns.exchangeNs.reduce((a, b) => Math.max(a, b), 0) + 1;
  const sessions = calendar === undefined ? undefined : sessionCalendar(calendar).sessions(info.originNs, 0, endNs);
  return checked(new MemoryTape(columns, info), { sessions });
};
const aboveZero = (figures: Record<string, number>) =>
  Object.fromEntries(Object.entries(figures).filter(([, value]) => value > 0));

test.skipIf(captures === undefined)(
  'BTCUSDT futures: no gaps, never crossed; latency and equal trades as the raw lines have them',
  async () => {
    const file = join(captures!, 'usdm_btcusdt_20240808.gz');
    const tape = await importBinanceCapture({ files: [file], symbol: 'BTCUSDT', tick: '0.1', lot: '0.001' });
    const findings = check(tape);
    const [found] = findings.instruments;

    // The same from the raw lines. Diffs came before the snapshot; every level of a message is a row.
    const moved = 1_272_156_851n;
    const trades: { happened: number; text: string }[] = [];
    const delays: number[] = [];
    let levelsBefore = 0;
    let snapshot = false;
    for (const line of gzipLines(file)) {
      const message = JSON.parse(line.slice(20));
      const data = message.data ?? message;
      snapshot ||= data.lastUpdateId !== undefined;
      if (data.e !== 'trade' && data.e !== 'depthUpdate') continue;
      const rows = data.e === 'trade' ? 1 : data.b.length + data.a.length;
      const delay = Number(BigInt(line.slice(0, 19)) + moved - BigInt(data.T) * 1_000_000n);
      for (let row = 0; row < rows; row++) delays.push(delay);
      if (data.e === 'trade') trades.push({ happened: data.T, text: `${data.T} ${data.p} ${data.q} ${data.m}` });
      else if (!snapshot) levelsBefore += rows;
    }
    trades.sort((a, b) => a.happened - b.happened);
    const equal = trades.filter(({ text }, at) => text === trades[at - 1]?.text).length;
    delays.sort((a, b) => a - b);
    const { latency } = found!;
    expect(latency).toMatchObject({ rows: delays.length, least: delays[0], most: delays.at(-1) });
    expect(latency.outliers).toBe(delays.filter((delay) => delay >= latency.limitNs).length);
    for (const [q, value] of [
      [0.5, latency.median],
      [0.9, latency.p90],
      [0.99, latency.p99],
    ] as const) {
      const exact = delays[Math.ceil(q * delays.length) - 1]!;
      expect(Math.abs(value / exact - 1)).toBeLessThan(1 / 60);
    }
    expect(aboveZero(figuresOf(findings))).toEqual({
      'negative-latency': 466_836,
      'slow-rows': latency.outliers,
      'late-rows': 23_135,
      'duplicate-trades': equal,
      // Those of the rows that the exchange saw before it saw the snapshot.
      'no-snapshot': expect.any(Number),
    });
    expect(found!.rowsBeforeSnapshot).toBeLessThanOrEqual(levelsBefore);
    expect(equal).toBe(1835);
  },
);

test.skipIf(captures === undefined)('ETHUSDT spot, two days: no gaps, never crossed', async () => {
  const files = ['spot_ethusdt_20240808.gz', 'spot_ethusdt_20240809.gz'].map((name) => join(captures!, name));
  const tape = await importBinanceCapture({ files, symbol: 'ETHUSDT', tick: '0.01', lot: '0.0001' });
  const figures = figuresOf(check(tape));
  for (const name of ['sequence-gaps', 'gaps', 'crossed', 'locked', 'stale', 'spikes', 'zero-sizes', 'duplicates']) {
    expect(figures[name], name).toBe(0);
  }
});

test.skipIf(databento === undefined)(
  'ESH4 by order: crossed at 891 event ends, all in the auction before the opening at 23:00',
  async () => {
    const files = ['esh4-glbx-mdp3-20231224.mbo.dbn.zst', 'esh4-glbx-mdp3-20231225.mbo.dbn.zst'];
    const tape = await importDatabento({ files: files.map((name) => join(databento!, name)), tick: '0.25' });
    const findings = check(tape);
    const [found] = findings.instruments;
    expect(found).toMatchObject({ book: 'orders', crossedMessages: 891, unknownOrders: 0, replacedOrders: 0 });
    expect(found!.crossed.count).toBe(1);
    const [spell] = found!.crossed.longest;
    expect(formatEpoch(toEpoch(findings.originNs, spell!.toNs))).toBe('2023-12-25T23:00:00.000000000Z');
    // Nothing between the snapshot of Sunday and Christmas Monday.
    const book = found!.streams.find(({ name }) => name === 'book')!;
    expect(Math.round(book.gaps.longestNs / 3600e9)).toBe(33);
  },
);

test.skipIf(lobster === undefined)(
  'GOOG by order: never crossed or locked, no order unknown, no spike, no delay',
  async () => {
    const messages = join(lobster!, 'GOOG_2012-06-21_34200000_57600000_message_10.csv.gz');
    const findings = check(await importLobster({ messages }), 'XNYS');
    const { sessions } = findings.instruments[0]!;
    // The file is of 9:30 to 16:00 in New York, first and last message within a second of them.
    expect(sessions).toMatchObject({ outside: 0, missed: 0 });
    expect(Math.max(sessions!.latestOpenNs, sessions!.earliestEndNs)).toBeLessThan(1e9);
    const [found] = findings.instruments;
    expect(found).toMatchObject({ book: 'orders', crossedMessages: 0, unknownOrders: 0, replacedOrders: 0, spikes: 0 });
    expect(aboveZero(figuresOf(findings))).toEqual({
      gaps: 46,
      stale: expect.any(Number),
      'late-open': sessions!.latestOpenNs,
      'early-end': sessions!.earliestEndNs,
      'duplicate-trades': 31,
    });
    expect(found!.latency).toMatchObject({ rows: 147_916, most: 0 });
    // All silences are of hidden prints; the book, executions included, is never silent for a minute.
    expect(found!.streams.filter(({ gaps }) => gaps.count > 0).map(({ name }) => name)).toEqual(['trades']);
  },
);
