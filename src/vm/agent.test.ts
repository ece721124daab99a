import { describe, expect, it } from 'vitest';
import { AgentError } from '../core/errors.js';
import { Agent, type ExecResult } from './agent.js';

const bytes = (text: string) => new TextEncoder().encode(text);

/** An agent's host end, with what it sent and how its commands ended. */
function session(accept = Number.POSITIVE_INFINITY) {
  const state = { sent: '', ready: 0 };
  const agent = new Agent(
    () => {
      state.ready++;
    },
    () => {},
  );
  const flush = () =>
    agent.type((line) => {
      const taken = Math.min(accept, line.length);
      state.sent += new TextDecoder().decode(line.subarray(0, taken));
      return taken;
    });
  const run = (command: string) => {
    let forget = () => {};
    const result = new Promise<ExecResult>((resolve, reject) => {
      forget = agent.run(command, { resolve, reject });
    });
    flush();
    return { result, forget: () => forget() };
  };
  const greet = () => {
    agent.receive(bytes('HARTWOOD-AGENT 1\n'));
    flush();
  };
  return { agent, state, flush, run, greet };
}

describe('the agent protocol', () => {
  it('sends nothing before the greeting, then every command as a line of base64', () => {
    const { state, run, greet } = session();
    void run('echo ä');
    expect(state.sent).toBe('');
    greet();
    expect(state.ready).toBe(1);
    expect(state.sent).toBe(`1 ${Buffer.from('echo ä').toString('base64')}\n`);
  });

  it('carries binary output and status, in pieces of any size, in any order', async () => {
    const { agent, run, greet } = session();
    greet();
    const [first, second] = [run('a'), run('b')];
    const output = Uint8Array.from({ length: 256 }, (_, i) => i);
    const wire = [...bytes('2 3 256 2\n'), ...output, ...bytes('e!'), ...bytes('1 0 0 0\n')];
    for (const byte of wire) agent.receive(Uint8Array.of(byte));
    const result = await second.result;
    expect(result).toMatchObject({ status: 3, stderr: 'e!' });
    expect([...result.stdoutBytes]).toEqual([...output]);
    expect(await first.result).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('sends a line in as many pieces as the line takes', () => {
    const { state, flush, run, greet } = session(3);
    greet();
    void run('echo 12345');
    for (let i = 0; i < 20; i++) flush();
    expect(state.sent).toBe(`1 ${btoa('echo 12345')}\n`);
  });

  it('drops the answer to a forgotten command, and its bytes with it', async () => {
    const { agent, run, greet } = session();
    greet();
    run('a').forget();
    const second = run('b');
    agent.receive(bytes('1 0 6 0\n2 0 0\n2 0 3 0\nabc'));
    expect((await second.result).stdout).toBe('abc');
  });

  it('hands on what the agent refuses', async () => {
    const { agent, run, greet } = session();
    greet();
    const { result } = run('a');
    agent.receive(bytes('1 error the command is longer than 131000 bytes\n'));
    await expect(result).rejects.toThrow(AgentError);
    await expect(result).rejects.toThrow(/longer than 131000/);
  });

  it('fails what ran when the agent starts anew, and sends what had not been sent', async () => {
    const { agent, state, flush, run, greet } = session();
    greet();
    const lost = run('a');
    agent.run('b', { resolve: () => {}, reject: () => {} });
    agent.receive(bytes('HARTWOOD-AGENT 1\n'));
    await expect(lost.result).rejects.toThrow(/started anew/);
    flush();
    expect(state.sent.split('\n')[1]).toBe(`2 ${btoa('b')}`);
  });

  it('fails everything when the guest reboots, and waits for the next greeting', async () => {
    const { agent, run, greet } = session();
    greet();
    const { result } = run('a');
    agent.reset();
    await expect(result).rejects.toThrow(/rebooted/);
    expect(agent.ready).toBe(false);
  });

  it('passes over lines that are none of its protocol', async () => {
    const { agent, run, greet } = session();
    agent.receive(bytes(`noise\n${'x'.repeat(10_000)}\n9 9 99999999999 0\n? error huh\n`));
    greet();
    const { result } = run('a');
    agent.receive(bytes('1 0 1 0\nz'));
    expect((await result).stdout).toBe('z');
  });

  it('takes no buffer for bytes that nobody waits for, and refuses more than becomes text', async () => {
    const { agent, run, greet } = session();
    greet();
    const { result } = run('a');
    agent.receive(bytes('7 0 4 0\n'));
    agent.receive(bytes('1 0\n'));
    const refused = expect(result).rejects.toThrow(/536870912 bytes; exec takes 268435456/);
    agent.receive(bytes('1 0 536870912 0\n'));
    await refused;
  });

  it('does not send a command that was given up before the agent listened', async () => {
    const { run, greet, state } = session();
    const { forget } = run('a');
    forget();
    greet();
    expect(state.sent).toBe('');
  });
});
