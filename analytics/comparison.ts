/**
 * Several runs side by side: whose figures are what, in what their configurations differ, and where their fills part.
 * Knows nothing of folders, terminals or pages. Called by the command line; shown by the comparison's table and page.
 */

import { SIDE_NAMES } from '../core/market.js';
import { formatEpoch, toEpoch } from '../core/time.js';
import type { Recording } from './recording.js';
import type { RunSummary } from './summary.js';

export interface ComparedRun {
  /** What it is called beside the others. */
  readonly label: string;
  readonly summary: RunSummary;
  /** The whole resolved configuration, and what else makes a run what it is: seed, tapes, versions. */
  readonly config: unknown;
  /** With fills and equity. */
  readonly recording: Recording;
}

/** One place at which configurations differ. */
export interface ConfigDifference {
  /** As `--set` names it. */
  readonly path: string;
  /** What its numbers are in, where that is not to be seen: configurations keep lengths of time as nanoseconds. */
  readonly unit?: 'ns' | undefined;
  /** As JSON, by run; `undefined` = not there. */
  readonly values: readonly (string | undefined)[];
}

/** One fill, in words. */
export interface FillText {
  readonly time: string;
  readonly text: string;
}

/** Where a run's fills part from those of the first run. */
export interface FillParting {
  readonly label: string;
  /** Row of both tables of fills; `undefined` = all fills are equal. */
  readonly row: number | undefined;
  /** The fill of the first run, and of this one; `undefined` = it has no more. */
  readonly first: FillText | undefined;
  readonly other: FillText | undefined;
}

export interface Comparison {
  readonly runs: readonly ComparedRun[];
  /** Names of all strategies, in the order in which they first appear. */
  readonly strategies: readonly string[];
  readonly differences: readonly ConfigDifference[];
  /** Of every run but the first. */
  readonly partings: readonly FillParting[];
}

/** `isDuration`: whether a number at a path of the configurations is in nanoseconds. Default: none is known to be. */
export function compareRuns(
  runs: readonly ComparedRun[],
  { isDuration = () => false }: { isDuration?: (path: string) => boolean } = {},
): Comparison {
  const names = runs.flatMap(({ summary }) => summary.strategies.map(({ name }) => name));
  return {
    runs,
    strategies: [...new Set(names)],
    differences: differencesOf(
      runs.map(({ config }) => config),
      isDuration,
    ),
    partings: runs.slice(1).map((run) => partingOf(runs[0]!, run)),
  };
}

function differencesOf(configs: readonly unknown[], isDuration: (path: string) => boolean): ConfigDifference[] {
  const leaves = configs.map((config) => {
    const found = new Map<string, string>();
    addLeaves(config, '', found);
    return found;
  });
  const paths = new Set(leaves.flatMap((found) => [...found.keys()]));
  return [...paths]
    .map((path) => ({
      path,
      ...(isDuration(path) && { unit: 'ns' as const }),
      values: leaves.map((found) => found.get(path)),
    }))
    .filter(({ values }) => values.some((value) => value !== values[0]));
}

/** What is no map and no list, by the path to it; empty ones count as what they are. */
function addLeaves(value: unknown, path: string, into: Map<string, string>): void {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (entries.length === 0) into.set(path, JSON.stringify(value) ?? 'undefined');
  for (const [key, inner] of entries) addLeaves(inner, path === '' ? key : `${path}.${key}`, into);
}

/** Fills are equal when strategy, instrument, both times, side, price and quantity are; order numbers may differ. */
function partingOf(first: ComparedRun, other: ComparedRun): FillParting {
  const [a, b] = [first.recording, other.recording];
  const rows = Math.max(a.fills.localNs.length, b.fills.localNs.length);
  for (let row = 0; row < rows; row++) {
    if (sameFill(a, b, row)) continue;
    return { label: other.label, row, first: fillText(a, row), other: fillText(b, row) };
  }
  return { label: other.label, row: undefined, first: undefined, other: undefined };
}

function sameFill(a: Recording, b: Recording, row: number): boolean {
  const [x, y] = [a.fills, b.fills];
  if (row >= x.localNs.length || row >= y.localNs.length) return false;
  // Origins differ where tapes do.
  const shiftNs = Number(b.originNs - a.originNs);
  const [one, two] = [a.instruments[x.instrument.at(row)]!, b.instruments[y.instrument.at(row)]!];
  return (
    x.localNs.at(row) === y.localNs.at(row) + shiftNs &&
    x.exchangeNs.at(row) === y.exchangeNs.at(row) + shiftNs &&
    x.side.at(row) === y.side.at(row) &&
    x.priceTicks.at(row) === y.priceTicks.at(row) &&
    x.qtyLots.at(row) === y.qtyLots.at(row) &&
    one.symbol === two.symbol &&
    a.strategies[x.strategy.at(row)] === b.strategies[y.strategy.at(row)]
  );
}

function fillText({ fills, instruments, strategies, originNs }: Recording, row: number): FillText | undefined {
  if (row >= fills.localNs.length) return undefined;
  const instrument = instruments[fills.instrument.at(row)]!;
  const qty = instrument.qtyText(fills.qtyLots.at(row));
  const price = instrument.priceText(fills.priceTicks.at(row));
  return {
    time: formatEpoch(toEpoch(originNs, fills.localNs.at(row))),
    text: `${strategies[fills.strategy.at(row)]} ${SIDE_NAMES[fills.side.at(row)]} ${qty} ${instrument.symbol} at ${price}`,
  };
}
