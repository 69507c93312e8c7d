/**
 * What the errors of this wing have in common: a message of one line, whatever the damaged data that it quotes. Knows nothing of
 * what went wrong. Extended by the errors of tapes, importers, run files, run folders, catalogues and Python.
 */

/** Control characters are written as escapes: the message stays one line and is harmless to a terminal. */
export class OneLineError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(
      message.replace(/\p{Cc}/gu, (text) => `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`),
      options,
    );
  }
}
