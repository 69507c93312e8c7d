/**
 * The queue models against 210 recorded traces of the reference's models (8,400 steps): a resting order, trades at its
 * price, changes of its level. Source: ../shared/truth/README.md; where it is absent the tests skip and say so.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Instrument, Side } from '../../core/index.js';
import {
  logBackQueue,
  logQueue,
  powerBackQueue,
  powerFrontQueue,
  powerQueue,
  type QueuePositionModel,
  riskAverseQueue,
  WorkingOrders,
} from '../../execution/index.js';

const file = new URL('../../../shared/truth/hftbacktest-goldens/queue_models.jsonl', import.meta.url);
const present = existsSync(file);
if (!present) console.warn('SKIPPED: ../shared/truth is not on this machine, queue models are not compared');

const QUEUES: Readonly<Record<string, () => QueuePositionModel>> = {
  RiskAdverse: riskAverseQueue,
  'PowerProb(n=1)': () => powerQueue(1),
  'PowerProb(n=3)': () => powerQueue(3),
  'PowerProb2(n=3)': () => powerBackQueue(3),
  'PowerProb3(n=3)': () => powerFrontQueue(3),
  LogProb: logQueue,
  LogProb2: logBackQueue,
};

type Operation =
  | { readonly op: 'trade'; readonly qty: number; readonly front: number; readonly cum: number; readonly exec: number }
  | { readonly op: 'depth'; readonly prev: number; readonly new: number; readonly front: number; readonly cum: number };

interface Trace {
  readonly model: string;
  readonly seed: number;
  readonly lot: number;
  readonly initLevel: number;
  readonly front0: number;
  readonly cum0: number;
  readonly ops: readonly Operation[];
}

/** Front, traded and executed lots after each step, as our model has them. */
function follow(trace: Trace): number[][] {
  const instrument = new Instrument({ symbol: 'X', tick: '1', lot: String(trace.lot) }, 0);
  const model = QUEUES[trace.model]!();
  const orders = new WorkingOrders(1);
  const slot = orders.add(1, 0, 0, Side.buy, 100, 1, 0, false);
  model.join(orders, slot, trace.initLevel, instrument, false);
  const states = [[orders.aheadLots[slot]!, orders.tradedLots[slot]!, 0]];
  for (const step of trace.ops) {
    let executed = 0;
    if (step.op === 'trade') {
      model.traded(orders, slot, step.qty);
      executed = model.reachedLots(orders, slot);
    } else model.levelChanged(orders, slot, step.prev, step.new, instrument);
    states.push([orders.aheadLots[slot]!, orders.tradedLots[slot]!, executed]);
  }
  return states;
}

function recorded(trace: Trace): number[][] {
  return [
    [trace.front0, trace.cum0, 0],
    ...trace.ops.map((step) => [step.front, step.cum, step.op === 'trade' ? step.exec / trace.lot : 0]),
  ];
}

describe.skipIf(!present)('queue models against recorded traces', () => {
  const traces: Trace[] = present
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];

  it('has 30 traces of 40 steps of each of the 7 models', () => {
    expect(traces).toHaveLength(210);
    expect(traces.every(({ ops }) => ops.length === 40)).toBe(true);
    expect(new Set(traces.map(({ model }) => model))).toEqual(new Set(Object.keys(QUEUES)));
  });

  it.each(Object.keys(QUEUES))('%s agrees at every step within 1e-9', (model) => {
    for (const trace of traces.filter((each) => each.model === model)) {
      const ours = follow(trace);
      recorded(trace).forEach((expected, step) => {
        expected.forEach((value, field) => {
          const difference = Math.abs(ours[step]![field]! - value);
          const place = `seed ${trace.seed} step ${step}: ours ${ours[step]}, recorded ${expected}`;
          expect(difference, place).toBeLessThanOrEqual(1e-9);
        });
      });
    }
  });
});
