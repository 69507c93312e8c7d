/**
 * Imports DBN files of Databento (versions 1 to 3, plain or zstd), one or several, of one schema or of several, as one tape.
 * Knows nothing of how a tape is stored. Called by the command line and the library's users.
 *
 * - Exchange time = `ts_event`, local time = `ts_recv`; prices are exact, a price off the tick is refused.
 * - How records become rows is told by the files that do it: dbn-order-rows (mbo), dbn-price-rows (trades, tbbo, mbp, bbo),
 *   dbn-event-rows (ohlcv, status, statistics); which instrument they are of by dbn-instruments.
 * - A record flagged F_LAST ends its event: the rows up to there are one message. Trades of files without a book, and quotes
 *   by interval, are messages by themselves.
 * - Several files may be consecutive days, or several schemas of one time; trades that two of them have are taken once, from the
 *   file given first.
 */
import { DatabentoReader, type ReaderOptions } from './databento-reader.js';
import { type DbnDefinition, readDefinition } from './dbn-definition.js';
import { type DbnVersion, Rtype, SCHEMA_NAMES } from './dbn-layout.js';
import type { DbnMetadata } from './dbn-metadata.js';
import { DbnStream, type RecordTaker } from './dbn-stream.js';
import { ImportError, type InputFact, type OnProgress, readPieces } from './input-file.js';
import type { ImportedTape } from './row-collector.js';

export interface DatabentoOptions extends ReaderOptions {
  /** DBN files; those of one schema in order of time. */
  readonly files: readonly string[];
  /** Files of the definition schema, which say what the instruments are. */
  readonly definitions?: readonly string[];
  readonly onProgress?: OnProgress;
}

/** Throws `ImportError` with file, record, field and value where something cannot be imported. */
export async function importDatabento(options: DatabentoOptions): Promise<ImportedTape> {
  const { files, definitions = [], onProgress } = options;
  if (files.length === 0) throw new ImportError('databento: no files were given');
  const metadata: DbnMetadata[] = [];
  for (const path of files) metadata.push(await readDbnMetadata(path));
  const reader = new DatabentoReader(options, metadata);
  const facts: InputFact[] = [];
  const all = [...definitions, ...files];
  for (const [file, path] of all.entries()) {
    const onBytes = (bytesRead: number, bytesTotal: number) =>
      onProgress?.({ file, files: all.length, path, bytesRead, bytesTotal });
    const taker = file < definitions.length ? new DefinitionTaker((definition) => reader.define(definition)) : reader;
    facts.push(await readRecords(path, taker, onBytes));
  }
  return inFiles(files, () => reader.finish(facts));
}

/** The metadata of a DBN file; nothing else of it is read. */
export async function readDbnMetadata(path: string): Promise<DbnMetadata> {
  const stream = new DbnStream({ begin() {}, attach() {}, record() {} });
  await readStream(path, stream, () => {}, true);
  return stream.metadata!;
}

/** Every definition of a DBN file, in its order. */
export async function readDefinitions(path: string): Promise<DbnDefinition[]> {
  const definitions: DbnDefinition[] = [];
  await readRecords(path, new DefinitionTaker((definition) => definitions.push(definition)), () => {});
  return definitions;
}

function readRecords(
  path: string,
  taker: RecordTaker,
  onBytes: (read: number, total: number) => void,
): Promise<InputFact> {
  return readStream(path, new DbnStream(taker), onBytes, false);
}

async function readStream(
  path: string,
  stream: DbnStream,
  onBytes: (read: number, total: number) => void,
  metadataAlone: boolean,
): Promise<InputFact> {
  const place = () => `${path}: ${stream.place}`;
  const placed = <Result>(act: () => Result): Result => {
    try {
      return act();
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new ImportError(`${place()}: ${cause.message}`);
    }
  };
  const fact = await readPieces(path, {
    ...{ onBytes, place, unit: 'that', refusal: dbzRefusal },
    take: (piece) => placed(() => stream.push(piece)),
    ...(metadataAlone && { enough: () => stream.metadata !== undefined }),
  });
  placed(() => stream.end(metadataAlone));
  return fact;
}

/** DBZ, what came before DBN, keeps its metadata in a zstd frame that is to be skipped. */
function dbzRefusal(magic: string): string | undefined {
  return /^5.2a4d18$/.test(magic)
    ? 'begins with a skippable zstd frame: it is DBZ, the format before DBN; make DBN of it with Databento’s dbn tool'
    : undefined;
}

function inFiles<Result>(files: readonly string[], act: () => Result): Result {
  try {
    return act();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ImportError(`${files.join(', ')}: ${cause.message}`);
  }
}

/** Takes definitions and nothing else. */
class DefinitionTaker implements RecordTaker {
  readonly #take: (definition: DbnDefinition) => void;
  #version: DbnVersion = 1;
  #words: Int32Array = new Int32Array(0);
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(take: (definition: DbnDefinition) => void) {
    this.#take = take;
  }

  begin({ version, schema }: DbnMetadata): void {
    this.#version = version;
    if (schema !== undefined && SCHEMA_NAMES[schema] !== 'definition') {
      throw new RangeError(`the schema is ${SCHEMA_NAMES[schema]} where definition was expected`);
    }
  }

  attach(words: Int32Array, bytes: Uint8Array): void {
    this.#words = words;
    this.#bytes = bytes;
  }

  record(rtype: number, at: number): void {
    if (rtype === Rtype.definition) this.#take(readDefinition(this.#version, this.#words, this.#bytes, at));
  }
}
