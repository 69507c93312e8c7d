/**
 * The one error of the bridge to Python: a code, one line that says what happened, and what Python itself wrote.
 * Knows nothing of frames or processes. Thrown by everything in this folder; printed by the command line.
 */
import { OneLineError } from '../one-line-error.js';

/** What can go wrong between the simulator and a peer; PROTOCOL.md says when each is given. */
export const BRIDGE_ERROR_CODES = [
  'START',
  'START_TIMEOUT',
  'VERSION',
  'SCHEMA',
  'TOKEN',
  'EXIT',
  'TIMEOUT',
  'GARBAGE',
  'TOO_BIG',
  'BAD_META',
  'SEQ',
  'TYPE',
  'BAD_ACTIONS',
  'STRATEGY',
  'FEATURE',
  'RUN',
  'JOURNAL',
] as const;
export type BridgeErrorCode = (typeof BRIDGE_ERROR_CODES)[number];

/** What Python wrote about the fault. */
export interface BridgeErrorWords {
  /** A Python traceback, as the peer sent it. */
  readonly traceback?: string | undefined;
  /** The last 8 KiB that the process wrote to stdout and stderr. */
  readonly outputTail?: string | undefined;
  /** Whether {@link outputTail} has been passed on to the terminal already. */
  readonly outputShown?: boolean | undefined;
}

export class BridgeError extends OneLineError {
  override readonly name = 'BridgeError';
  readonly code: BridgeErrorCode;
  readonly traceback: string;
  readonly outputTail: string;
  readonly outputShown: boolean;
  /** Lines to print beneath the message: what Python wrote and the user has not seen yet. Empty where there is nothing. */
  readonly details: string;

  constructor(code: BridgeErrorCode, message: string, words: BridgeErrorWords = {}) {
    super(message);
    this.code = code;
    this.traceback = words.traceback ?? '';
    this.outputTail = words.outputTail ?? '';
    this.outputShown = words.outputShown ?? false;
    const unseen = this.outputShown ? '' : this.outputTail;
    this.details = [this.traceback, unseen]
      .filter((text) => text.trim() !== '')
      .map((text) => printable(text).trimEnd())
      .join('\n');
  }
}

/** Without what could steer a terminal; lines and tabs stay. */
function printable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]/gu, '\ufffd');
}
