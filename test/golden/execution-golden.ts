/**
 * What every golden run of an execution model is asked: the same hash and end state as recorded, whoever hands out the
 * tape and in whatever pieces. Knows nothing of the models; each test adds what proves its own numbers from outside.
 * Called by the execution-*.test.ts beside it.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTape } from '../../bridges/tape/tape-file.js';
import { writeTape } from '../../bridges/tape/tape-writer.js';
import { ACCOUNT_EVENT_NAMES, type AccountEvent } from '../../core/account-event.js';
import {
  allocateColumns,
  type Columns,
  copyRows,
  MemoryTape,
  type OrderEvent,
  OrderEventKind,
  type RunResult,
  Simulation,
  type SimulationOptions,
  type TapeInfo,
  type TapeSource,
} from '../../core/index.js';

/** A run but for its tape, which comes in several forms. Everything in it is made anew for each run. */
export type GoldenOptions = Omit<SimulationOptions, 'tapes' | 'observers' | 'sampleNs'>;

/** What came of one run: its result, and every event as the strategies heard of them. */
export interface Played {
  readonly result: RunResult;
  readonly events: readonly OrderEvent[];
  readonly settlements: readonly AccountEvent[];
}

export function play(tape: TapeSource, options: GoldenOptions): Played {
  const events: OrderEvent[] = [];
  const settlements: AccountEvent[] = [];
  const observer = {
    onOrderEvent: (event: OrderEvent) => void events.push({ ...event }),
    onAccountEvent: (event: AccountEvent) => void settlements.push({ ...event }),
  };
  const result = new Simulation({ ...options, tapes: [tape], observers: [observer], sampleNs: 0 }).run();
  return { result, events, settlements };
}

/** All rows of a tape in one set of columns. */
export function columnsOf(tape: TapeSource): Columns {
  const all = allocateColumns(2 * tape.info.rows, tape.info.columns);
  const reader = tape.open(tape.info.originNs);
  for (let block = reader.next(); block !== undefined; block = reader.next()) {
    copyRows(block, 0, block.length, all, all.length);
    all.length += block.length;
    reader.release(block);
  }
  reader.close();
  return all;
}

/** What answers tell in the order in which they happened at the venue; needs a constant response latency. */
export function atVenue(events: readonly OrderEvent[]): OrderEvent[] {
  return events
    .filter(({ exchangeNs }) => !Number.isNaN(exchangeNs))
    .map((event, index) => ({ event, index }))
    .sort((a, b) => a.event.exchangeNs - b.event.exchangeNs || a.index - b.index)
    .map(({ event }) => event);
}

export const fillsOf = (events: readonly OrderEvent[]) => events.filter(({ kind }) => kind === OrderEventKind.filled);
export const lotsOf = (events: readonly { readonly qtyLots: number }[]) =>
  events.reduce((sum, { qtyLots }) => sum + qtyLots, 0);

/** The end of a run as text, for a file that is kept. */
export function endState({ result, events, settlements }: Played, info: TapeInfo, more: object): string {
  const { runHash, orderEvents, fills } = result;
  const orders = events.filter(({ kind }) => kind === OrderEventKind.submitted).length;
  const accounts = result.strategies.map(({ name, account }) => ({
    name,
    fills: account.trades,
    positionLots: Object.fromEntries(
      info.instruments.map(({ symbol }, index) => [symbol, account.positionLots(index)]),
    ),
    balance: account.balance,
    fees: account.fees,
    flows: Object.fromEntries(
      [...new Set(settlements.map(({ kind }) => kind))].map((kind) => [
        ACCOUNT_EVENT_NAMES[kind],
        account.flowsOf(kind),
      ]),
    ),
  }));
  return `${JSON.stringify({ runHash, orderEvents, orders, fills, accounts, ...more }, null, 2)}\n`;
}

/**
 * The suite. `tape` and `options` are called when the tests run; `first` is handed the run that everything is compared
 * with. `more` goes into the kept file beside what {@link endState} says.
 */
export function goldenContract(
  name: string,
  tape: () => { readonly columns: Columns; readonly info: TapeInfo },
  options: () => GoldenOptions,
  more: (first: Played) => object = () => ({}),
): { first(): Played } {
  let first: Played | undefined;
  const whole = () => new MemoryTape(tape().columns, tape().info);
  const played = () => {
    first ??= play(whole(), options());
    return first;
  };
  let folder = '';
  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'execution-golden-'));
  });
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  it('ends as recorded', async () => {
    const text = endState(played(), tape().info, more(played()));
    await expect(text).toMatchFileSnapshot(`./execution-${name}.json`);
  });

  it('has the same hash in a second run, and in blocks of 1, 7, 1000 and 65,536 rows', () => {
    expect(play(whole(), options()).result.runHash).toBe(played().result.runHash);
    for (const blockRows of [1, 7, 1000, 65_536]) {
      const { columns, info } = tape();
      const { result } = play(new MemoryTape(columns, info, { blockRows }), options());
      expect(result.runHash, `blocks of ${blockRows} rows`).toBe(played().result.runHash);
    }
  });

  it('has the same hash from a tape file, on this thread or decoded by a worker', () => {
    const file = path.join(folder, 'tape.parquet');
    writeTape(file, tape().columns, tape().info);
    for (const worker of [false, true]) {
      const { result } = play(openTape(file, { worker }), options());
      expect(result.runHash, worker ? 'worker' : 'this thread').toBe(played().result.runHash);
    }
  });

  return { first: played };
}
