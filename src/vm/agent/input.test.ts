import { describe, expect, it } from 'vitest';
import { session } from '../../../test/agent-session.js';
import { AgentError, ConfigurationError } from '../../core/errors.js';
import { OUTPUT_WINDOW, PAYLOAD_MOST, ToGuest, ToHost } from '../../guest/agent/protocol.js';
import { wordAt } from './frames.js';

/** A stream without end, and what was asked of it. */
function endless() {
  const asked = { pulls: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      asked.pulls++;
      // A source that is read on for ever fails, lest it hold this thread.
      if (asked.pulls > 10_000) controller.error(new Error('nobody stops reading'));
      else controller.enqueue(new Uint8Array(1024));
    },
    cancel: () => {
      asked.cancelled = true;
    },
  });
  return { stream, asked };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function locked(): ReadableStream<Uint8Array> {
  const stream = new ReadableStream<Uint8Array>();
  stream.getReader();
  return stream;
}

/** A stream whose pieces nobody has checked. */
function streamOfText(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue('text' as never);
      controller.close();
    },
  });
}

describe('an endless input', () => {
  it('is cancelled when the command does not read on', async () => {
    const { fake, guest } = session();
    const { stream, asked } = endless();
    const result = guest.exec('head -c 1', { stdin: stream });
    await expect.poll(() => fake.sent(ToGuest.STDIN).length).toBeGreaterThan(0);
    fake.send(ToHost.STDIN_CLOSED, 1);
    await nextTurn();
    expect(asked.cancelled).toBe(true);
    fake.exit(1);
    expect((await result).status).toBe(0);
  });

  it('is cancelled when a file takes no more', async () => {
    const { fake, guest } = session();
    const { stream, asked } = endless();
    const written = guest.files.write('/dev/full', stream);
    await expect.poll(() => fake.sent(ToGuest.STDIN).length).toBeGreaterThan(0);
    fake.send(ToHost.STDIN_CLOSED, 1);
    await nextTurn();
    expect(asked.cancelled).toBe(true);
    fake.sendWords(ToHost.FAILED, 1, 28, 0);
    await expect(written).rejects.toMatchObject({ errno: 'ENOSPC' });
  });
});

describe('an input that cannot be read', () => {
  it.each([
    ['a locked stream', locked, /the input is a stream that is locked/],
    ['a number', () => 5 as never, /an input is a string.*not number/],
  ])('%s opens nothing in the guest', async (_, stdin, message) => {
    const { fake, waits, guest } = session();
    await expect(guest.exec('cat', { stdin: stdin() })).rejects.toThrow(ConfigurationError);
    await expect(guest.files.write('/etc/passwd', stdin())).rejects.toThrow(message);
    await nextTurn();
    expect([fake.opened(), waits.any]).toEqual([[], false]);
  });

  it('leaves the file as it was if it breaks before its first byte', async () => {
    const { fake, guest } = session();
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('no such file')),
    });
    const written = guest.files.write('/etc/passwd', broken);
    fake.flush();
    await expect(written).rejects.toThrow('no such file');
    expect(fake.opened()).toEqual([]);
  });

  it('opens nothing once the write was given up', async () => {
    const { fake, guest } = session();
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const stream = new ReadableStream<Uint8Array>({
      start: (given) => {
        controller = given;
      },
    });
    const abort = new AbortController();
    const written = guest.files.write('/a', stream, { signal: abort.signal });
    fake.flush();
    controller?.enqueue(new Uint8Array(1));
    abort.abort(new Error('enough'));
    await expect(written).rejects.toThrow('enough');
    await nextTurn();
    expect(fake.opened()).toEqual([]);
  });

  it('fails its writer, and not the line, if its pieces are no bytes', async () => {
    const { fake, guest } = session();
    const message = "an input's pieces are Uint8Arrays, not string";
    const result = guest.exec('cat', { stdin: streamOfText() });
    const process = guest.spawn('cat');
    const writer = process.stdin.getWriter();
    await expect(result).rejects.toThrow(message);
    await expect(writer.write('text' as never)).rejects.toThrow(message);
    fake.flush();
    expect(fake.sent(ToGuest.STDIN)).toEqual([]);
  });
});

describe('an aborted input', () => {
  function failingSource(): ReadableStream<Uint8Array> {
    let pulls = 0;
    return new ReadableStream({
      pull: (controller) => {
        if (pulls++ === 0) controller.enqueue(new Uint8Array(10));
        else controller.error(new Error('the disk is broken'));
      },
    });
  }

  it('kills the command, which would take half for the whole', async () => {
    const { fake, guest } = session();
    const process = guest.spawn('cat > /data');
    fake.flush();
    const piped = expect(failingSource().pipeTo(process.stdin)).rejects.toThrow('disk is broken');
    await expect.poll(() => fake.sent(ToGuest.STDIN)).toHaveLength(1);
    await piped;
    await expect(process.status).rejects.toThrow(AgentError);
    await expect(process.status).rejects.toThrow('its input was aborted: the disk is broken');
    expect(fake.sent(ToGuest.KILL)).toHaveLength(1);
    expect(fake.sent(ToGuest.STDIN_END)).toEqual([]);
  });

  it('is nothing to a command that had done with it', async () => {
    const { fake, guest } = session();
    const process = guest.spawn('head -c 1; sleep 1');
    fake.flush();
    fake.send(ToHost.STDIN_CLOSED, 1);
    await process.stdin.abort(new Error('late'));
    fake.exit(1);
    expect(await process.status).toBe(0);
  });
});

it('an abandoned output is given back once', async () => {
  const { fake, guest } = session();
  const abort = new AbortController();
  const process = guest.spawn('yes', { signal: abort.signal });
  fake.flush();
  for (let sent = 0; sent < OUTPUT_WINDOW; sent += PAYLOAD_MOST) {
    fake.output(1, new Uint8Array(Math.min(PAYLOAD_MOST, OUTPUT_WINDOW - sent)));
  }
  // A cancelled stream gives back what waited in it, after the abort has done so.
  abort.abort(new Error('enough'));
  await process.stdout.cancel().catch(() => {});
  await expect(process.status).rejects.toThrow('enough');
  const credit = fake.sent(ToGuest.CREDIT).map(({ payload }) => wordAt(payload, 4));
  expect(credit.reduce((sum, bytes) => sum + bytes, 0)).toBe(OUTPUT_WINDOW);
});
