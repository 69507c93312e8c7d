/**
 * A run file with an agent's seat in it: whose place the agent takes, and runs as often as wanted.
 * Knows nothing of frames. Called by the command that serves environments.
 */
import { basename, extname } from 'node:path';
import { Instrument } from '../../core/instrument.js';
import { loadFeatures } from '../feature-loader.js';
import type { EnvironmentOf } from '../python/environment.js';
import { ConfigError } from './config-error.js';
import { type OpenRun, openRun, simulationOf } from './prepare.js';
import { type RunFile, type RunOverrides, readRunFile } from './read.js';
import type { StrategyConfig } from './schema.js';

/** How the agent is called that takes nobody's place. */
const AGENT = 'agent';
const SEAT: StrategyConfig = { python: AGENT, name: AGENT, params: {}, costing: 'average', risk: [] };

/**
 * Reads the run file and opens what all runs share. The agent takes the place of `strategy`; else of the only strategy in
 * Python; else it comes last, with all instruments. Throws {@link ConfigError} or `TapeError`.
 */
export async function openEnvironment(
  path: string,
  overrides: RunOverrides,
  strategy: string | undefined,
): Promise<EnvironmentOf> {
  const given = await readRunFile(path, { ...overrides, strategies: [{ python: AGENT, name: AGENT }] });
  const lacksSeat = strategy === undefined && given.config.strategies.every(({ python }) => python === undefined);
  const file = lacksSeat ? withSeat(given) : given;
  const opened = await openRun(file);
  const seat = seatOf(opened, strategy);
  const { config, directory } = file;
  const { name } = opened.plugins[seat]!;
  const { features: asked, params, computeTime } = config.strategies[seat]!;
  const run: OpenRun = {
    ...opened,
    plugins: opened.plugins.map((each, index) => (index === seat ? { name } : each)),
  };
  const owned = opened.owns[seat]!;
  return {
    agent: {
      name,
      params,
      instruments: opened.specs
        .map((spec, index) => new Instrument(spec, index))
        .filter(({ symbol }) => owned.includes(symbol)),
      slow: computeTime !== undefined,
    },
    run: { name: basename(path, extname(path)), seed: config.seed, originNs: opened.originNs },
    features: (names) => loadFeatures(names.length > 0 ? names : (asked ?? []), directory, 'features'),
    simulate: (agent, seed) => void simulationOf(run, [agent], seed, []).run(),
  };
}

function withSeat(file: RunFile): RunFile {
  return { ...file, config: { ...file.config, strategies: [...file.config.strategies, SEAT] } };
}

/** The agent's index. Refuses strategies in Python besides it. */
function seatOf({ file, plugins }: OpenRun, strategy: string | undefined): number {
  const inPython = plugins.flatMap(({ plugin }, index) => (plugin === undefined ? [index] : []));
  const names = (indices: readonly number[]) => indices.map((index) => `"${plugins[index]!.name}"`).join(', ');
  if (strategy === undefined && inPython.length > 1) {
    throw new ConfigError(
      `${file.path}: has the strategies ${names(inPython)} in Python: an environment has one, so take the others out`,
    );
  }
  const seat = strategy === undefined ? inPython[0]! : plugins.findIndex(({ name }) => name === strategy);
  if (seat < 0) {
    throw new ConfigError(
      `${file.path}: there is no strategy "${strategy}" whose place the agent could take; there are: ${names([...plugins.keys()])}`,
    );
  }
  const others = inPython.filter((index) => index !== seat);
  if (others.length > 0) {
    throw new ConfigError(
      `${file.path}: strategy ${names(others)} is in Python, and only the agent can be: take it out, or put the agent in its place`,
    );
  }
  return seat;
}
