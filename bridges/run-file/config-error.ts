/**
 * The error of a configuration: what the user wrote is at fault, not the data or the machine.
 * Knows nothing of exit codes. Thrown by the run file and the plug-in loader; the command line answers it with code 2.
 */
import { OneLineError } from '../one-line-error.js';

export class ConfigError extends OneLineError {
  override readonly name = 'ConfigError';
}

/** Runs `make`; what it refuses with a `RangeError` is the configuration's fault, and says where. */
export function within<T>(place: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigError(`${place}: ${error.message}`, { cause: error });
    throw error;
  }
}
