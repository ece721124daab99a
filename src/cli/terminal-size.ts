import type { WriteStream } from 'node:tty';
import type { Vm } from '../vm/vm.js';

/**
 * Keeps the guest's terminal as large as the one of the first stream that is one (SIGWINCH tells of
 * changes); without one it stays at 80 by 24. Returns how to stop.
 */
export function followTerminalSize(vm: Vm, streams: readonly WriteStream[]): () => void {
  const terminal = streams.find((stream) => stream.isTTY);
  if (terminal === undefined) return () => {};
  const follow = () => {
    const { columns, rows } = terminal;
    // A terminal that does not know its size, as a serial line, says 0.
    if (columns > 0 && rows > 0) vm.resize(columns, rows);
  };
  follow();
  terminal.on('resize', follow);
  return () => {
    terminal.off('resize', follow);
  };
}
