import { showConsoles, typeOnConsole } from './console-connection.js';
import { ExitStatus, Interruption, outcomeOf, statusOf } from './exit-status.js';
import { begin, type Machine } from './machine.js';
import { asError, type Limits, type Outcome } from './outcome.js';
import { followTerminalSize } from './terminal-size.js';

/** Connects the guest's consoles until the machine ends; `leave` stops a machine that has not. */
export async function converse(
  machine: Machine,
  limits: Limits,
  abort: AbortController,
  leave: () => Promise<void>,
): Promise<Outcome> {
  const { vm, options, isRestored } = machine;
  const output = options.json ? process.stderr : process.stdout;
  const prompt = isRestored && vm.console.atPrompt ? lastLine(vm.console.tail) : undefined;
  const shown = showConsoles(vm, output);
  const quit = () => abort.abort(new Interruption('left by Ctrl-A X', ExitStatus.Ok));
  const unfollow = followTerminalSize(vm, [output, process.stderr]);
  const disconnect = options.input
    ? typeOnConsole(machine, process.stdin, process.stderr, quit)
    : () => {};
  try {
    if (prompt !== undefined) {
      // The shell has printed it long ago, and waits; the kernel has said meanwhile that it is another machine.
      // It may ask where the cursor is: a terminal that is not raw yet would show the answer.
      await new Promise((resolve) => setImmediate(resolve));
      output.write(prompt);
    }
    await begin(machine);
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

/** Where is the cursor? Busybox asks behind its prompt; it has asked, and goes on without an answer. */
const ASKS = '\x1b[6n';

/** The last line of what a console printed, as bytes. */
function lastLine(printed: string): Uint8Array {
  const line = printed.slice(printed.lastIndexOf('\n') + 1);
  return Buffer.from(line.endsWith(ASKS) ? line.slice(0, -ASKS.length) : line, 'latin1');
}
