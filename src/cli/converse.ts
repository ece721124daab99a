import type { Vm } from '../vm/vm.js';
import { showConsoles, typeOnConsole } from './console-connection.js';
import { ExitStatus, Interruption, outcomeOf, statusOf } from './exit-status.js';
import { asError, type Limits, type Outcome } from './outcome.js';
import type { RunOptions } from './run-options.js';
import { followTerminalSize } from './terminal-size.js';

/**
 * Connects the guest's consoles until the machine ends; `leave` stops a machine that has not, and
 * `prompts` says whether a shell will prompt.
 */
export async function converse(
  vm: Vm,
  options: RunOptions,
  limits: Limits,
  abort: AbortController,
  leave: () => Promise<void>,
  prompts: boolean,
): Promise<Outcome> {
  const output = options.json ? process.stderr : process.stdout;
  const shown = showConsoles(vm, output);
  const quit = () => abort.abort(new Interruption('left by Ctrl-A X', ExitStatus.Ok));
  const unfollow = followTerminalSize(vm, [output, process.stderr]);
  const disconnect = options.input
    ? typeOnConsole(vm, process.stdin, process.stderr, quit, prompts)
    : () => {};
  try {
    await vm.start();
    const stop = await vm.wait(limits);
    await shown;
    return outcomeOf(stop, options.bare !== undefined);
  } catch (error) {
    await leave();
    await shown;
    if (error instanceof Interruption) return { status: error.status };
    return { status: statusOf(error), complaint: asError(error) };
  } finally {
    disconnect();
    unfollow();
  }
}
