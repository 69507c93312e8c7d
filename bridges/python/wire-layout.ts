/**
 * The names and numbers that both ends of the bridge must agree on, built from the engine's own, and their hash.
 * Knows nothing of frames or processes. Called by the handshake, and by whoever writes or reads a frame's contents.
 *
 * PROTOCOL.md states the same; test/python/wire-layout.test.ts holds the two together.
 */
import { createHash } from 'node:crypto';
import { ACCOUNT_EVENT_NAMES } from '../../core/account-event.js';
import { KIND_NAMES, SIDE_NAMES } from '../../core/market.js';
import { ORDER_EVENT_NAMES, ORDER_STATUS_NAMES, ORDER_TYPE_NAMES, TIME_IN_FORCE_NAMES } from '../../core/order.js';

export const PROTOCOL_VERSION = 1;

/** The type byte of a frame. */
export const FrameType = {
  hello: 1,
  welcome: 2,
  ready: 3,
  error: 5,
  decide: 16,
  actions: 17,
  stop: 18,
  reset: 19,
  tape: 24,
} as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

/** First cell of an event in the meta of DECIDE and STOP. */
export const Event = { start: 0, timer: 1, order: 2, account: 3, rows: 4, bars: 5, book: 6, series: 7 } as const;

/** First cell of an operation in the meta of ACTIONS. */
export const Operation = {
  submit: 0,
  cancel: 1,
  modify: 2,
  cancelAll: 3,
  log: 4,
  metric: 5,
  every: 6,
  at: 7,
  clearTimer: 8,
  together: 9,
  apart: 10,
} as const;

/** What a frame may hold at most; checked before anything is allocated. */
export const FRAME_LIMITS = { metaBytes: 1 << 20, payloadBytes: 64 << 20, operations: 10_000 } as const;

/** Everything whose meaning rests on a place in a list, or on a column's type (i8: int64, f8: float64, u2, u1). */
export const WIRE_LAYOUT: Readonly<Record<string, unknown>> = {
  account: ACCOUNT_EVENT_NAMES,
  events: Object.keys(Event),
  kinds: KIND_NAMES,
  operations: Object.keys(Operation),
  orderEvents: ORDER_EVENT_NAMES,
  orderStatus: ORDER_STATUS_NAMES,
  orderTypes: ORDER_TYPE_NAMES,
  sides: SIDE_NAMES,
  state: ['now:i8', 'cash:f8', 'equity:f8', 'fees:f8'],
  tables: {
    asks: ['px:f8', 'qty:f8'],
    bars: [
      ...['local:f8', 'exchange:f8', 'open:f8', 'high:f8', 'low:f8', 'close:f8', 'volume:f8', 'vwap:f8'],
      ...['trades:f8', 'start:f8', 'end:f8', 'inst:u2', 'series:u2'],
    ],
    bids: ['px:f8', 'qty:f8'],
    rows: ['local:f8', 'exchange:f8', 'px:f8', 'qty:f8', 'inst:u2', 'kind:u1', 'side:u1'],
  },
  timeInForce: TIME_IN_FORCE_NAMES,
  version: PROTOCOL_VERSION,
};

/** JSON with sorted keys and no white space: the same value has one text in both languages. ASCII names only. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, held]) => `${JSON.stringify(key)}:${canonicalJson(held)}`).join(',')}}`;
}

export const WIRE_LAYOUT_TEXT = canonicalJson(WIRE_LAYOUT);

/** The first 16 hex digits of the SHA-256 of the layout's canonical text. */
export function schemaHash(layoutText: string): string {
  return createHash('sha256').update(layoutText, 'utf8').digest('hex').slice(0, 16);
}

export const WIRE_SCHEMA = schemaHash(WIRE_LAYOUT_TEXT);

/**
 * In one line what a peer's layout has otherwise than ours, e.g. `kinds[3]: "depthClear" here, "clear" there; sides: not
 * there`; empty where they are equal. At most five entries are named.
 */
export function layoutDifference(theirText: string): string {
  let theirs: unknown;
  try {
    theirs = JSON.parse(theirText);
  } catch {
    return `its layout is no JSON: ${JSON.stringify(theirText.slice(0, 60))}`;
  }
  const faults: string[] = [];
  compare('', WIRE_LAYOUT, theirs, faults);
  const named = faults.slice(0, 5).join('; ');
  return faults.length > 5 ? `${named}; and ${faults.length - 5} more` : named;
}

function compare(place: string, ours: unknown, theirs: unknown, faults: string[]): void {
  if (isHolder(ours) && isHolder(theirs) && Array.isArray(ours) === Array.isArray(theirs)) {
    for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      const name = Array.isArray(ours) ? `${place}[${key}]` : place === '' ? key : `${place}.${key}`;
      if (!Object.hasOwn(theirs, key)) faults.push(`${name}: ${short(ours[key])} here, not there`);
      else if (!Object.hasOwn(ours, key)) faults.push(`${name}: ${short(theirs[key])} there, not here`);
      else compare(name, ours[key], theirs[key], faults);
    }
  } else if (!Object.is(ours, theirs)) faults.push(`${place || 'layout'}: ${short(ours)} here, ${short(theirs)} there`);
}

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
