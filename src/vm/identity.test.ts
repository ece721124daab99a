import { describe, expect, it } from 'vitest';
import { session } from '../../test/agent-session.js';
import { AgentError } from '../core/errors.js';
import {
  ADDRESS_FAILED,
  Kind,
  NAME_FAILED,
  Step,
  TIME_FAILED,
  ToHost,
} from '../guest/agent/protocol.js';
import { parseMac } from '../machine/virtio/network/mac.js';
import { newIdentity } from './identity.js';

describe('an identity', () => {
  it('is another one each time: ID, host name and address', () => {
    const many = Array.from({ length: 100 }, () => newIdentity());
    for (const { id, hostName, mac } of many) {
      expect(id).toMatch(/^[0-9a-f]{32}$/);
      expect(hostName).toBe(`hartwood-${id.slice(0, 8)}`);
      expect((parseMac(mac)[0] ?? 0) & 3).toBe(2);
    }
    for (const name of ['id', 'hostName', 'mac'] as const) {
      expect(new Set(many.map((identity) => identity[name])).size).toBe(100);
    }
  });

  it('is the same one from the same seed', () => {
    expect(newIdentity(5n)).toEqual(newIdentity(5n));
    expect(newIdentity(5n)).not.toEqual(newIdentity(6n));
  });
});

describe('the agent', () => {
  const identity = {
    hostName: 'hartwood-01234567',
    from: '02:00:5e:10:00:01',
    to: 'fa:00:5e:10:00:02',
  };

  it('is told host name, both addresses in digits from 0x40 on, and no time', async () => {
    const { fake, guest } = session();
    const taken = guest.identify(identity);
    expect(fake.opened()).toMatchObject([
      {
        kind: Kind.IDENTITY,
        detail: 0,
        arguments: ['hartwood-01234567', '@B@@ENA@@@@AOJ@@ENA@@@@B', '@'.repeat(16)],
      },
    ]);
    fake.exit(1);
    expect(await taken).toEqual({ hostName: true, mac: true, time: true });
  });

  it('is told the time of day where it is to have another', async () => {
    const { fake, guest } = session();
    void guest.identify({ ...identity, time: 0x1234_5678_9abc_def0n }).catch(() => {});
    expect(fake.opened()).toMatchObject([
      { arguments: ['hartwood-01234567', '@B@@ENA@@@@AOJ@@ENA@@@@B', 'ABCDEFGHIJKLMNO@'] },
    ]);
  });

  it.each([
    [NAME_FAILED, { hostName: false, mac: true, time: true }],
    [ADDRESS_FAILED, { hostName: true, mac: false, time: true }],
    [TIME_FAILED, { hostName: true, mac: true, time: false }],
    [NAME_FAILED + ADDRESS_FAILED, { hostName: false, mac: false, time: true }],
  ])('tells by a status of %i what failed', async (status, result) => {
    const { fake, guest } = session();
    const taken = guest.identify(identity);
    fake.opened();
    fake.exit(1, status);
    expect(await taken).toEqual(result);
  });

  it('may refuse', async () => {
    const { fake, guest } = session();
    const taken = guest.identify(identity);
    fake.opened();
    fake.sendWords(ToHost.FAILED, 1, 22, Step.ARGUMENTS);
    await expect(taken).rejects.toThrow(AgentError);
    await expect(taken).rejects.toThrow(
      'does not take the identity: not possible with this (EINVAL)',
    );
  });
});
