import { describe, expect, it } from 'vitest';
import { LayoutValue, PAGE_SIZE } from '../../src/core/abi.js';
import { MemoryShortageError, VmStoppedError } from '../../src/index.js';
import { newHost, startGuest } from './guest.js';

const GIGABYTE = 2 ** 30;

describe('a Linux', () => {
  it('runs in frames above 2 GiB', async () => {
    await using host = await newHost('2500M');
    const { core } = host;
    const low = (2 * GIGABYTE) / PAGE_SIZE - core.layout(LayoutValue.FirstFrame);
    core.exports.hostSkipFrames(low);
    const { vm } = await startGuest(host, { memory: '128M' });
    const { stdout } = await vm.exec('head -c 1000000 /dev/zero | md5sum');
    expect(stdout).toBe('879f4bba57ed37c9ec5e5aedf9864698  -\n');
    const entry = host.core.exports.vmFrame(vm.handle, 0x200, 0) >>> 0;
    expect(entry * PAGE_SIZE).toBeGreaterThan(2 * GIGABYTE);
  });

  it.each([
    [2, '112M'],
    [8, '2G'],
  ])('boots with %i harts and %s', async (cpus, memory) => {
    await using host = await newHost('2500M');
    const { vm } = await startGuest(host, { memory, cpus });
    expect((await vm.exec('nproc')).stdout).toBe(`${cpus}\n`);
    const { stdout } = await vm.exec('grep MemTotal /proc/meminfo');
    expect(Number(/\d+/.exec(stdout)?.[0])).toBeGreaterThan(40_000);
  });

  it('is stopped, with a word about it, when the host has no memory left', async () => {
    await using host = await newHost('64M');
    const { vm, ended } = await startGuest(host, { memory: '512M' });
    const reason = await vm.stopped;
    await ended;
    expect(reason.kind).toBe('memory');
    expect(reason.error).toBeInstanceOf(MemoryShortageError);
    expect(reason.error?.message).toMatch(/memory is used up \(64M of 64M\)/);
    await expect(vm.exec('true')).rejects.toThrow(VmStoppedError);
    // What it had is there for others.
    await vm[Symbol.asyncDispose]();
    expect(host.memory().used).toBeLessThan(2 ** 20);
  });

  it('costs the host at most 96 KiB, and 64 KiB a hart, beside its own memory', async () => {
    await using host = await newHost('64M');
    const before = host.memory().used;
    const harts = 8;
    const vm = host.core.createVm(2 * GIGABYTE, harts, 0n, 0);
    expect(host.memory().used - before).toBeLessThanOrEqual((96 + 64 * harts) * 1024);
    host.core.exports.vmDestroy(vm);
    expect(host.memory().used).toBe(before);
    // The pool of decoded code is bounded, and counted once.
    expect(host.core.layout(LayoutValue.CodePoolBytes)).toBeLessThanOrEqual(40 * 2 ** 20);
  });
});
