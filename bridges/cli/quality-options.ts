/**
 * The options that say what the check of a tape looks for, and what of it is too much. Knows nothing of how it looks.
 * Called by `check` and `repair`.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { checkSpikeRule, type SpikeRule, USUAL_SPIKES } from '../../analytics/quality/price-spikes.js';
import { QUALITY_FIGURES } from '../../analytics/quality/quality-figures.js';
import type { QualityOptions } from '../../analytics/quality/tape-check.js';
import { SESSION_CALENDARS } from '../../core/session-calendar.js';
import { formatDuration, parseDuration } from '../../core/time.js';
import { ConfigError } from '../run-file/config-error.js';
import { nearestName } from '../run-file/nearest-name.js';
import { duration, period, wholeNumber } from './option-values.js';

export interface SpikeChoices {
  readonly spikeNeighbours: number;
  readonly spikeDeviations: number;
  readonly spikeFloor: number;
  readonly spikeTicks: number;
}

export interface QualityChoices extends SpikeChoices {
  readonly gap: number;
  readonly stale: number;
  readonly latency?: number;
  readonly calendar?: string;
}

/** Options for what counts as a spike. */
export function spikeOptions(command: Command): Command {
  const { neighbours, deviations, floorShare, floorTicks } = USUAL_SPIKES;
  return command
    .option('--spike-neighbours <number>', 'prices that each is compared with', wholeNumber(10, 1000), neighbours)
    .option('--spike-deviations <number>', 'mean absolute deviations that a price may lie away', positive, deviations)
    .option('--spike-floor <share>', 'and a share of the price besides', share, floorShare)
    .option('--spike-ticks <number>', 'or so many ticks where that is more', wholeNumber(0, 1e6), floorTicks);
}

export function qualityOptions(command: Command): Command {
  return spikeOptions(
    command
      .option('--gap <duration>', 'a stream that is silent for longer has a gap', period, parseDuration('1m'))
      .option('--stale <duration>', 'a touch that stands for longer while trades pass it is stale', duration, 10e9)
      .addOption(
        new Option('--calendar <name>', 'the exchange whose sessions rows are held against').choices(SESSION_CALENDARS),
      )
      .option('--latency <duration>', 'rows slower than this are slow; default: from the rows themselves', duration),
  );
}

export function qualityOf(choices: QualityChoices): Partial<QualityOptions> {
  const { gap, stale, latency } = choices;
  return { gapNs: gap, staleNs: stale, latencyNs: latency, spikes: spikeRuleOf(choices) };
}

/** Throws `ConfigError` for a rule that cannot be. */
export function spikeRuleOf(choices: SpikeChoices): SpikeRule {
  const { spikeNeighbours: neighbours, spikeDeviations: deviations, spikeFloor: floorShare } = choices;
  const rule = { neighbours, deviations, floorShare, floorTicks: choices.spikeTicks };
  try {
    checkSpikeRule(rule);
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
  return rule;
}

/** `crossed=0,longest-gap=10s`: the most that each figure may be. Given again, it adds. */
export function thresholds(text: string, before: ReadonlyMap<string, number> = new Map()): ReadonlyMap<string, number> {
  const most = new Map(before);
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=').map((word) => word.trim());
    const figure = QUALITY_FIGURES.find((each) => each.name === name);
    if (figure === undefined) {
      const names = QUALITY_FIGURES.map((each) => each.name);
      const nearest = nearestName(name, names);
      const hint = nearest === undefined ? '' : ` (did you mean "${nearest}"?)`;
      throw new InvalidArgumentError(`There is no figure "${name}"${hint}. Allowed: ${names.join(', ')}.`);
    }
    if (most.has(name)) throw new InvalidArgumentError(`The figure "${name}" is named twice.`);
    most.set(name, limitOf(figure.unit, name, value));
  }
  return most;
}

function limitOf(unit: (typeof QUALITY_FIGURES)[number]['unit'], name: string, text: string): number {
  if (unit === 'ns') {
    try {
      const nanos = parseDuration(text);
      if (nanos >= 0) return nanos;
    } catch {
      // What is allowed is said below.
    }
    throw new InvalidArgumentError(`"${name}" is a length of time: ${name}=${formatDuration(10e9)}, not "${text}".`);
  }
  const allowed = unit === 'count' ? /^\d+$/ : /^\d+(\.\d+)?$/;
  if (allowed.test(text)) return Number(text);
  throw new InvalidArgumentError(`"${name}" is a number from 0 on: ${name}=0, not "${text}".`);
}

function positive(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw new InvalidArgumentError('Allowed: a number above 0, such as 10.');
}

function share(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value <= 1) return value;
  throw new InvalidArgumentError('Allowed: a share from 0 to 1, such as 0.001.');
}
