/**
 * The part of `tickwright synth` that makes a market like a tape's: fits an order flow to one of its instruments, makes a market of
 * that, and puts the facts of both beside each other. Knows nothing of fitting. Called by the command.
 */
import { basename, resolve } from 'node:path';
import type { FactsColumn } from '../../analytics/facts/facts-figures.js';
import type { StylisedFacts } from '../../analytics/facts/instrument-facts.js';
import { TapeFacts } from '../../analytics/facts/tape-facts.js';
import { type FlowCalibration, TapeCalibration } from '../../analytics/flow/flow-calibration.js';
import { ARRIVALS } from '../../core/synthetic/flow-parameters.js';
import type { TapeInfo } from '../../core/tape.js';
import { formatDuration, formatEpoch } from '../../core/time.js';
import { flowFileText } from '../flow-file.js';
import { ConfigError, within } from '../run-file/config-error.js';
import { replaceFile } from '../run-folder/placement.js';
import { openTape, type TapeFile } from '../tape/tape-file.js';
import { instrumentOf } from './book.js';
import { type FlowOptions, makeFlow } from './synth-flow.js';
import { passOver } from './tape-pass.js';
import { grouped, remark } from './terminal.js';

export interface LikeOptions extends FlowOptions {
  readonly like: string;
  readonly instrument?: string;
  readonly parametersOut?: string;
}

/** What came of it. */
export interface MadeLike {
  readonly info: TapeInfo;
  readonly calibration: FlowCalibration;
  /** Of the tape, and of what was made. */
  readonly facts: readonly [FactsColumn, FactsColumn];
}

/** `durationNs`: how long; default: as long as the tape. */
export async function makeLike(options: LikeOptions, durationNs: number | undefined): Promise<MadeLike> {
  const { like, out, parametersOut } = options;
  if (resolve(like) === resolve(out)) throw new ConfigError(`synth: --out ${out} is the tape of --like`);
  const tape = openTape(like);
  const { symbol } = tape.info.instruments[instrumentOf(tape.info, options.instrument, like)]!;
  const { calibration, facts } = await calibrated(tape, symbol);
  for (const line of report(calibration, tape)) remark(line);
  const { parameters } = calibration;
  const about = { like: basename(like), likeSha256: tape.info.hash ?? 'unknown', likeInstrument: symbol };
  const info = within('synth', () => makeFlow(options, parameters, durationNs ?? facts.endNs - facts.fromNs, about));
  if (parametersOut !== undefined) {
    replaceFile(
      parametersOut,
      flowFileText(parameters, [`Fitted to ${symbol} of ${basename(like)}`, ...report(calibration, tape)]),
    );
    remark(`parameters: ${parametersOut}`);
  }
  const made = new TapeFacts(openTape(out).info);
  await passOver(openTape(out), 'facts', (block) => made.take(block));
  return {
    ...{ info, calibration },
    facts: [
      { label: `${symbol} (${basename(like)})`, facts },
      { label: `made (${basename(out)})`, facts: made.finish()[0]! },
    ],
  };
}

/** One pass over the rows for both. */
async function calibrated(
  tape: TapeFile,
  symbol: string,
): Promise<{ calibration: FlowCalibration; facts: StylisedFacts }> {
  const calibration = within(tape.file, () => new TapeCalibration(tape.info, { symbol }));
  const facts = new TapeFacts(tape.info, [symbol]);
  await passOver(tape, 'calibrate', (block) => {
    calibration.take(block);
    facts.take(block);
  });
  return { calibration: within(tape.file, () => calibration.finish()), facts: facts.finish()[0]! };
}

/** What was seen, how well the fit is, and what was left out: a line each. */
function report({ counts, fit, rescaled, sample, leftOut, parameters }: FlowCalibration, tape: TapeFile): string[] {
  const { marketOrders, limitOrders, cancellations } = counts;
  const gain = (fit.logLikelihood - fit.poissonLogLikelihood) / fit.events;
  const decays = parameters.arrivals.kernels.map(({ decay }) => `${decay}`).join(', ');
  const { everyNs } = parameters.feed;
  // Gathered events of one time are no gaps to look at.
  const tested = everyNs > 0 ? rescaled.slice(0, 2) : rescaled;
  const distances = tested.map(({ distance }, type) => `${ARRIVALS[type]} ${distance.toFixed(3)}`).join(', ');
  const from = formatEpoch(tape.info.originNs + BigInt(Math.round(sample.fromNs)));
  return [
    `seen: ${grouped(marketOrders)} market orders, ${grouped(limitOrders)} limit orders, ${grouped(cancellations)} cancellations`,
    `fit: ${grouped(fit.events)} of ${grouped(sample.of)} events, from ${from}; decays ${decays || 'none'} a second; log-likelihood ${gain.toFixed(3)} an event above Poisson${fit.converged ? '' : `; not converged after ${fit.iterations} steps`}`,
    `distance from the fit in rescaled time (Kolmogorov–Smirnov): ${distances}`,
    ...(everyNs > 0
      ? [`levels are gathered over ${formatDuration(everyNs)}: what happened inside is fitted as of one time`]
      : []),
    ...leftOut.map(({ name, count, note }) => `left out, ${name}: ${grouped(count)} ${note}`),
  ];
}
