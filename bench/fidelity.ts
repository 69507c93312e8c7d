/**
 * `bench fidelity`: queue models against the real orders of LOBSTER's sample days. Every visible order is taken as if it
 * were ours (execution/queue-fidelity.ts has the rules); the fitted model is fitted here, to the first half of GOOG's day.
 * Knows nothing of the command line. Called by main.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fidelityHeads, fidelityLine, stockQueues } from '../bridges/calibrate/fidelity-table.js';
import { remark } from '../bridges/cli/terminal.js';
import { importLobster } from '../bridges/import/lobster.js';
import { Instrument } from '../core/instrument.js';
import { playOrderRows } from '../execution/fidelity-rows.js';
import type { FidelityTally } from '../execution/fidelity-tally.js';
import { FITTED_QUEUE_PARAMETERS, fittedQueue } from '../execution/fitted-queue.js';
import { QueueFidelity } from '../execution/queue-fidelity.js';
import { fitQueue } from '../execution/queue-fit.js';
import { readLobsterDay } from './fidelity-lobster.js';
import type { BenchOptions, BenchReport } from './report.js';

/** A clone does not have it. */
const TRUTH = fileURLToPath(new URL('../../../shared/truth/lobster', import.meta.url));
const OPEN_NS = 34_200e9;
const CLOSE_NS = 57_600e9;
const HALF_NS = (OPEN_NS + CLOSE_NS) / 2;

/** Rows to judge on. Prices in ticks of 0.0001 (or the tape's), quantities in shares. */
interface Stretch {
  readonly name: string;
  readonly play: (fidelity: QueueFidelity) => void;
}

export async function fidelity(_options: BenchOptions): Promise<BenchReport> {
  const title = 'fidelity: queue models against every visible order of a day';
  if (!existsSync(TRUTH)) {
    remark(`SKIPPED: there is no ${TRUTH}; this bench needs LOBSTER's sample files`);
    return { title: `${title} (SKIPPED: ${TRUTH} is not there)`, rows: [], heads: [], table: [] };
  }
  const instrument = new Instrument({ symbol: 'SHARES', tick: '0.0001', lot: '1' }, 0);
  const file = (name: string) => join(TRUTH, `${name}.csv.gz`);
  const day = (symbol: string, levels: number) => {
    const path = (kind: string) => file(`${symbol}_2012-06-21_34200000_57600000_${kind}_${levels}`);
    return readLobsterDay(path('message'), path('orderbook'));
  };
  const goog = await day('GOOG', 10);
  const aapl = await day('AAPL', 1);
  const { columns } = await importLobster({ messages: file('AAPL_2012-06-21_34200000_37800000_message_50') });

  const fit = await fitQueue(instrument, (each) => goog.play(each, 0, HALF_NS));
  const stretches: Stretch[] = [
    { name: 'GOOG to 12:45', play: (each) => goog.play(each, 0, HALF_NS) },
    { name: 'GOOG from 12:45', play: (each) => goog.play(each, HALF_NS, Number.POSITIVE_INFINITY) },
    { name: 'AAPL, best level', play: (each) => aapl.play(each, 0, Number.POSITIVE_INFINITY) },
    {
      name: 'AAPL, 50 levels, 1 h',
      play: (each) => {
        playOrderRows(each, columns, 0, 0, Number.POSITIVE_INFINITY);
        each.finish();
      },
    },
  ];
  const table: string[][] = [];
  const rows: object[] = [];
  const notes: string[] = [];
  for (const { name, play } of stretches) {
    const measured = new QueueFidelity(instrument);
    const models = [...stockQueues(), { name: 'fitted', model: fittedQueue(fit.parameters) }];
    const tallies = models.map(({ name, model }) => measured.judge(name, model));
    const start = performance.now();
    play(measured);
    const seconds = (performance.now() - start) / 1e3;
    for (const tally of tallies) {
      table.push([name, ...fidelityLine(tally)]);
      rows.push({ data: name, ...figures(tally) });
    }
    table.push([]);
    const { orders, filled, filledLots } = tallies[0]!;
    notes.push(
      `${name}: ${orders} orders, ${filled} of which filled, ${filledLots} shares; ${measured.outOfTurn} not judged (executed ` +
        `before others), ${measured.outOfSight} out of sight before their end; ${tallies.length} models in ${seconds.toFixed(1)} s`,
    );
  }
  const same = Object.entries(fit.parameters).every(
    ([key, value]) => FITTED_QUEUE_PARAMETERS[key as keyof typeof fit.parameters] === value,
  );
  notes.push(
    `Fitted to GOOG to 12:45 alone (${fit.matched} decreases whose size had joined behind, ${fit.unmatched} others, ` +
      `${fit.filled} orders that filled): ${JSON.stringify(fit.parameters)}`,
    same ? 'These are the built-in parameters.' : `NOT the built-in ones: ${JSON.stringify(FITTED_QUEUE_PARAMETERS)}`,
    '"wrong" fills are orders that one side filled and the other did not; "shares off" the filled quantity that is wrong, order',
    'by order, over the true total; "ahead" compared after each change of the level, in shares and over the mean quantity ahead.',
  );
  return { title, rows, heads: ['data', ...fidelityHeads('shares')], table, notes };
}

function figures(tally: FidelityTally): object {
  const { name, orders, filled, predicted, hits, filledLots, predictedLots, wrongLots } = tally;
  const { wrongFills, precision, recall, quantityRatio, comparisons, aheadLots, absoluteErrorLots, errorLots } = tally;
  return {
    ...{ name, orders, filled, predicted, hits, wrongFills, precision, recall },
    ...{ filledLots, predictedLots, wrongLots, quantityRatio },
    ...{ comparisons, aheadLots, absoluteErrorLots, errorLots },
    ...{ delayMedianNs: tally.delayNs(0.5), delay90Ns: tally.delayNs(0.9), delay99Ns: tally.delayNs(0.99) },
  };
}
