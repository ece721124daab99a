import type { Socket } from 'node:net';

/**
 * The lines that come from a socket, to its end. Who stops before has the socket still.
 *
 * @param longest bytes of a line
 * @throws RangeError for a longer one
 */
export async function* linesOf(socket: Socket, longest: number): AsyncGenerator<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  const received: AsyncIterable<Buffer> = socket.iterator({ destroyOnReturn: false });
  for await (const bytes of received) {
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(10, from);
      const piece = bytes.subarray(from, end < 0 ? bytes.length : end);
      length += piece.length;
      if (length > longest) throw new RangeError(`a line has ${longest} bytes at most`);
      pieces.push(piece);
      if (end < 0) break;
      yield Buffer.concat(pieces.splice(0)).toString();
      length = 0;
      from = end + 1;
    }
  }
}
