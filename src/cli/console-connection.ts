import type { ReadStream } from 'node:tty';
import type { Console } from '../vm/console.js';
import type { Vm } from '../vm/vm.js';
import type { Machine } from './machine.js';
import { EscapeKeys, rawTerminal } from './terminal.js';

/** End of transmission: what a terminal sends for Ctrl-D. */
const EOT = Uint8Array.of(4);

/**
 * Copies what a guest prints, on its shell's terminal and in its kernel's log, to `output`, at its pace.
 * Resolves when both have ended, or nobody reads the output any more.
 */
export async function showConsoles(vm: Vm, output: NodeJS.WriteStream): Promise<void> {
  await Promise.all([vm.serial, vm.terminal].map((console) => show(console, output)));
}

async function show(console: Console, output: NodeJS.WriteStream): Promise<void> {
  for await (const bytes of console.output) {
    if (output.destroyed) return;
    if (!output.write(bytes)) await drained(output);
  }
}

/** Resolves when a stream takes more, or never will. */
export function drained(output: NodeJS.WriteStream): Promise<void> {
  if (output.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const go = () => {
      output.off('drain', go);
      output.off('close', go);
      resolve();
    };
    output.on('drain', go);
    output.on('close', go);
  });
}

/**
 * Types what comes from `input` on the guest's console. A terminal is put into raw mode and has the
 * escape keys. A pipe or file is typed as it comes, or if the guest `prompts` behind the first prompt,
 * and its end, even of nothing at all, behind the next one as Ctrl-D.
 *
 * Returns how to disconnect, which leaves the terminal as it was.
 */
export function typeOnConsole(
  { vm, prompts, untouched }: Pick<Machine, 'vm' | 'prompts' | 'untouched'>,
  input: ReadStream,
  messages: NodeJS.WriteStream,
  quit: () => void,
): () => void {
  const writer = vm.console.input.getWriter();
  if (input.isTTY) {
    const leave = () => {
      // The next prompt is not to stand behind the guest's.
      messages.write('\r\n');
      quit();
    };
    const keys = new EscapeKeys(leave, (text) => messages.write(text));
    const restore = rawTerminal(input, messages);
    const typed = (bytes: Uint8Array) => {
      const passed = keys.filter(bytes);
      if (passed.length === 0) return;
      if (untouched === undefined) void writer.write(passed);
      else void untouched.then(() => writer.write(passed));
    };
    input.on('data', typed);
    return () => {
      input.off('data', typed);
      input.pause();
      restore();
    };
  }
  let connected = true;
  const feed = async () => {
    if (prompts) await vm.prompted();
    await untouched;
    let typed = false;
    for await (const bytes of input) {
      if (!connected) return;
      typed = true;
      await writer.write(bytes as Uint8Array);
    }
    if (!prompts) return;
    // Typed earlier, it would end the input of a command instead of the shell's.
    if (typed) await vm.prompted();
    await writer.write(EOT);
  };
  // Standard input that fails is input that ends; a guest that died has said so elsewhere.
  feed().catch(() => {});
  return () => {
    connected = false;
    input.destroy();
  };
}
