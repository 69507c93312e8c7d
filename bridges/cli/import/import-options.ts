/**
 * Options that several formats share. Knows nothing of the formats. Called by their commands.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CONTRACTS } from '../../../core/index.js';
import { derivedNanos } from '../../import/csv-mapping.js';
import { decimalText } from '../option-values.js';

/** Contract terms of what is not simply worth price × quantity. */
export function terms(command: Command): Command {
  return command
    .addOption(new Option('--contract <kind>', 'linear (default) or inverse').choices(CONTRACTS))
    .option('--multiplier <units>', 'units in a quantity of 1; default 1', decimalText)
    .option('--base <currency>', 'currency code')
    .option('--quote <currency>', 'currency code')
    .option('--expiry <time>', 'of a future, e.g. 2024-12-27T08:00:00Z');
}

export function offLotLevels(otherwise: 'refuse' | 'round'): Option {
  return new Option('--off-lot-levels <what>', 'levels that are not whole lots')
    .choices(['refuse', 'round'])
    .default(otherwise);
}

export function negativeLatency(): Option {
  return new Option('--negative-latency <what>', 'local before exchange time: refuse, or move all local times')
    .choices(['refuse', 'shift'])
    .default('refuse');
}

export function localFrom(text: string): string {
  if (derivedNanos(text, 'exchange', '+') !== undefined) return text;
  throw new InvalidArgumentError('Allowed: "exchange", or "exchange + 5ms" for a delay.');
}
