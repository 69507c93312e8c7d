/**
 * Waits for Python strategies that run elsewhere, in a notebook or under a debugger, and says how they come here.
 * Knows nothing of sockets. Called by the `run` command.
 */
import type { Connection } from '../python/python-strategies.js';
import { listenForPeer } from '../python/socket-channel.js';
import { ConfigError } from '../run-file/config-error.js';
import { targetName } from '../run-file/python-config.js';
import type { RunFile } from '../run-file/read.js';
import { remark } from './terminal.js';

/** A name as run files write it, an equals sign, and the address. */
const NAMED = /^([A-Za-z0-9][\w.-]*)=(.+)$/;

/**
 * How each of `addresses` (`ADDRESS`, or `NAME=ADDRESS` where the run has several strategies in Python) is waited for, by the
 * strategy's name. Throws {@link ConfigError} where it is not clear which strategy is meant.
 */
export function attachedStrategies(
  { config, path }: RunFile,
  addresses: readonly string[],
): Map<string, () => Promise<Connection>> {
  const names = config.strategies.flatMap(({ python, name }, index) =>
    python === undefined ? [] : [name ?? targetName(python, `${path}: strategies.${index}.python`)],
  );
  const attached = new Map<string, () => Promise<Connection>>();
  for (const text of addresses) {
    const named = NAMED.exec(text);
    const name = named?.[1] ?? names[0];
    const there = names.length === 0 ? 'it has none in Python' : `in Python are ${names.join(', ')}`;
    if (name === undefined || !names.includes(name)) {
      throw new ConfigError(`--attach ${text}: the run has no strategy in Python named "${name ?? ''}"; ${there}`);
    }
    if (named === null && names.length > 1) {
      throw new ConfigError(`--attach ${text}: say which strategy, NAME=ADDRESS; ${there}`);
    }
    if (attached.has(name))
      throw new ConfigError(`--attach ${text}: strategy "${name}" has been given an address before`);
    attached.set(name, () => wait(name, named?.[2] ?? text));
  }
  return attached;
}

async function wait(name: string, address: string): Promise<Connection> {
  const listener = await listenForPeer({ subject: `strategy "${name}"`, address });
  const token = listener.token === undefined ? '' : `, token=${JSON.stringify(listener.token)}`;
  remark(
    `waiting for strategy "${name}"; in Python: tw.run(Class, attach=${JSON.stringify(listener.address)}${token})`,
  );
  return { channel: await listener.accepted, token: listener.token };
}
