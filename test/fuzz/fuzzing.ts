/**
 * Gives a parser inputs that are nearly right, any number of them, and holds it to the one rule: it reads them or refuses them with an
 * error of its own, in one line that names the file. Never another error, never the words of the engine, never a hang, never memory
 * that the input has no right to. Knows nothing of formats. Called by the fuzz tests.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { RandomSource, type RandomStream } from '../../core/random.js';
import { PACKINGS, type Packing, type Parts, spoiled, spoiledBytes } from './mutation.js';

export interface FuzzInput {
  /** Its name, folders before it where the parser minds them. */
  readonly file: string;
  /** What is right; made of what {@link FuzzedParser.prepare} has put into the folder where it is a function. */
  readonly good: Parts | ((folder: string) => Parts);
  /** Default: plain. */
  readonly packings?: readonly Packing[];
  /** What has to be put right again so that more than a checksum is tried. */
  readonly seal?: (bytes: Buffer, random: RandomStream, good: Parts) => Buffer;
  /** Reads the file; throws what it refuses. */
  readonly read: (path: string) => unknown;
}

export interface FuzzedParser {
  readonly name: string;
  readonly inputs: readonly FuzzInput[];
  /** Puts into a folder what else is needed. */
  readonly prepare?: (folder: string) => void;
  /** The classes of its refusals. */
  readonly refusals: readonly (abstract new (
    ...args: never[]
  ) => Error)[];
  /** Other things than the file that a refusal may name. */
  readonly places?: RegExp;
}

const PLAIN: readonly Packing[] = ['plain'];

export interface FuzzTally {
  read: number;
  refused: number;
  slowestMs: number;
  /** Most that one input made the process grow by. */
  grownMb: number;
}

/** Words that the engine uses, so that a parser that passes its errors on is seen. */
const ENGINE =
  /Cannot (read|set|destructure|convert|mix|create)|is not (a function|iterable|defined)|array length|allocation failed|call stack|string length|is out of range|outside (of )?(the )?(buffer )?bounds|to a BigInt|Invalid time value|Invalid code point|undefined \(|ERR_[A-Z]/;
const MOST_GROWN_MB = 256;
const LONGEST_MS = 60_000;

/** Inputs that are read at the same time: most of the time is spent in waiting for the disk. */
const AT_ONCE = 8;
/** Failures of one kind are told once, up to so many. */
const MOST_FAILURES = 20;

/** Throws `Error` with what broke the rule, and leaves these inputs; or where a good input is not read. */
export async function fuzz(parser: FuzzedParser, rounds: number, seed: number): Promise<FuzzTally> {
  const root = mkdtempSync(join(tmpdir(), 'tickwright-fuzz-'));
  const folders = Array.from({ length: AT_ONCE }, (_, slot) => folderOf(parser, join(root, `${slot}`)));
  const inputs = parser.inputs.map(({ good, ...input }) => ({
    ...input,
    good: typeof good === 'function' ? good(folders[0]!) : good,
  }));
  await readGood(inputs, folders[0]!);
  const goods = inputs.map(({ good }) => good);
  const random = new RandomSource(seed).stream(parser.name);
  const tally: FuzzTally = { read: 0, refused: 0, slowestMs: 0, grownMb: 0 };
  const failures = new Map<string, string>();
  const watch = new Watch(parser.name, seed);
  const one = async (round: number, folder: string) => {
    const input = inputs[random.integer(inputs.length)]!;
    const path = join(folder, input.file);
    writeFileSync(path, inputOf(input, goods, random));
    await once(parser, input, path, tally).catch((cause: Error) => {
      const kind = cause.message.replaceAll(/[\d"']+/g, '').slice(0, 60);
      if (failures.has(kind)) return;
      const kept = `${path}.${round}`;
      copyFileSync(path, kept);
      failures.set(kind, `${kept}: ${cause.stack}`);
    });
  };
  try {
    for (let round = 0; round < rounds && failures.size < MOST_FAILURES; round += AT_ONCE) {
      watch.beat(round);
      await Promise.all(folders.slice(0, rounds - round).map((folder, slot) => one(round + slot, folder)));
    }
  } finally {
    await watch.end();
  }
  if (failures.size > 0) throw new Error(`${parser.name}, seed ${seed}:\n${[...failures.values()].join('\n')}`);
  rmSync(root, { recursive: true });
  return tally;
}

function folderOf({ inputs, prepare }: FuzzedParser, folder: string): string {
  mkdirSync(folder);
  prepare?.(folder);
  for (const { file } of inputs) mkdirSync(dirname(join(folder, file)), { recursive: true });
  return folder;
}

/** Good inputs are read in every packing. */
async function readGood(inputs: readonly (FuzzInput & { good: Parts })[], folder: string): Promise<void> {
  for (const { file, good, packings = PLAIN, read } of inputs) {
    for (const packing of packings) {
      const bytes = Buffer.concat([good.front ?? Buffer.alloc(0), ...good.parts]);
      writeFileSync(join(folder, file), PACKINGS[packing](bytes));
      await read(join(folder, file));
    }
  }
}

function inputOf(input: FuzzInput & { good: Parts }, goods: readonly Parts[], random: RandomStream): Buffer {
  const { good, packings = PLAIN, seal = (bytes: Buffer) => bytes } = input;
  const bytes = seal(Buffer.concat([good.front ?? Buffer.alloc(0), spoiled(good, goods, random)]), random, good);
  const packing = packings[random.integer(packings.length)]!;
  const packed = PACKINGS[packing](bytes);
  return packing !== 'plain' && random.integer(8) === 0 ? spoiledBytes(packed, random) : packed;
}

async function once(
  { refusals, places }: FuzzedParser,
  input: FuzzInput,
  path: string,
  tally: FuzzTally,
): Promise<void> {
  const before = process.resourceUsage().maxRSS;
  const start = performance.now();
  try {
    await input.read(path);
    tally.read++;
  } catch (cause) {
    if (!refusals.some((refusal) => cause instanceof refusal)) throw cause;
    const { message } = cause as Error;
    if (message.includes('\n')) throw new Error(`more than one line: ${message}`);
    if (ENGINE.test(message)) throw new Error(`the engine's words: ${message}`);
    if (!message.includes(basename(path)) && places?.test(message) !== true)
      throw new Error(`it names no place: ${message}`);
    tally.refused++;
  }
  tally.slowestMs = Math.max(tally.slowestMs, performance.now() - start);
  const grownMb = (process.resourceUsage().maxRSS - before) / 1024;
  tally.grownMb = Math.max(tally.grownMb, grownMb);
  if (grownMb > MOST_GROWN_MB) throw new Error(`memory grew by ${Math.round(grownMb)} MB`);
}

/** Ends the process where a round does not end: the thread that hangs cannot say so itself. */
class Watch {
  readonly #round = new Int32Array(new SharedArrayBuffer(4));
  readonly #worker: Worker;

  constructor(name: string, seed: number) {
    const source = `
      const { workerData } = require('node:worker_threads');
      let seen = -1;
      let since = Date.now();
      setInterval(() => {
        const round = Atomics.load(workerData.round, 0);
        if (round !== seen) [seen, since] = [round, Date.now()];
        else if (Date.now() - since > ${LONGEST_MS}) {
          require('node:fs').writeSync(2, workerData.what + ', round ' + round + ': it hangs\\n');
          process.kill(process.pid, 'SIGKILL');
        }
      }, 1000);`;
    const workerData = { round: this.#round, what: `${name}, seed ${seed}` };
    this.#worker = new Worker(source, { eval: true, workerData });
  }

  beat(round: number): void {
    Atomics.store(this.#round, 0, round);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
