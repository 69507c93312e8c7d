/**
 * Batches by themselves: the same columns again and again into a request, over the channel, to a strategy that sums them up.
 * Knows nothing of markets. A script in a fresh process; started by the bridge bench.
 */
import { fileURLToPath } from 'node:url';
import { unpackMeta } from '../bridges/python/frame.js';
import { PipeChannel } from '../bridges/python/pipe-channel.js';
import { PythonStrategies } from '../bridges/python/python-strategies.js';
import { RequestFrame } from '../bridges/python/request-frame.js';
import { Event, FrameType, Operation } from '../bridges/python/wire-layout.js';
import { Instrument } from '../core/instrument.js';
import { answer, jobOf } from './fresh-process.js';
import { median } from './median.js';

export interface BatchesJob {
  readonly python: string;
  readonly rows: number;
  readonly batches: number;
}

export interface BatchesAnswer {
  readonly p50us: number;
  /** Rows that Python counted. */
  readonly counted: number;
}

const SCRIPT = fileURLToPath(new URL('../../bench/peers/strategies.py', import.meta.url));
const { python, rows, batches } = jobOf<BatchesJob>();

let channel!: PipeChannel;
const instrument = new Instrument({ symbol: 'A', tick: '0.1', lot: '0.001' }, 0);
const peers = await PythonStrategies.connect(
  [
    {
      name: 'measured',
      instruments: [instrument],
      params: { rows },
      slow: false,
      connect: () => {
        const args = ['-m', 'tickwright', `${SCRIPT}:Columns`];
        channel = new PipeChannel({ subject: 'strategy "measured"', command: python, args, pin: true });
        return { channel };
      },
    },
  ],
  { name: 'bench', seed: 1, originNs: 0n },
);

const frame = new RequestFrame();
const localNs = new Float64Array(rows).map((_, at) => at * 1e3);
const price = new Float64Array(rows).map((_, at) => 60_000 + (at % 100) / 10);
const qty = new Float64Array(rows).map((_, at) => (at % 7) / 1000);
const side = new Uint8Array(rows).map((_, at) => 1 + (at % 2));
let seq = 0;
function request(type: number, events: readonly unknown[], columns: readonly (Float64Array | Uint8Array)[] = []) {
  frame.begin(events);
  frame.addHalves(0, 0);
  // Cash, equity, fees, and the position.
  for (let cell = 0; cell < 4; cell++) frame.addNumber(0);
  for (const column of columns) frame.addColumn(column, rows);
  return channel.exchange(frame.end(type, ++seq));
}

request(FrameType.decide, [[Event.start, []]]);
const events = [[Event.rows, rows]];
const columns = [localNs, price, qty, side];
const took: number[] = [];
for (let batch = 0; batch < batches; batch++) {
  const start = performance.now();
  request(FrameType.decide, events, columns);
  took.push(performance.now() - start);
}
const operations = unpackMeta(request(FrameType.stop, []).meta) as unknown[][];
const log = String(operations.find(([code]) => code === Operation.log)?.[1]);
channel.finish();
peers.close();
const outcome: BatchesAnswer = { p50us: median(took.slice(batches / 5)) * 1e3, counted: Number(log.split(' ')[1]) };
answer(outcome);
