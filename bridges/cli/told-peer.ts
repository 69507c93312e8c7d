/**
 * Errors of commands that Python starts: the peer tells them to its user, so that the terminal need not.
 * Knows nothing of any command. Called by the commands; the program only ends with their code.
 */
import { BridgeError } from '../python/bridge-error.js';
import type { Channel } from '../python/channel.js';

/** Something failed, and who started us has been told. */
export class ToldPeer extends Error {
  override readonly name = 'ToldPeer';
}

/** Does `work`; what it throws becomes an ERROR frame and a {@link ToldPeer}. */
export async function tellingThePeer(channel: Channel, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    // What the channel has thrown it has told.
    if (!(cause instanceof BridgeError)) tell(channel, cause);
    throw new ToldPeer(cause instanceof Error ? cause.message : String(cause), { cause });
  } finally {
    channel.close();
  }
}

function tell(channel: Channel, cause: unknown): void {
  const message = cause instanceof Error ? cause.message : String(cause);
  try {
    channel.refuse(new BridgeError('START', message.trim().replace(/\s*\n\s*/g, ' ')));
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
  }
}
