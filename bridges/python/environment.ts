/**
 * The simulator's side of an environment: one peer, as many runs as it asks for, an agent's seat in each of them.
 * Knows nothing of run files or of how frames travel. Called by the command that Python starts.
 */
import { z } from 'zod';
import { RunError } from '../../core/simulation.js';
import type { Strategy } from '../../core/strategy.js';
import type { FeatureDefinition } from '../../strategies/features/feature.js';
import { FeatureSet } from '../../strategies/features/feature-set.js';
import { type Attention, attentionOf } from './attention.js';
import { type BarWish, barWishes } from './bar-wishes.js';
import { BridgeError } from './bridge-error.js';
import type { Channel } from './channel.js';
import { unpackMeta } from './frame.js';
import { type Ready, shakeHands } from './handshake.js';
import type { RawReply } from './journal.js';
import type { Line } from './line.js';
import { ParentGone } from './parent-channel.js';
import { type RemoteEntry, type RemoteRun, welcomeOf } from './python-strategies.js';
import { RemoteStrategy, RunReset } from './remote-strategy.js';
import { FrameType } from './wire-layout.js';

const resetSchema = z.object({ seed: z.int().min(0).optional() });

/** What an environment is of. */
export interface EnvironmentOf {
  readonly agent: Pick<RemoteEntry, 'name' | 'params' | 'instruments' | 'slow'>;
  /** The seed is that of runs for which the peer gives none. */
  readonly run: Pick<RemoteRun, 'name' | 'seed' | 'originNs'>;
  /** The features that READY names; may throw. */
  features(
    names: readonly string[],
  ): Promise<{ readonly names: readonly string[]; readonly definitions: readonly FeatureDefinition[] }>;
  /** One run from its first event to its last, with `agent` in its place. Throws `RunError`. */
  simulate(agent: Strategy, seed: number): void;
}

/**
 * Serves the peer until it closes its end. Throws {@link BridgeError} for what it must not send and for a run that failed; it
 * has been told then, and the channel is closed.
 */
export async function serveEnvironment(channel: Channel, environment: EnvironmentOf): Promise<void> {
  const { agent, run } = environment;
  try {
    const ready = shakeHands(channel, welcomeOf(agent, run), { mode: 'environment' });
    const { attention, features, bars } = await wishes(channel, environment, ready);
    const line = new EnvironmentLine(channel);
    let reset = awaitReset(channel);
    for (;;) {
      const seed = seedOf(channel, reset) ?? run.seed;
      const strategy = new RemoteStrategy({ line, attention, features, slow: agent.slow, bars });
      reset = episode(channel, line, () => environment.simulate(strategy, seed)) ?? awaitReset(channel);
    }
  } catch (error) {
    // Closing its end, at whatever request, is how a peer says that it has had enough.
    if (!(error instanceof ParentGone)) throw error;
  } finally {
    channel.close();
  }
}

/** What READY asks for, made. Whatever is wrong with it is told to the peer. */
async function wishes(
  channel: Channel,
  { features, agent, run }: EnvironmentOf,
  ready: Ready,
): Promise<{ attention: Attention; features: FeatureSet | undefined; bars: readonly BarWish[] }> {
  try {
    const attention = attentionOf(ready);
    const { names, definitions } = await features(ready.features);
    const bars = barWishes(ready.bars ?? [], attention, agent.instruments, run.originNs);
    return { attention, features: names.length === 0 ? undefined : new FeatureSet(names, definitions), bars };
  } catch (error) {
    channel.refuse(error instanceof BridgeError ? error : new BridgeError('FEATURE', messageOf(error)));
  }
}

/** Runs once; gives the RESET that ended it early, if one did. */
function episode(channel: Channel, line: EnvironmentLine, simulate: () => void): RunReset | undefined {
  try {
    simulate();
    return undefined;
  } catch (error) {
    const cause = error instanceof RunError ? error.cause : error;
    if (cause instanceof RunReset) return cause;
    if (line.broken) throw cause;
    channel.refuse(cause instanceof BridgeError ? cause : new BridgeError('RUN', messageOf(error)));
  }
}

/** The RESET that must come first, and after a reply to STOP. */
function awaitReset(channel: Channel): RunReset {
  const { type, meta } = channel.receive();
  if (type !== FrameType.reset) {
    channel.refuse(new BridgeError('TYPE', `sent a frame of type ${type} where only RESET may come`));
  }
  try {
    return new RunReset(unpackMeta(meta));
  } catch (error) {
    channel.refuse(error as BridgeError);
  }
}

function seedOf(channel: Channel, { request }: RunReset): number | undefined {
  const parsed = resetSchema.safeParse(request);
  if (parsed.success) return parsed.data.seed;
  const { path, message } = parsed.error.issues[0]!;
  channel.refuse(new BridgeError('BAD_META', `${['RESET', ...path].join('.')}: ${message}`));
}

/** One line. */
function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().replace(/\s*\n\s*/g, ' ');
}

/** The peer stays after the end of a run. */
class EnvironmentLine implements Line {
  /** The channel has failed: the peer knows, or is gone. */
  broken = false;
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  ask(frame: Uint8Array): void {
    this.broken = true;
    this.#channel.send(frame);
    this.broken = false;
  }

  answer(): RawReply {
    this.broken = true;
    const reply = this.#channel.receive();
    this.broken = false;
    return reply;
  }

  finish(): void {}
}
