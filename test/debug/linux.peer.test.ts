import { expect, it } from 'vitest';
import { toElf } from '../../isa/assembler/elf.js';
import { gdbTarget } from '../../src/cli/gdb-target.js';
import { GdbServer } from '../../src/node/gdb-server.js';
import type { Vm } from '../../src/vm/vm.js';
import { guestImage, newHost, startGuest } from '../integration/guest.js';
import { gdb } from './gdb.js';

const FUNCTIONS = ['do_sys_openat2', 'do_filp_open'];
const VARIABLE = 'jiffies_64';

/**
 * The kernel's text with the symbols that the test names, at the addresses that the guest says. Listing all
 * of them takes the guest longer than booting.
 */
async function kernelElf(vm: Vm): Promise<Uint8Array> {
  const wanted = ['_start', '_etext', ...FUNCTIONS, VARIABLE];
  const { stdout } = await vm.exec(
    `grep -m ${wanted.length} -E ' (${wanted.join('|')})$' /proc/kallsyms`,
  );
  const symbols = new Map<string, bigint>();
  for (const line of stdout.trim().split('\n')) {
    const [address, , name] = line.split(' ');
    if (name !== undefined) symbols.set(name, BigInt(`0x${address}`));
  }
  const [origin, end] = [symbols.get('_start'), symbols.get('_etext')];
  if (origin === undefined || end === undefined) throw new Error(`no symbols in: ${stdout}`);
  const { kernel } = await guestImage();
  return toElf({ origin, bytes: kernel.subarray(0, Number(end - origin)), symbols });
}

/** A boot, and a list of symbols that is as long, on a machine that does other things too. */
const PATIENCE = 180_000;

it('GDB debugs Debian’s kernel by symbol', { timeout: PATIENCE }, async () => {
  await using host = await newHost('512M');
  const { vm } = await startGuest(host, { cpus: 2 });
  const elf = await kernelElf(vm);
  await using server = await GdbServer.listen(gdbTarget(vm), 0);
  // Opens files until the debugger has gone.
  const opening = vm.exec('while [ ! -e /tmp/enough ]; do cat /proc/version; sleep 0.1; done');
  const printed = await gdb(elf, server.port, [
    'info threads',
    'break do_sys_openat2',
    'continue',
    'backtrace 1',
    'x/i $pc',
    'info registers priv',
    'stepi',
    'stepi 3',
    'delete breakpoints',
    'break do_filp_open',
    'continue ',
    'info registers satp',
    `monitor translate ${VARIABLE}`,
    `print/x (long)&${VARIABLE}`,
    'monitor translate do_filp_open+2 --access write',
    'delete breakpoints ',
    `watch *(long *)&${VARIABLE}`,
    'continue  ',
    'detach',
  ]);
  expect(printed('info threads')).toMatch(/Thread 1 \(hart 0, .*\n.*Thread 2 \(hart 1, /);
  expect(printed('continue')).toMatch(/hit Breakpoint 1, 0xffffffff\w+ in do_sys_openat2 \(\)/);
  expect(printed('backtrace 1')).toMatch(/^#0 +0xffffffff\w+ in do_sys_openat2 \(\)/);
  expect(printed('x/i $pc')).toMatch(/=> 0xffffffff\w+ <do_sys_openat2.*>:\s+\w+/);
  expect(printed('info registers priv')).toContain('prv:1 [Supervisor]');
  const stepped = /in do_sys_openat2 \(\)/;
  expect(printed('stepi')).toMatch(stepped);
  expect(printed('stepi 3')).toMatch(stepped);
  expect(printed('continue ')).toMatch(/hit Breakpoint 2, 0xffffffff\w+ in do_filp_open \(\)/);
  expect(printed('info registers satp')).toMatch(/satp +0x[89a]/);
  // The kernel's own names, found in its RAM.
  const address = /0x(\w+)/.exec(printed(`print/x (long)&${VARIABLE}`))?.[1] ?? '';
  const walked = printed(`monitor translate ${VARIABLE}`);
  expect(walked).toMatch(new RegExp(`hart \\d reads 0x${address} in S-mode\\n`));
  expect(walked).toMatch(/\n {2}satp +Sv57 +ASID \d+, root table at 0x/);
  expect(walked).toMatch(/is physical 0x[89]\w+: [2-5] entries read, page of \d+ [KM]iB\n/);
  expect(printed('monitor translate do_filp_open+2 --access write')).toMatch(
    /store page fault \(cause 15\)\n {2}entry \d may not be written\n/,
  );
  const [, before, after] =
    /Old value = (\d+)\nNew value = (\d+)/.exec(printed('continue  ')) ?? [];
  expect(Number(after)).toBeGreaterThan(Number(before));
  expect(printed('detach')).toContain('detached');
  await vm.exec('touch /tmp/enough', { timeout: 30_000 });
  expect((await opening).stdout).toContain('Linux version');
  await vm.stop();
});
