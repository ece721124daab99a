import { expect, test } from 'vitest';
import { ConsoleMeter } from './console-meter.js';

test('a wait ends when so many bytes have come, or with the console', async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const meter = new ConsoleMeter(readable);
  const writer = writable.getWriter();
  const all = meter.until(5);
  await writer.write(new Uint8Array(3));
  await writer.write(new Uint8Array(4));
  await all;
  expect(meter.received).toBe(7);
  const more = expect(meter.until(8)).rejects.toThrow('the console was closed');
  await writer.close();
  await more;
});
