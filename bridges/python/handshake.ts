/**
 * HELLO, WELCOME, READY: makes sure that both ends speak the same, and hears what the strategy wants.
 * Knows nothing of how frames travel or of what follows. Called once a channel is there.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { barsSchema } from './bars-schema.js';
import { BridgeError } from './bridge-error.js';
import type { Channel, Frame } from './channel.js';
import { decideSchema } from './decide-schema.js';
import { REMOTE_HANDLERS } from './decision-times.js';
import { metaFrame, unpackMeta } from './frame.js';
import { ROW_COLUMNS } from './waiting-rows.js';
import {
  FrameType,
  layoutDifference,
  PROTOCOL_VERSION,
  schemaHash,
  WIRE_LAYOUT_TEXT,
  WIRE_SCHEMA,
} from './wire-layout.js';

const MOST_BOOK_LEVELS = 100;

const helloSchema = z.object({
  versions: z.tuple([z.int(), z.int()]),
  schema: z.string(),
  layout: z.string(),
  library: z.string(),
  python: z.string(),
  numpy: z.string(),
  pid: z.int(),
  token: z.string().nullish(),
  mode: z.enum(['strategy', 'environment']),
});
/** Who the peer is. */
export type Hello = z.output<typeof helloSchema>;

export const readySchema = z.object({
  name: z.string(),
  handlers: z.array(z.enum(REMOTE_HANDLERS)),
  features: z.array(z.string()),
  decide: decideSchema.optional(),
  depth: z.int().min(1).max(MOST_BOOK_LEVELS).optional(),
  batch: z.array(z.string()).optional(),
  columns: z.array(z.enum(ROW_COLUMNS)).min(1).optional(),
  bars: z.array(barsSchema).optional(),
});
/** What the strategy wants. */
export type Ready = z.output<typeof readySchema>;

/** What the peer is told of the run; see PROTOCOL.md. */
export interface Welcome {
  readonly version: number;
  readonly schema: string;
  readonly run: {
    readonly name: string;
    readonly seed: number;
    readonly originNs: string;
    readonly startNs?: number;
  };
  readonly strategy: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly instruments: readonly Readonly<Record<string, unknown>>[];
  readonly reasons: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

export interface HandshakeOptions {
  /** What HELLO must carry; compared in constant time. Default: none is asked for. */
  readonly token?: string | undefined;
  /** What the peer must be; default a strategy. */
  readonly mode?: Hello['mode'] | undefined;
}

/**
 * The whole handshake. Throws {@link BridgeError} VERSION, SCHEMA, TOKEN, TYPE, BAD_META or START, whatever the channel throws,
 * and what the peer says was wrong; the channel is closed then.
 */
export function shakeHands(channel: Channel, welcome: Welcome, options: HandshakeOptions = {}): Ready {
  receiveHello(channel, options);
  channel.send(metaFrame(FrameType.welcome, 0, welcome));
  return receiveReady(channel);
}

/** The first half: with it, several peers that start at the same time can be greeted together. */
export function receiveHello(channel: Channel, options: HandshakeOptions = {}): Hello {
  const hello = read(channel, FrameType.hello, 'HELLO', helloSchema);
  const [least, most] = hello.versions;
  if (least > PROTOCOL_VERSION || most < PROTOCOL_VERSION) {
    const theirs = least === most ? `version ${least}` : `versions ${least} to ${most}`;
    const message = `its tickwright ${hello.library} speaks protocol ${theirs}, this one version ${PROTOCOL_VERSION}`;
    channel.refuse(new BridgeError('VERSION', `${message}: install the Python package of the same release`));
  }
  if (hello.schema !== WIRE_SCHEMA || hello.layout !== WIRE_LAYOUT_TEXT) channel.refuse(otherLayout(hello));
  if (options.token !== undefined && !sameText(hello.token ?? '', options.token)) {
    const what = hello.token == null ? 'sent no token' : 'sent another token';
    channel.refuse(new BridgeError('TOKEN', `it ${what} than the one that was printed: give it with --token`));
  }
  const mode = options.mode ?? 'strategy';
  if (hello.mode !== mode) {
    channel.refuse(
      new BridgeError(
        'START',
        `it is ${hello.mode === 'strategy' ? 'a' : 'an'} ${hello.mode}, not ${mode === 'strategy' ? 'a' : 'an'} ${mode}`,
      ),
    );
  }
  return hello;
}

/** The last part, after WELCOME was sent. */
export function receiveReady(channel: Channel): Ready {
  return read(channel, FrameType.ready, 'READY', readySchema);
}

function read<T>(channel: Channel, type: FrameType, name: string, schema: z.ZodType<T>): T {
  const frame: Frame = channel.receive();
  if (frame.type !== type)
    channel.refuse(new BridgeError('TYPE', `sent a frame of type ${frame.type} in place of ${name}`));
  let meta: unknown;
  try {
    meta = unpackMeta(frame.meta);
  } catch (error) {
    channel.refuse(error as BridgeError);
  }
  const parsed = schema.safeParse(meta);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  channel.refuse(new BridgeError('BAD_META', `${[name, ...path].join('.')}: ${message}`));
}

function otherLayout(hello: Hello): BridgeError {
  const difference =
    layoutDifference(hello.layout) ||
    (schemaHash(hello.layout) === hello.schema
      ? 'written otherwise'
      : `its hash ${hello.schema} is not of what it says`);
  const message = `its tickwright ${hello.library} has another wire layout (${difference})`;
  return new BridgeError('SCHEMA', `${message}: install the Python package of the same release`);
}

/** Digests have one length, so nothing tells how much was right. */
function sameText(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest();
  return timingSafeEqual(digest(one), digest(other));
}
