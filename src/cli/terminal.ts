import type { ReadStream } from 'node:tty';

const CTRL_A = 1;
const HELP = [
  '',
  'Ctrl-A X       switch the machine off and leave',
  'Ctrl-A Ctrl-A  type Ctrl-A',
  'Ctrl-A H       this help',
  '',
].join('\r\n');

/** What a guest may have changed: colours, cursor, pasting, wrapping. */
const RESTORE = '\x1b[0m\x1b[?25h\x1b[?2004l\x1b[?7h';

/** Separates what is typed for the guest from what is typed for the command itself. */
export class EscapeKeys {
  #armed = false;
  readonly #quit: () => void;
  readonly #say: (text: string) => void;

  constructor(quit: () => void, say: (text: string) => void) {
    this.#quit = quit;
    this.#say = say;
  }

  /** The bytes for the guest among those typed. */
  filter(typed: Uint8Array): Uint8Array {
    const passed: number[] = [];
    for (const byte of typed) {
      if (!this.#armed) {
        if (byte === CTRL_A) this.#armed = true;
        else passed.push(byte);
        continue;
      }
      this.#armed = false;
      const key = String.fromCharCode(byte).toLowerCase();
      if (key === 'x') this.#quit();
      else if (key === 'h') this.#say(HELP);
      else if (byte === CTRL_A) passed.push(CTRL_A);
      else passed.push(CTRL_A, byte);
    }
    return Uint8Array.from(passed);
  }
}

/**
 * Switches a terminal to raw mode, so that every key reaches the guest; the function it returns
 * switches back. That happens at the process's exit too, on whatever way it comes about.
 */
export function rawTerminal(input: ReadStream, output: NodeJS.WriteStream): () => void {
  const enter = () => input.setRawMode(true);
  let raw = true;
  const leave = () => {
    if (!raw) return;
    raw = false;
    process.off('exit', leave);
    process.off('SIGCONT', enter);
    input.setRawMode(false);
    if (output.isTTY) output.write(RESTORE);
  };
  process.on('exit', leave);
  // A shell that stopped and continued us has set the terminal its own way.
  process.on('SIGCONT', enter);
  enter();
  return leave;
}
