import { describe, expect, it } from 'vitest';
import { FakeAgent } from '../../../test/fake-agent.js';
import {
  COMMANDS_MOST,
  FILES_MOST,
  FRAME_MOST,
  Kind,
  OUTPUT_WINDOW,
  PAYLOAD_MOST,
  STDIN_WINDOW,
  ToGuest,
  ToHost,
} from '../../guest/agent/protocol.js';
import type { ChannelListener, End } from './channel.js';

/** A channel of a fake agent, and what its listener was told. */
function opened(fake: FakeAgent, ...args: string[]) {
  return openedAs(fake, Kind.COMMAND, args);
}

function openedAs(fake: FakeAgent, kind: (typeof Kind)[keyof typeof Kind], args: string[]) {
  const told = { ends: [] as End[], lost: [] as string[], output: '', closed: 0 };
  const listener: ChannelListener = {
    output: (_, bytes) => {
      told.output += new TextDecoder().decode(bytes);
    },
    inputClosed: () => {
      told.closed++;
    },
    ended: (end) => told.ends.push(end),
    lost: (error) => told.lost.push(error.message),
  };
  const opening = { kind, detail: 1, arguments: args };
  return { told, channel: fake.agent.open(opening, listener) };
}

function greeted(): FakeAgent {
  const fake = new FakeAgent();
  fake.greet();
  return fake;
}

describe('the handshake', () => {
  it('sends nothing before an agent greets, and then a SYNC that it must answer', () => {
    const fake = new FakeAgent();
    opened(fake, 'a', '');
    expect(fake.flush()).toEqual([]);
    fake.hello();
    expect(fake.flush().map(({ type }) => type)).toEqual([ToGuest.SYNC]);
    fake.hello(12345n);
    expect([fake.agent.ready, fake.flush()]).toEqual([false, []]);
    fake.answerSync();
    expect([fake.agent.ready, fake.ready]).toEqual([true, 1]);
    expect(fake.opened()).toEqual([
      { channel: 1, kind: Kind.COMMAND, detail: 1, arguments: ['a', ''] },
    ]);
  });

  it('asks an agent that opens the port, too', () => {
    const fake = new FakeAgent();
    fake.agent.opened(true);
    fake.answerSync();
    expect(fake.agent.ready).toBe(true);
  });

  it('drops frames of before', () => {
    const fake = greeted();
    const { told, channel } = opened(fake, 'a', '');
    fake.flush();
    fake.agent.resync();
    fake.output(channel.number, 'old');
    fake.exit(channel.number);
    expect(told).toMatchObject({ ends: [], output: '', lost: [expect.stringMatching(/anew/)] });
  });

  it('fills up a frame that is half sent when it begins anew', () => {
    const fake = greeted();
    let zeros = 0;
    fake.agent.resync();
    fake.agent.type((bytes) => {
      zeros += bytes.findIndex((byte) => byte !== 0);
      return bytes.length;
    });
    expect(zeros).toBe(FRAME_MOST);
  });

  it('goes on with the next agent, which gets what waited but not what ran', () => {
    const fake = greeted();
    const ran = opened(fake, 'a', '');
    fake.flush();
    const waits = opened(fake, 'b', '');
    fake.hello();
    expect(ran.told.lost).toEqual(['the guest agent was started anew']);
    fake.answerSync();
    expect(fake.opened().map(({ arguments: [command] }) => command)).toEqual(['a', 'b']);
    fake.exit(2, 5);
    expect(waits.told.ends).toEqual([{ kind: 'exit', status: 5 }]);
  });

  it('loses what ran when the port was closed and is opened again', () => {
    const fake = greeted();
    const ran = opened(fake, 'a', '');
    fake.flush();
    fake.agent.opened(false);
    expect([ran.told.lost, fake.agent.ready]).toEqual([[], false]);
    fake.agent.opened(true);
    expect(ran.told.lost).toEqual(['the guest agent was started anew']);
    fake.answerSync();
    expect(fake.agent.ready).toBe(true);
  });

  it('loses everything when the guest reboots', () => {
    const fake = greeted();
    const ran = opened(fake, 'a', '');
    fake.flush();
    const waits = opened(fake, 'b', '');
    fake.agent.reset();
    for (const { told } of [ran, waits]) {
      expect(told.lost).toEqual(['the guest rebooted before the command ended']);
    }
  });

  it('refuses an agent of another version', async () => {
    const fake = new FakeAgent();
    const waits = opened(fake, 'a', '');
    fake.hello(0n, 9);
    expect(waits.told.lost).toEqual(['the guest agent speaks version 9 of the protocol, not 1']);
    const later = opened(fake, 'b', '');
    await expect.poll(() => later.told.lost).toHaveLength(1);
  });
});

describe('channels', () => {
  it('are open 16 at once; more wait for their turn', () => {
    const fake = greeted();
    const all = Array.from({ length: COMMANDS_MOST + 2 }, (_, n) => opened(fake, `${n}`, ''));
    expect(fake.opened()).toHaveLength(COMMANDS_MOST);
    fake.exit(3);
    expect(fake.opened().at(-1)?.arguments[0]).toBe(`${COMMANDS_MOST}`);
    expect(all[2]?.told.ends).toEqual([{ kind: 'exit', status: 0 }]);
  });

  it('for files are others than those for commands', () => {
    const fake = greeted();
    for (let n = 0; n < COMMANDS_MOST + 1; n++) opened(fake, `${n}`, '');
    for (let n = 0; n < FILES_MOST + 1; n++) openedAs(fake, Kind.READ, [`/${n}`]);
    expect(fake.opened()).toHaveLength(COMMANDS_MOST + FILES_MOST);
    fake.exit(COMMANDS_MOST + 1);
    fake.exit(1);
    expect(
      fake
        .opened()
        .slice(-2)
        .map(({ kind }) => kind),
    ).toEqual([Kind.COMMAND, Kind.READ]);
  });

  it('send long arguments in pieces', () => {
    const fake = greeted();
    const command = 'x'.repeat(3 * PAYLOAD_MOST);
    opened(fake, command, '', 'A=1');
    expect(fake.opened()[0]?.arguments).toEqual([command, '', 'A=1']);
  });

  it('are not confused by a line that takes little at a time', () => {
    const fake = greeted();
    fake.room = 3;
    opened(fake, 'first', '');
    opened(fake, 'second', '');
    for (let i = 0; i < 100; i++) fake.flush();
    expect(fake.opened().map(({ arguments: [command] }) => command)).toEqual(['first', 'second']);
  });

  it('that are given up unsent are not sent, else killed', () => {
    const fake = new FakeAgent();
    fake.agent.close(opened(fake, 'a', '').channel);
    fake.greet();
    expect(fake.opened()).toEqual([]);
    const { channel, told } = opened(fake, 'b', '');
    fake.flush();
    fake.agent.close(channel);
    expect(fake.sent(ToGuest.KILL)).toMatchObject([
      { channel: 1, payload: Uint8Array.of(9, 0, 0, 0) },
    ]);
    fake.output(1, 'late');
    fake.exit(1, 137);
    expect(told).toMatchObject({ ends: [], output: '' });
  });

  it('take a number again only when the agent has ended it', () => {
    const fake = greeted();
    const { channel } = opened(fake, 'a', '');
    fake.flush();
    fake.agent.close(channel);
    for (let i = 2; i <= 0xffff; i++) {
      opened(fake, 'b', '');
      fake.flush();
      fake.exit(fake.frames.at(-1)?.channel ?? 0);
      fake.frames.length = 0;
    }
    opened(fake, 'c', '');
    expect(fake.opened()[0]?.channel).toBe(2);
  });
});

describe('flow', () => {
  it('sends as much input as the window has, and more with credit', async () => {
    const fake = greeted();
    const { channel } = opened(fake, 'a', '');
    let done = false;
    const written = channel.write(new Uint8Array(STDIN_WINDOW + 100)).then(() => {
      done = true;
    });
    channel.end();
    const bytes = () =>
      fake.sent(ToGuest.STDIN).reduce((sum, { payload }) => sum + payload.length, 0);
    expect(bytes()).toBe(STDIN_WINDOW);
    expect([done, fake.sent(ToGuest.STDIN_END)]).toEqual([false, []]);
    fake.sendWords(ToHost.CREDIT, 1, 60);
    expect(bytes()).toBe(STDIN_WINDOW + 60);
    fake.sendWords(ToHost.CREDIT, 1, 60);
    expect(bytes()).toBe(STDIN_WINDOW + 100);
    expect(fake.sent(ToGuest.STDIN_END)).toHaveLength(1);
    await written;
  });

  it('gives credit for output only when its reader is done with it', () => {
    const fake = greeted();
    const { channel } = opened(fake, 'a', '');
    fake.flush();
    for (let sent = 0; sent < OUTPUT_WINDOW; sent += 16 * 1024) {
      fake.output(1, new Uint8Array(16 * 1024));
    }
    expect(fake.sent(ToGuest.CREDIT)).toEqual([]);
    channel.giveBack(ToHost.STDOUT, OUTPUT_WINDOW / 2);
    expect(fake.sent(ToGuest.CREDIT)).toMatchObject([{ channel: 1 }]);
    fake.output(1, new Uint8Array(16 * 1024));
  });

  it('serves all channels in turn', () => {
    const fake = greeted();
    const [first, second] = [opened(fake, 'a', ''), opened(fake, 'b', '')];
    void first.channel.write(new Uint8Array(STDIN_WINDOW));
    void second.channel.write(new Uint8Array(10));
    const order = fake.flush().filter(({ type }) => type === ToGuest.STDIN);
    expect(order.map(({ channel }) => channel).slice(0, 2)).toEqual([1, 2]);
  });

  it('drops the input that nobody reads any more', async () => {
    const fake = greeted();
    const { channel, told } = opened(fake, 'a', '');
    const written = channel.write(new Uint8Array(2 * STDIN_WINDOW));
    fake.flush();
    fake.send(ToHost.STDIN_CLOSED, 1);
    await written;
    expect(told.closed).toBe(1);
  });
});

describe('an agent that lies', () => {
  const lies: [string, (fake: FakeAgent) => void, RegExp][] = [
    [
      'sends more than it has credit for',
      (fake) => {
        for (let i = 0; i < 9; i++) fake.output(1, new Uint8Array(PAYLOAD_MOST));
      },
      /more than it had credit for/,
    ],
    ['took what it was not sent', (fake) => fake.sendWords(ToHost.CREDIT, 1, 1), /more input/],
    ['tells an impossible status', (fake) => fake.exit(1, 256), /an exit status of 256/],
    ['sends noise', (fake) => fake.agent.receive(new Uint8Array(50).fill(7)), /of type 7/],
  ];

  it.each(lies)('%s: what ran fails, and an honest one goes on', (_, lie, reason) => {
    const fake = greeted();
    const { told } = opened(fake, 'a', '');
    fake.flush();
    lie(fake);
    expect(told.lost).toEqual([expect.stringMatching(reason)]);
    expect(fake.agent.ready).toBe(false);
    fake.answerSync();
    const next = opened(fake, 'b', '');
    fake.flush();
    fake.exit(2, 4);
    expect(next.told.ends).toEqual([{ kind: 'exit', status: 4 }]);
  });

  it('about channels that are not there is not listened to', () => {
    const fake = greeted();
    for (let i = 0; i < 1000; i++) fake.output(i, new Uint8Array(PAYLOAD_MOST));
    fake.exit(9);
    fake.sendWords(ToHost.FAILED, 9, 2, 1);
    expect([fake.agent.ready, fake.flush()]).toEqual([true, []]);
  });
});
