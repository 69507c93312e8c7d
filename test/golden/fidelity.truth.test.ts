/**
 * The fitted queue model on real orders (../shared/truth/lobster): the built-in parameters are what the first half of GOOG's
 * day gives, and on what they were not fitted to they foretell fills better than any model without fitted parameters.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLobsterDay } from '../../bench/fidelity-lobster.js';
import { stockQueues } from '../../bridges/calibrate/fidelity-table.js';
import { importLobster } from '../../bridges/import/lobster.js';
import { Instrument } from '../../core/index.js';
import { playOrderRows } from '../../execution/fidelity-rows.js';
import { FITTED_QUEUE_PARAMETERS, fittedQueue } from '../../execution/fitted-queue.js';
import { QueueFidelity } from '../../execution/queue-fidelity.js';
import { fitQueue } from '../../execution/queue-fit.js';
import { truthFolder } from '../import/tape-rows.js';

const folder = truthFolder('lobster') ?? '';
const instrument = new Instrument({ symbol: 'SHARES', tick: '0.0001', lot: '1' }, 0);
const NOON_NS = 45_900e9;

const day = (symbol: string, levels: number) => {
  const file = (kind: string) => join(folder, `${symbol}_2012-06-21_34200000_57600000_${kind}_${levels}.csv.gz`);
  return readLobsterDay(file('message'), file('orderbook'));
};

function judgedOn(play: (fidelity: QueueFidelity) => void) {
  const fidelity = new QueueFidelity(instrument);
  const fitted = fidelity.judge('fitted', fittedQueue());
  const others = stockQueues().map(({ name, model }) => fidelity.judge(name, model));
  play(fidelity);
  return { fidelity, fitted, others };
}

describe.skipIf(folder === '')('queue models and real orders', () => {
  it('the built-in parameters are those of GOOG before 12:45', async () => {
    const goog = await day('GOOG', 10);
    const { parameters, filled } = await fitQueue(instrument, (each) => goog.play(each, 0, NOON_NS));
    expect(parameters).toEqual(FITTED_QUEUE_PARAMETERS);
    expect(filled).toBe(2_076);
  });

  it.each<{ name: string; symbol: string; levels: number; fromNs: number; known: number[] }>([
    { name: 'GOOG after 12:45', symbol: 'GOOG', levels: 10, fromNs: NOON_NS, known: [33_646, 3_218, 4, 0] },
    { name: 'AAPL, best level', symbol: 'AAPL', levels: 1, fromNs: 0, known: [54_798, 8_797, 20, 0] },
  ])('$name: total quantity within 1 %, fewer wrong fills than any other model', async (stretch) => {
    const data = await day(stretch.symbol, stretch.levels);
    const { fidelity, fitted, others } = judgedOn((each) => data.play(each, stretch.fromNs, Number.POSITIVE_INFINITY));
    expect([fitted.orders, fitted.filled, fidelity.outOfTurn, fidelity.unknown]).toEqual(stretch.known);
    expect(Math.abs(fitted.quantityRatio - 1)).toBeLessThan(0.01);
    for (const other of others) expect(fitted.wrongFills, other.name).toBeLessThan(other.wrongFills);
    for (const other of others) expect(fitted.wrongLots, other.name).toBeLessThan(other.wrongLots);
  });

  it('AAPL, 50 levels as imported: total quantity within 1 %, fewer wrong fills than any other model', async () => {
    const messages = join(folder, 'AAPL_2012-06-21_34200000_37800000_message_50.csv.gz');
    const { columns } = await importLobster({ messages });
    const { fidelity, fitted, others } = judgedOn((each) => {
      playOrderRows(each, columns, 0, 0, Number.POSITIVE_INFINITY);
      each.finish();
    });
    expect([fitted.orders, fitted.filled, fidelity.outOfTurn, fidelity.unknown]).toEqual([44_236, 3_071, 20, 0]);
    expect(Math.abs(fitted.quantityRatio - 1)).toBeLessThan(0.01);
    for (const other of others) expect(fitted.wrongFills, other.name).toBeLessThan(other.wrongFills);
  });
});
