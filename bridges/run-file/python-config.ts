/**
 * What a run file says of strategies in Python, as entries that can be connected to their peers.
 * Knows nothing of how a conversation goes. Called when a run is prepared.
 */
import { isAbsolute, resolve } from 'node:path';
import { Instrument, type InstrumentSpec } from '../../core/instrument.js';
import { loadFeatures } from '../feature-loader.js';
import type { BarsWanted } from '../python/bars-schema.js';
import type { Channel, Deadlines } from '../python/channel.js';
import { findInterpreter } from '../python/interpreter.js';
import { PipeChannel } from '../python/pipe-channel.js';
import type { Connection, RemoteEntry } from '../python/python-strategies.js';
import { ConfigError } from './config-error.js';
import { matching } from './market.js';
import type { RunFile } from './read.js';
import type { StrategyConfig } from './schema.js';

/** What is done about strategies in Python, besides starting them. */
export interface PythonOptions {
  /** Keep a journal, in a nameless file in this folder; not if the run file says no. */
  readonly journalIn?: string;
  /** A journal to repeat, without Python. */
  readonly replay?: string;
  /** A journal to hold the answers against. */
  readonly check?: string;
  /** How strategies that run elsewhere come here, by the strategy's name. */
  readonly attached?: ReadonlyMap<string, () => Connection | Promise<Connection>>;
}

/** A file's path, or a module's name; and the class. */
const TARGET = /^(.+?)(?::([A-Za-z_]\w*))?$/;

/** How a run calls a strategy that was given no name: its class's, or the file's. */
export function targetName(target: string, place: string): string {
  const [, module, named] = TARGET.exec(target)!;
  const name = named ?? /([A-Za-z0-9][\w-]*)(?:\.py)?$/.exec(module!)?.[1];
  if (name === undefined) throw new ConfigError(`${place}: "${target}" gives the strategy no name; give it one: name`);
  return name;
}

/** One entry for each strategy in Python. `owns`: the symbols of every strategy. */
export async function remoteEntries(
  file: RunFile,
  specs: readonly InstrumentSpec[],
  owns: readonly (readonly string[])[],
  { attached = new Map() }: PythonOptions,
): Promise<RemoteEntry[]> {
  const instruments = specs.map((spec, index) => new Instrument(spec, index));
  const entries: RemoteEntry[] = [];
  for (const [index, config] of file.config.strategies.entries()) {
    if (config.python === undefined) continue;
    const place = `${file.path}: strategies.${index}`;
    const name = config.name ?? targetName(config.python, `${place}.python`);
    const asked = config.features;
    entries.push({
      name,
      params: config.params,
      instruments: instruments.filter(({ symbol }) => owns[index]!.includes(symbol)),
      features: asked === undefined ? undefined : await loadFeatures(asked, file.directory, `${place}.features`),
      decide: config.decide,
      bars: barsOf(config, owns[index]!, `${place}.bars`),
      slow: config.computeTime !== undefined,
      connect: attached.get(name) ?? (() => ({ channel: spawn(file, config, name) })),
    });
  }
  return entries;
}

/** Patterns become the strategy's symbols that they name. */
function barsOf({ bars }: StrategyConfig, owned: readonly string[], place: string): BarsWanted[] | undefined {
  return bars?.map((one: BarsWanted, at) => {
    const { instruments, ...rest } = one;
    return instruments === undefined
      ? rest
      : { ...rest, instruments: matching(instruments, owned, `${place}.${at}.instruments`) };
  });
}

function spawn({ directory }: RunFile, { python, interpreter, deadlines, pin }: StrategyConfig, name: string): Channel {
  return new PipeChannel({
    subject: `strategy "${name}"`,
    command: findInterpreter(directory, interpreter),
    args: ['-m', 'tickwright', absoluteTarget(python!, directory)],
    cwd: directory,
    deadlines: deadlinesOf(deadlines),
    pin: pin ?? true,
  });
}

/** The run file's folder is where paths count from; module names stay as they are. */
function absoluteTarget(target: string, directory: string): string {
  const [, module, named] = TARGET.exec(target)!;
  if (!/[/\\]|\.py$/.test(module!)) return target;
  const path = isAbsolute(module!) ? module! : resolve(directory, module!);
  return named === undefined ? path : `${path}:${named}`;
}

function deadlinesOf(given: StrategyConfig['deadlines'] = {}): Partial<Deadlines> {
  const { start, first, decide, stop } = given;
  const milliseconds = (nanos: number) => Math.ceil(nanos / 1e6);
  return {
    ...(start === undefined ? {} : { startMs: milliseconds(start) }),
    ...(first === undefined ? {} : { firstMs: milliseconds(first) }),
    ...(decide === undefined ? {} : { requestMs: milliseconds(decide) }),
    ...(stop === undefined ? {} : { stopMs: milliseconds(stop) }),
  };
}
