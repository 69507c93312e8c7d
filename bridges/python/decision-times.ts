/**
 * When the clock of the run waits for a Python strategy: what the strategy and the run file say of `decide`, made one.
 * Knows nothing of frames. Called by the remote strategy and by the run file.
 */
import { BridgeError } from './bridge-error.js';
import { DECIDE_EVENTS, type Decide, type DecideEvent } from './decide-schema.js';

/** Handlers that a strategy can have, as READY names them. */
export const REMOTE_HANDLERS = [
  'start',
  'features',
  'bar',
  'trades',
  'book',
  'fill',
  'reject',
  'order',
  'account',
  'timer',
  'stop',
  'batch',
] as const;
export type RemoteHandler = (typeof REMOTE_HANDLERS)[number];

/** When requests are made, besides the start and the strategy's own timers. */
export interface DecisionTimes {
  /** 0 = never. */
  readonly everyNs: number;
  readonly on: Readonly<Record<DecideEvent, boolean>>;
  /** `Infinity` = never. */
  readonly rows: number;
}

/** What is asked by itself where nothing is said: what has a handler of its own and happens rarely. */
const BY_ITSELF: readonly DecideEvent[] = ['fill', 'reject', 'order', 'account', 'bar'];
/** What would be asked at every row, or never: the strategy must say when. */
const NEED_A_TIME: readonly RemoteHandler[] = ['features', 'trades', 'book', 'batch'];

/**
 * `decide`: what was said, `undefined` where nothing was. Throws {@link BridgeError} where a handler would never be called
 * because nothing says when.
 */
export function decisionTimes(decide: Decide | undefined, handlers: readonly RemoteHandler[]): DecisionTimes {
  const said = decide ?? {};
  const silent = said.every === undefined && said.on === undefined && said.rows === undefined;
  const waiting = NEED_A_TIME.filter((handler) => handlers.includes(handler));
  if (silent && waiting.length > 0) {
    const names = waiting.map((handler) => `on_${handler}`).join(', ');
    throw new BridgeError(
      'START',
      `${names} ${waiting.length > 1 ? 'are' : 'is'} there, but nothing says when: set decide, as in tw.every("100ms") or tw.on_trade`,
    );
  }
  const on = silent ? BY_ITSELF.filter((event) => (handlers as readonly string[]).includes(event)) : (said.on ?? []);
  return {
    everyNs: said.every ?? 0,
    on: Object.fromEntries(DECIDE_EVENTS.map((event) => [event, on.includes(event)])) as Record<DecideEvent, boolean>,
    rows: said.rows ?? Number.POSITIVE_INFINITY,
  };
}
