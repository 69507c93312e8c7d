/**
 * `tickwright serve-environment`: what the Python package starts for an environment or a pull loop.
 * Knows nothing of simulations. Called by the program; not meant for people, so its help does not list it.
 */
import { Command } from 'commander';
import { serveEnvironment } from '../python/environment.js';
import { ParentChannel } from '../python/parent-channel.js';
import { openEnvironment } from '../run-file/environment-run.js';
import { collect, wholeNumber } from './option-values.js';
import { tellingThePeer } from './told-peer.js';

interface Options {
  readonly set?: readonly string[];
  readonly seed?: number;
  readonly strategy?: string;
}

export function serveEnvironmentCommand(): Command {
  return new Command('serve-environment')
    .description('Be the simulator of a Python environment, on the descriptors that TICKWRIGHT_FDS names.')
    .argument('<runfile>', 'what to run, as often as the environment is reset')
    .option('--set <path=value>', 'change one field of the run file; may be given several times', collect)
    .option('--seed <number>', 'seed of runs that are reset without one', wholeNumber(0))
    .option('--strategy <name>', 'whose place the agent takes; default: the only one in Python, else nobody’s')
    .addHelpText(
      'after',
      `
Example (in Python, which starts this):
  env = tickwright.Env("run.yaml", features=["mid", "spread"], action=tickwright.spaces.Target(-1, 0, 1))`,
    )
    .action(serve);
}

async function serve(path: string, { set, seed, strategy }: Options): Promise<void> {
  const channel = new ParentChannel();
  await tellingThePeer(channel, async () => {
    const overrides = { ...(set !== undefined && { set }), ...(seed !== undefined && { seed }) };
    await serveEnvironment(channel, await openEnvironment(path, overrides, strategy));
  });
}
