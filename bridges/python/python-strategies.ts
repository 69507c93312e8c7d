/**
 * The Python strategies of one run: connects each to its peer or its journal and makes it a strategy of the engine.
 * Knows nothing of run files or the terminal. Called when a run is prepared, and closed when it is over.
 */
import { crc32 } from 'node:zlib';
import type { Instrument } from '../../core/instrument.js';
import { REASON_TEXTS } from '../../core/order.js';
import type { Strategy } from '../../core/strategy.js';
import type { FeatureDefinition } from '../../strategies/features/feature.js';
import { FeatureSet } from '../../strategies/features/feature-set.js';
import { attentionOf } from './attention.js';
import { barWishes } from './bar-wishes.js';
import type { BarsWanted } from './bars-schema.js';
import { BridgeError } from './bridge-error.js';
import type { Channel } from './channel.js';
import type { Decide } from './decide-schema.js';
import { type Ready, readySchema, shakeHands, type Welcome } from './handshake.js';
import { JournalReader, JournalWriter } from './journal.js';
import { type Line, LiveLine, RecordedReplies, ReplayLine } from './line.js';
import { RemoteStrategy } from './remote-strategy.js';
import { FRAME_LIMITS, PROTOCOL_VERSION, WIRE_SCHEMA } from './wire-layout.js';

/** One strategy to connect. */
export interface RemoteEntry {
  readonly name: string;
  /** Those that it subscribes to, in order. */
  readonly instruments: readonly Instrument[];
  readonly params: Readonly<Record<string, unknown>>;
  /** `undefined`: as the strategy says. */
  readonly features?:
    | { readonly names: readonly string[]; readonly definitions: readonly FeatureDefinition[] }
    | undefined;
  readonly decide?: Decide | undefined;
  /** As `features`. */
  readonly bars?: readonly BarsWanted[] | undefined;
  /** Its handlers take modelled time. */
  readonly slow: boolean;
  /** Starts or finds its peer; not called when a journal is replayed. */
  connect(): Connection | Promise<Connection>;
}

export interface Connection {
  readonly channel: Channel;
  /** What the peer must show. */
  readonly token?: string | undefined;
}

export interface RemoteRun {
  /** How messages and Python call the run. */
  readonly name: string;
  readonly seed: number;
  readonly originNs: bigint;
  /** Keep a journal, in a nameless file in this folder. */
  readonly journalIn?: string | undefined;
  /** Repeat this journal, without any peer. */
  readonly replay?: string | undefined;
  /** Hold the peers' answers against this journal. */
  readonly check?: string | undefined;
}

export class PythonStrategies {
  readonly strategies: readonly Strategy[];
  /** What they answered, if that is kept. */
  readonly journal: JournalWriter | undefined;
  readonly #channels: readonly Channel[];
  readonly #reader: JournalReader | undefined;

  private constructor(
    strategies: readonly Strategy[],
    journal: JournalWriter | undefined,
    channels: readonly Channel[],
    reader: JournalReader | undefined,
  ) {
    this.strategies = strategies;
    this.journal = journal;
    this.#channels = channels;
    this.#reader = reader;
  }

  /** Starts all peers, then greets one after the other. Throws {@link BridgeError}; nothing is left running then. */
  static async connect(entries: readonly RemoteEntry[], run: RemoteRun): Promise<PythonStrategies> {
    const channels: Channel[] = [];
    const tokens: (string | undefined)[] = [];
    let journal: JournalWriter | undefined;
    let reader: JournalReader | undefined;
    try {
      const recordedIn = run.replay ?? run.check;
      if (recordedIn !== undefined) reader = openJournal(recordedIn, entries);
      for (const entry of run.replay === undefined ? entries : []) {
        const { channel, token } = await entry.connect();
        channels.push(channel);
        tokens.push(token);
      }
      const readies = entries.map((entry, at) => {
        const channel = channels[at];
        if (channel !== undefined) return shakeHands(channel, welcomeOf(entry, run), { token: tokens[at] });
        return readyOf(reader!, at);
      });
      if (run.journalIn !== undefined) {
        const strategies = entries.map(({ name }, at) => ({ name, ready: written(readies[at]!) }));
        journal = new JournalWriter(run.journalIn, { strategies });
      }
      const recorded = reader === undefined ? undefined : new RecordedReplies(reader);
      const group: RemoteStrategy[] = [];
      const strategies = entries.map((entry, at) => {
        const channel = channels[at];
        const line: Line =
          channel === undefined ? new ReplayLine(recorded!, at, journal) : new LiveLine(channel, at, journal, recorded);
        return strategyOf(entry, run, readies[at]!, line, group);
      });
      return new PythonStrategies(strategies, journal, channels, reader);
    } catch (error) {
      for (const channel of channels) channel.close();
      journal?.close();
      reader?.close();
      throw error;
    }
  }

  /** Lets go of everything: peers of a run that did not come to its end are told so by the end of their stream. */
  close(): void {
    for (const channel of this.#channels) channel.close();
    this.journal?.close();
    this.#reader?.close();
  }
}

function openJournal(path: string, entries: readonly RemoteEntry[]): JournalReader {
  const reader = new JournalReader(path);
  const there = reader.head.strategies.map(({ name }) => name).join(', ');
  const here = entries.map(({ name }) => name).join(', ');
  if (there === here) return reader;
  reader.close();
  throw new BridgeError('JOURNAL', `${path}: is of the Python strategies ${there}, the run has ${here || 'none'}`);
}

/** What a strategy of a journal had announced. */
function readyOf({ head, path }: JournalReader, at: number): Ready {
  const { name, ready } = head.strategies[at]!;
  const parsed = readySchema.safeParse(ready);
  if (parsed.success) return parsed.data;
  const { path: field, message } = parsed.error.issues[0]!;
  const place = ['ready', ...field].join('.');
  throw new BridgeError('JOURNAL', `${path}: is damaged: strategy "${name}", ${place}: ${message}`);
}

/** As READY has it: durations with their units. */
function written({ decide, bars, ...ready }: Ready): unknown {
  const { every, ...times } = decide ?? {};
  return {
    ...ready,
    ...(decide && { decide: every === undefined ? times : { ...times, every: `${every}ns` } }),
    ...(bars && {
      bars: bars.map((one: BarsWanted) => (one.grace !== undefined ? { ...one, grace: `${one.grace}ns` } : one)),
    }),
  };
}

/** What a peer is told. */
export function welcomeOf(
  entry: Pick<RemoteEntry, 'name' | 'params' | 'instruments'>,
  run: Pick<RemoteRun, 'name' | 'seed' | 'originNs'>,
): Welcome {
  return {
    version: PROTOCOL_VERSION,
    schema: WIRE_SCHEMA,
    run: { name: run.name, seed: peerSeed(run.seed, entry.name), originNs: String(run.originNs) },
    strategy: entry.name,
    params: entry.params,
    instruments: entry.instruments.map(termsOf),
    reasons: REASON_TEXTS,
    limits: FRAME_LIMITS,
  };
}

/** What peers are told of an instrument. */
export function termsOf(instrument: Instrument): Readonly<Record<string, unknown>> {
  const { symbol, tick, lot, ticksPerUnit, lotsPerUnit, contract, multiplier, base, quote, settle, expiry } =
    instrument;
  const terms = { symbol, tick, lot, ticksPerUnit, lotsPerUnit, contract, multiplier, base, quote, settle };
  return expiry === undefined ? terms : { ...terms, expiry };
}

/** Of its own for each strategy of a run, 32 bits, as numpy wants them. */
function peerSeed(seed: number, name: string): number {
  return crc32(`${seed}/strategy/${name}`);
}

function strategyOf(
  entry: RemoteEntry,
  { originNs }: RemoteRun,
  ready: Ready,
  line: Line,
  group: RemoteStrategy[],
): Strategy {
  const { name, slow, decide, instruments } = entry;
  const { names, definitions } = entry.features ?? { names: ready.features, definitions: [] };
  try {
    const attention = attentionOf(ready, decide);
    const features = names.length === 0 ? undefined : new FeatureSet(names, definitions);
    const bars = barWishes(entry.bars ?? ready.bars ?? [], attention, instruments, originNs);
    return new RemoteStrategy({ line, attention, features, slow, bars, group });
  } catch (error) {
    if (error instanceof BridgeError) throw new BridgeError(error.code, `strategy "${name}": ${error.message}`);
    if (error instanceof RangeError) throw new BridgeError('FEATURE', `strategy "${name}": ${error.message}`);
    throw error;
  }
}
