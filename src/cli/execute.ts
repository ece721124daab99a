import { HartwoodError, VmStoppedError } from '../core/errors.js';
import type { Vm } from '../vm/vm.js';
import { drained } from './console-connection.js';
import { ConsoleTail } from './console-tail.js';
import { Interruption, statusOf } from './exit-status.js';
import { begin, type Machine } from './machine.js';
import { asError, type Limits, type Outcome } from './outcome.js';
import type { RunOptions } from './run-options.js';

/** What is done in the guest before its command and after it, within the same limits. */
export interface Around {
  readonly before: (limits: Limits) => Promise<void>;
  readonly after: (limits: Limits) => Promise<void>;
}

/** Runs one command in the guest and prints what it writes; `leave` stops the machine. */
export async function execute(
  machine: Machine,
  command: string,
  limits: Limits,
  leave: () => Promise<void>,
  around: Around,
): Promise<Outcome> {
  const { vm, options } = machine;
  const output = options.json ? process.stderr : process.stdout;
  const tail = new ConsoleTail(vm);
  await begin(machine);
  try {
    await machine.untouched;
    await around.before(limits);
    const status = await runCommand(vm, command, output, options.clock, limits);
    await around.after(limits);
    await leave();
    return { status };
  } catch (error) {
    await leave();
    if (error instanceof Interruption) return { status: error.status };
    await tail.ended;
    const died = error instanceof VmStoppedError ? tail.lastWords() : undefined;
    return { status: statusOf(error), complaint: withWords(asError(error), died) };
  }
}

/** Runs a command in the guest, its input empty, and shows what it writes; its status. */
export async function runCommand(
  vm: Vm,
  command: string,
  output: NodeJS.WriteStream,
  clock: RunOptions['clock'],
  limits: Limits,
): Promise<number> {
  if (clock === 'virtual') {
    // Output as it comes holds the guest up now and then: time would pass otherwise with each run.
    const result = await vm.exec(command, limits);
    output.write(result.stdoutBytes);
    process.stderr.write(result.stderrBytes);
    return result.status;
  }
  const running = vm.spawn(command, limits);
  // Its failure is told below, when what was printed before has been shown.
  running.status.catch(() => {});
  void running.stdin.close();
  await Promise.allSettled([print(running.stdout, output), print(running.stderr, process.stderr)]);
  return await running.status;
}

async function print(
  stream: ReadableStream<Uint8Array>,
  output: NodeJS.WriteStream,
): Promise<void> {
  for await (const bytes of stream) {
    if (output.destroyed) return;
    if (!output.write(bytes)) await drained(output);
  }
}

function withWords(error: Error, words: string | undefined): Error {
  if (words === undefined || !(error instanceof HartwoodError)) return error;
  return new HartwoodError(error.code, `${error.message}: ${words}`, { cause: error });
}
