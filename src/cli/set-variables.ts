import type { Command } from 'commander';
import { ConfigurationError } from '../core/errors.js';

/**
 * Runs a command; when it refuses its configuration, says which environment variables took part in it:
 * the user sees options nobody wrote.
 */
export async function withVariables(command: Command, task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    const set = command.options
      .filter((option) => command.getOptionValueSource(option.attributeName()) === 'env')
      .map(({ envVar = '' }) => `${envVar}=${process.env[envVar]}`);
    if (!(error instanceof ConfigurationError) || set.length === 0) throw error;
    throw new ConfigurationError(`${error.message} (set: ${set.join(' ')})`, { cause: error });
  }
}
