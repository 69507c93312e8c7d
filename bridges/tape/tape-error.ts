/**
 * The one error of the tape files: one line that names the file, the place in it and what is wrong with it.
 * Knows nothing of the format. Thrown by everything in this folder; caught by the command line.
 */
export class TapeError extends Error {
  override readonly name = 'TapeError';

  /** Control characters, which damaged names may hold, are written as escapes: the message is one line and harmless. */
  constructor(message: string) {
    super(message.replace(/\p{Cc}/gu, (text) => `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`));
  }
}

/** Any thrown value as one line of text. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
