import { expect, it } from 'vitest';
import { FakeAgent } from '../../../test/fake-agent.js';
import { AgentError } from '../../core/errors.js';
import { ToGuest, ToHost } from '../../guest/agent/protocol.js';
import { tarEnd, tarHeader } from '../../guest/tar/writer.js';
import { realClock } from '../clock.js';
import { Waits } from '../waits.js';
import { GuestCommands } from './commands.js';

/** A copy of one regular file out of a guest, whose `tar` the test plays on channel 2. */
async function copying(visit: 'read' | 'pass' | 'leave') {
  const fake = new FakeAgent();
  const waits = new Waits(
    realClock(),
    () => 0n,
    () => {},
  );
  const guest = new GuestCommands(fake.agent, waits);
  fake.greet();
  const run = async () => {
    const paths = [];
    for await (const { path, content } of guest.files.copyOut('/etc/link')) {
      paths.push(path);
      if (visit === 'leave') break;
      if (visit === 'read') for await (const _ of content?.() ?? []);
    }
    return paths;
  };
  const done = run();
  done.catch(() => {});
  fake.flush();
  // A struct statx, of a regular file.
  const stat = new Uint8Array(256);
  new DataView(stat.buffer).setUint16(28, 0o100644, true);
  await expect.poll(() => fake.opened()).toHaveLength(1);
  fake.output(1, stat);
  fake.exit(1);
  await expect.poll(() => fake.opened()).toHaveLength(2);
  return { fake, done };
}

const header = (size: number) => tarHeader({ type: 'file', path: './link', mode: 0o644, size });

it.each(['read', 'pass'] as const)('says what tar says where it ends early (%s)', async (visit) => {
  const { fake, done } = await copying(visit);
  fake.output(2, header(100_000));
  fake.output(2, 'abc');
  fake.output(2, 'tar: ./link: Input/output error\n', ToHost.STDERR);
  fake.exit(2, 1);
  const message = "cannot copy '/etc/link' out of the guest: tar: ./link: Input/output error";
  await expect(done).rejects.toThrow(message);
});

it.each(['read', 'pass'] as const)(
  'fails as an agent does on a torn archive (%s)',
  async (visit) => {
    const { fake, done } = await copying(visit);
    fake.output(2, header(100_000));
    fake.exit(2);
    await expect(done).rejects.toThrow(AgentError);
    await expect(done).rejects.toThrow('holds a broken tar archive');
  },
);

it('kills a tar whose archive nobody wants to the end', async () => {
  const { fake, done } = await copying('leave');
  fake.output(2, header(100_000));
  expect(await done).toEqual(['link']);
  expect(fake.sent(ToGuest.KILL)).toHaveLength(1);
});

it('follows a link that was named itself', async () => {
  const { fake, done } = await copying('read');
  expect(fake.opened()[1]?.arguments[0]).toContain('tar -chf');
  fake.output(2, header(0));
  fake.output(2, tarEnd());
  fake.exit(2);
  expect(await done).toEqual(['link']);
});
