import { expect, it } from 'vitest';
import { connectAgent } from './connect.js';

it('a line that takes no more bytes ends what waits, and what comes after', async () => {
  const cause = new Error('EPIPE');
  const connection = connectAgent({
    readable: new ReadableStream({}),
    writable: new WritableStream({
      write: () => {
        throw cause;
      },
    }),
  });
  const message = 'the line to the guest agent broke';
  await expect(connection.exec('true')).rejects.toThrow(message);
  await expect(connection.ready()).rejects.toMatchObject({ cause: { cause } });
  await connection.close();
});
