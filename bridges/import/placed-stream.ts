/**
 * Reads a binary file through a stream that cuts it, and says file and place of what the stream refuses.
 * Knows nothing of formats. Called by the importers of binary formats.
 */
import { ImportError, type InputFact, readPieces } from './input-file.js';

/** Contract of what cuts a file. Both methods throw `RangeError` for what they refuse. */
export interface PlacedStream {
  /** Where it stands: `message 3 at byte 1234`. */
  readonly place: string;
  push(piece: Uint8Array): void;
  /** After the last piece. */
  end(): void;
}

/** Throws {@link ImportError} with file and place. `atEnd`: what else there is to do once the stream has ended. */
export async function readPlaced(
  path: string,
  stream: PlacedStream,
  onBytes: (read: number, total: number) => void,
  atEnd: () => void = () => {},
): Promise<InputFact> {
  const place = () => `${path}: ${stream.place}`;
  const attempt = (act: () => void) => {
    try {
      act();
    } catch (cause) {
      throw cause instanceof RangeError ? new ImportError(`${place()}: ${cause.message}`) : cause;
    }
  };
  const take = (piece: Uint8Array) => attempt(() => stream.push(piece));
  const fact = await readPieces(path, { onBytes, place, unit: 'that', take });
  attempt(() => {
    stream.end();
    atEnd();
  });
  return fact;
}
