/**
 * Unpacks zstd piece by piece, checksums checked, in as much memory as the data's own window asks for.
 * Knows nothing of files or of what is inside. Called by input-file.
 *
 * Node has zstd from 22.15 on; this project runs from 20.19 on, so it is libzstd as WebAssembly, from the package zstddec. Its
 * own loop copies each piece, says nothing of damage and waits for ever where there is some; so only its library is used here, which
 * it hands to `_init`. That is why the package's version is exact. (fzstd, in plain JavaScript, was measured too: less than half
 * as fast, and it does not check checksums.)
 */
import { ZSTDDecoder } from 'zstddec/stream';

/** Zstd data that cannot be unpacked. */
export class ZstdError extends Error {
  override readonly name = 'ZstdError';
}

/** What libzstd as WebAssembly exports; pointers and sizes are 32 bits wide. */
interface ZstdLibrary {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(bytes: number): number;
  free(pointer: number): void;
  ZSTD_createDCtx(): number;
  ZSTD_freeDCtx(context: number): number;
  ZSTD_decompressStream(context: number, output: number, input: number): number;
}

const PIECE_BYTES = 256 * 1024;
/** Three words: pointer, size, position. */
const BUFFER_STRUCT_BYTES = 12;
/** Results from here on are errors: minus the number of the error, as an unsigned word. */
const FIRST_ERROR = 2 ** 32 - 120;
/** Those of libzstd's errors that say more to a reader than their number. */
const ERRORS: Readonly<Record<number, string>> = {
  10: 'what follows is no zstd data',
  16: 'it asks for a window of more than 128 MB',
  20: 'its blocks are corrupted',
  22: 'its checksum is not that of what was unpacked',
  32: 'it needs a dictionary',
};

let library: Promise<ZstdLibrary> | undefined;

class Loader extends ZSTDDecoder {
  exports: ZstdLibrary | undefined;

  async load(): Promise<ZstdLibrary> {
    const itsOwn = this._init;
    this._init = (result) => {
      itsOwn(result);
      this.exports = (result as { instance: { exports: unknown } }).instance.exports as ZstdLibrary;
    };
    await this.init();
    if (this.exports === undefined) throw new Error('zstddec did not start its library');
    return this.exports;
  }
}

/** One stream of zstd frames, one after the other. */
export class ZstdUnpacker {
  readonly #zstd: ZstdLibrary;
  readonly #context: number;
  readonly #input: number;
  readonly #output: number;
  readonly #inputStruct: number;
  readonly #outputStruct: number;
  /** What the last call returned: 0 at the end of a frame. */
  #wanted = 0;

  private constructor(zstd: ZstdLibrary) {
    this.#zstd = zstd;
    this.#context = zstd.ZSTD_createDCtx();
    this.#input = zstd.malloc(PIECE_BYTES);
    this.#output = zstd.malloc(PIECE_BYTES);
    this.#inputStruct = zstd.malloc(BUFFER_STRUCT_BYTES);
    this.#outputStruct = zstd.malloc(BUFFER_STRUCT_BYTES);
  }

  static async create(): Promise<ZstdUnpacker> {
    library ??= new Loader().load();
    return new ZstdUnpacker(await library);
  }

  /** Unpacks the next bytes of the stream into pieces of their own. Throws {@link ZstdError} where they are damaged. */
  *unpack(packed: Uint8Array): Generator<Buffer> {
    for (let from = 0; from < packed.length; from += PIECE_BYTES) {
      yield* this.#piece(packed.subarray(from, from + PIECE_BYTES));
    }
  }

  *#piece(packed: Uint8Array): Generator<Buffer> {
    new Uint8Array(this.#zstd.memory.buffer).set(packed, this.#input);
    this.#setStruct(this.#inputStruct, this.#input, packed.length);
    for (;;) {
      this.#setStruct(this.#outputStruct, this.#output, PIECE_BYTES);
      const result = this.#zstd.ZSTD_decompressStream(this.#context, this.#outputStruct, this.#inputStruct) >>> 0;
      if (result > FIRST_ERROR) {
        const error = 2 ** 32 - result;
        throw new ZstdError(ERRORS[error] ?? `libzstd gives error ${error}`);
      }
      this.#wanted = result;
      const unpacked = this.#position(this.#outputStruct);
      if (unpacked > 0) {
        // The library's memory may move and be written over: what is handed out is a copy.
        yield Buffer.from(new Uint8Array(this.#zstd.memory.buffer, this.#output, unpacked));
      }
      const allTaken = this.#position(this.#inputStruct) === packed.length;
      // At the end of a frame a further call would begin the next one.
      if (allTaken && (unpacked < PIECE_BYTES || result === 0)) return;
    }
  }

  #setStruct(at: number, pointer: number, size: number): void {
    const view = new DataView(this.#zstd.memory.buffer, at, BUFFER_STRUCT_BYTES);
    view.setUint32(0, pointer, true);
    view.setUint32(4, size, true);
    view.setUint32(8, 0, true);
  }

  #position(at: number): number {
    return new DataView(this.#zstd.memory.buffer, at, BUFFER_STRUCT_BYTES).getUint32(8, true);
  }

  /** Whether the bytes so far end with a whole frame. */
  get whole(): boolean {
    return this.#wanted === 0;
  }

  /** Gives the memory back; afterwards the unpacker is of no use. */
  close(): void {
    this.#zstd.ZSTD_freeDCtx(this.#context);
    for (const pointer of [this.#input, this.#output, this.#inputStruct, this.#outputStruct]) this.#zstd.free(pointer);
  }
}
