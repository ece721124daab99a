import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { hexOf } from '../../src/debug/hex.js';
import { packetOf } from '../../src/debug/packet.js';
import { ERROR_MARK, TRANSLATES } from '../../src/debug/translate-words.js';
import { hartwood, type Run } from './hartwood.js';

const hexOfText = (text: string) => hexOf(new TextEncoder().encode(text));

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

/** Runs `hartwood translate` with a server that says it is Hartwood's, and answers the walk as it likes. */
async function translate(
  features: string,
  answer: (socket: Socket) => void,
  ...args: string[]
): Promise<Run> {
  const server = createServer((socket) => {
    ended.push(() => socket.destroy());
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const asked = bytes.toString('latin1');
      if (asked.includes('qSupported')) socket.write(packetOf(features));
      else if (asked.includes('$Hg')) socket.write(packetOf('OK'));
      else if (asked.includes('qRcmd')) answer(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  ended.push(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return hartwood(['translate', '--gdb', String(port), '0', ...args]);
}

const says = (text: string) => (socket: Socket) => socket.write(packetOf(hexOfText(text)));

/** Pieces of output with nothing in them, for ever. */
function nothings(socket: Socket): void {
  const more = Buffer.concat(Array.from({ length: 1000 }, () => packetOf('O')));
  const go = () => {
    if (socket.destroyed) return;
    if (socket.write(more)) setImmediate(go);
    else socket.once('drain', go);
  };
  go();
}

describe('a server that is not what it says', () => {
  it('ends no line and drives no terminal by its errors', async () => {
    const said = `${ERROR_MARK}\x1b[2Jno walk\nhartwood: all is well\n`;
    expect(await translate(TRANSLATES, says(said))).toEqual({
      status: 2,
      stdout: '',
      stderr: 'hartwood: ?[2Jno walk\n',
    });
    const refused = await translate('E.\x1b[2Jgo\naway', () => {});
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr).toMatch(
      /^hartwood: the machine at \S+ cannot be asked: \?\[2Jgo away; .*\n$/,
    );
  });

  it('drives no terminal by its figures', async () => {
    expect(await translate(TRANSLATES, says('\x1b]0;title\x07\n'))).toEqual({
      status: 0,
      stdout: '?]0;title?\n',
      stderr: '',
    });
  });

  it('does not pass for JSON what is none', async () => {
    const run = await translate(TRANSLATES, says('no JSON\n'), '--json');
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(JSON.parse(run.stderr)).toEqual({
      error: { code: 'configuration', message: "the machine's answer is no JSON", status: 2 },
    });
    const spread = await translate(TRANSLATES, says('{"entries":\n[]}\n'), '--json');
    expect(spread).toEqual({ status: 0, stdout: '{"entries":[]}\n', stderr: '' });
  });

  it('is left when its answer has no end', async () => {
    const run = await translate(TRANSLATES, nothings);
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toContain("does not understand 'translate 0 --access read'");
  });
});
