import type { ReadStream, WriteStream } from 'node:tty';
import { bold } from '../colours.js';
import { rawTerminal } from '../terminal.js';

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?1049l\x1b[?25h';
const HOME = '\x1b[H';
const END_OF_LINE = '\x1b[K';
const END_OF_SCREEN = '\x1b[J';
const CTRL_C = '\x03';

/** A terminal's other screen, with lines that are drawn anew now and then. */
export class Screen {
  readonly #output: WriteStream;
  readonly #leave: () => void;
  #lines: readonly string[] = [];

  /** `onQuit` is called when q or Ctrl-C is typed. */
  constructor(input: ReadStream, output: WriteStream, onQuit: () => void) {
    this.#output = output;
    const back = () => output.write(LEAVE);
    const draw = () => this.#draw();
    const read = (typed: Buffer) => {
      if (/[qQ]/.test(typed.toString()) || typed.includes(CTRL_C)) onQuit();
    };
    process.on('exit', back);
    output.write(ENTER);
    output.on('resize', draw);
    const cook = input.isTTY ? rawTerminal(input, output) : () => {};
    if (input.isTTY) input.on('data', read).resume();
    this.#leave = () => {
      process.off('exit', back);
      output.off('resize', draw);
      input.off('data', read).pause();
      cook();
      back();
    };
  }

  /** Shows lines, as many as there is room for, the second of them in bold. */
  show(lines: readonly string[]): void {
    this.#lines = lines;
    this.#draw();
  }

  #draw(): void {
    const { columns, rows } = this.#output;
    // A terminal that does not know its size says 0.
    const [width, height] = [columns || 80, rows || 24];
    const lines = this.#lines.slice(0, height).map((line, i) => {
      const text = line.slice(0, width);
      return `${i === 1 ? bold(text, this.#output) : text}${END_OF_LINE}`;
    });
    this.#output.write(`${HOME}${lines.join('\r\n')}${END_OF_SCREEN}`);
  }

  /** Leaves the terminal as it was. */
  [Symbol.dispose](): void {
    this.#leave();
  }
}
