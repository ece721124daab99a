import type { ReadStream } from 'node:tty';
import type { Vm } from '../vm/vm.js';
import { EscapeKeys, rawTerminal } from './terminal.js';

/** End of transmission: what a terminal sends for Ctrl-D. */
const EOT = Uint8Array.of(4);

/** Copies what the guest prints to `output`, at its pace; resolves when the console ends. */
export async function showConsole(vm: Vm, output: NodeJS.WriteStream): Promise<void> {
  for await (const bytes of vm.console.output) {
    if (!output.write(bytes)) await new Promise((resolve) => output.once('drain', resolve));
  }
}

/**
 * Types what comes from `input` on the guest's console. A terminal is put into raw mode and has the
 * escape keys; a pipe is typed as it comes, or if the guest `prompts` behind the first prompt, and its
 * end, behind the next one, as Ctrl-D.
 *
 * Returns how to disconnect, which leaves the terminal as it was.
 */
export function typeOnConsole(
  vm: Vm,
  input: ReadStream,
  messages: NodeJS.WriteStream,
  quit: () => void,
  prompts: boolean,
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
      if (passed.length > 0) void writer.write(passed);
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
    let any = false;
    for await (const bytes of input) {
      if (!connected) return;
      any = true;
      await writer.write(bytes as Uint8Array);
    }
    if (!any || !prompts) return;
    // Typed earlier, it would end the input of a command instead of the shell's.
    await vm.prompted();
    await writer.write(EOT);
  };
  // Standard input that fails is input that ends; a guest that died has said so elsewhere.
  feed().catch(() => {});
  return () => {
    connected = false;
    input.destroy();
  };
}
