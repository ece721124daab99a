/** Remote HFENCEs by SBI calls (SBI 8.4 to 8.7): exactly what they name is translated anew. */
import { describe, expect, it } from 'vitest';
import { newCore } from '../machine.js';
import { ALL, G, PageTables, U } from '../page-tables.js';
import {
  answers,
  call,
  create,
  errors,
  HSM,
  INVALID_PARAM,
  NOT_SUPPORTED,
  RFENCE,
} from '../sbi-calls.js';

const GVMA_VMID = 3;
const GVMA = 4;
const VVMA_ASID = 5;
const VVMA = 6;

/** Its TLB entries are others than those of the program's pages. */
const VA = 0x4001_0000n;
const GPA = 0x5000_0000n;
const BEFORE = 0x8010_0000n;
const AFTER = 0x8010_1000n;
const GUEST_TABLES = 0x8020_0000n;
const HOST_TABLES = 0x8030_0000n;
const SPVP = 1 << 8;
/** What the guest is known by where a case does not say otherwise. */
const ASID = 5;
const VMID = 3;

const core = await newCore(64 << 20);
const OPTIONS = { core, cpu: 'rv64,h=on' };

const rootOf = (root: bigint, id: number) => (8n << 60n) | (BigInt(id) << 44n) | (root >> 12n);
const hgatpOf = (vmid: number) => rootOf(HOST_TABLES, vmid);

const READY = `
      li t0, ${rootOf(GUEST_TABLES, ASID)}
      csrw vsatp, t0
      li t0, ${hgatpOf(VMID)}
      csrw hgatp, t0
      li t0, ${SPVP}
      csrw hstatus, t0
      li s4, ${VA}`;

/** Code that has another virtual machine's number in hgatp meanwhile. */
const withVmid = (vmid: number, body: string) => `
      li t0, ${hgatpOf(vmid)}
      csrw hgatp, t0
      ${body}
      li t0, ${hgatpOf(VMID)}
      csrw hgatp, t0`;

interface Case {
  /** Whose leaf changes, under the hart's TLB. */
  readonly stage: 'guest' | 'host';
  readonly flags?: bigint;
}

/** Whether `fence` makes a hart, which has the guest's page in its TLB, see the tables' change. */
async function drops(fence: string, { stage, flags = ALL }: Case): Promise<boolean> {
  const machine = await create(
    `${READY}
      hlv.d s2, (s4)
changed:
      ${fence}
      hlv.d s3, (s4)`,
    OPTIONS,
  );
  const guest = new PageTables(machine.ram, GUEST_TABLES);
  const host = new PageTables(machine.ram, HOST_TABLES);
  host.map(0x8020_0000n, 0x8020_0000n, ALL | U, 1);
  const map = (guestPage: bigint, hostPage: bigint) => {
    guest.map(VA, guestPage, flags);
    host.map(GPA, hostPage, ALL | U);
  };
  machine.ram.writeU64(BEFORE, 1n);
  machine.ram.writeU64(AFTER, 2n);
  map(GPA, BEFORE);
  host.map(GPA + 0x1000n, AFTER, ALL | U);
  machine.runTo('changed');
  if (stage === 'guest') map(GPA + 0x1000n, BEFORE);
  else map(GPA, AFTER);
  machine.finish();
  expect(machine.x('s2')).toBe(1n);
  expect(answers(machine).every(([error]) => error === 0)).toBe(true);
  const seen = machine.x('s3');
  expect([1n, 2n]).toContain(seen);
  core.exports.vmDestroy(machine.vm);
  return seen === 2n;
}

const gvma = (start: bigint, size: number | bigint, vmid?: number) =>
  vmid === undefined
    ? call(RFENCE, GVMA, 1, 0, start, size)
    : call(RFENCE, GVMA_VMID, 1, 0, start, size, vmid);
const vvma = (start: bigint, size: number | bigint, asid?: number) =>
  asid === undefined
    ? call(RFENCE, VVMA, 1, 0, start, size)
    : call(RFENCE, VVMA_ASID, 1, 0, start, size, asid);

describe('a remote HFENCE.GVMA', () => {
  const stage = 'host';

  it.each<[string, string, boolean]>([
    ['its page', gvma(GPA, 4096), true],
    ['bytes of its page', gvma(GPA + 100n, 1), true],
    ['its page among many', gvma(0n, 1n << 40n), true],
    ['everything', gvma(0n, 0), true],
    ['everything by size −1', gvma(GPA + 0x10_0000n, -1n), true],
    ['a page of the VS-stage’s tables', gvma(GUEST_TABLES, 4096, VMID), true],
    ['its page, of its VMID', gvma(GPA, 4096, VMID), true],
    ['its page, of its VMID, of which 14 bits count', gvma(GPA, 4096, VMID | 0x4000), true],
    ['everything of its VMID', gvma(0n, 0, VMID), true],
    ['its page, of its VMID, under another', withVmid(9, gvma(GPA, 4096, VMID)), true],
    ['its page, of another VMID', gvma(GPA, 4096, VMID + 1), false],
    ['everything of another VMID', gvma(0n, 0, VMID + 1), false],
    ['no byte', gvma(GPA, 0), false],
    ['a page that nothing used', gvma(0x7_0000_0000n, 4096, VMID), false],
    ['no hart', call(RFENCE, GVMA, 0, 0, 0, 0), false],
  ])('of %s', async (_, fence, expected) => {
    expect(await drops(fence, { stage })).toBe(expected);
  });
});

describe('a remote HFENCE.VVMA', () => {
  const stage = 'guest';

  it.each<[string, string, boolean]>([
    ['its page', vvma(VA, 4096), true],
    ['its page among many', vvma(VA - 0x40_0000n, 0x100_0000), true],
    ['everything', vvma(0n, 0), true],
    ['its page, of its ASID', vvma(VA, 4096, ASID), true],
    ['everything of its ASID', vvma(0n, -1n, ASID), true],
    ['its page, of its ASID, of which 16 bits count', vvma(VA, 1, ASID | 0x1_0000), true],
    ['another page', vvma(VA + 4096n, 4096), false],
    ['its page, of another ASID', vvma(VA, 4096, ASID + 1), false],
    ['everything of another ASID', vvma(0n, 0, ASID + 1), false],
    // The virtual machine meant is that of the caller's hgatp.
    ['its page, under another VMID', withVmid(9, vvma(VA, 4096)), false],
    ['everything, under another VMID', withVmid(9, vvma(0n, 0)), false],
  ])('of %s', async (_, fence, expected) => {
    expect(await drops(fence, { stage })).toBe(expected);
  });

  it('of an ASID leaves global pages, which others drop', async () => {
    const setting = { stage, flags: ALL | G } as const;
    expect(await drops(vvma(VA, 4096, ASID), setting)).toBe(false);
    expect(await drops(vvma(0n, 0, ASID), setting)).toBe(false);
    expect(await drops(vvma(VA, 4096), setting)).toBe(true);
  });
});

describe('each world has fences of its own:', () => {
  it.each<[string, string, boolean, boolean]>([
    // Instruction, whether it drops a change of the VS-stage, of the G-stage.
    ['sfence.vma', 'sfence.vma', false, false],
    ['sfence.vma of the page', 'sfence.vma s4, zero', false, false],
    ['SBI’s remote SFENCE.VMA', call(RFENCE, 1, 1, 0, 0, 0), false, false],
    ['hfence.vvma', 'hfence.vvma', true, true],
    ['hfence.gvma', 'hfence.gvma', true, true],
    ['hfence.gvma of the page', `li t0, ${GPA >> 2n}; hfence.gvma t0, zero`, true, true],
  ])('%s', async (_, fence, guest, host) => {
    expect(await drops(fence, { stage: 'guest' })).toBe(guest);
    expect(await drops(fence, { stage: 'host' })).toBe(host);
  });
});

it('another hart forgets what it has of the virtual machine that the caller names', async () => {
  for (const [vmid, forgets] of [
    [VMID, true],
    [VMID + 1, false],
  ] as const) {
    const machine = await create(
      `
      ${call(HSM, 0, 1, 'second', 0)}
      li t0, ${hgatpOf(vmid)}
      csrw hgatp, t0
1:    la t1, flag
      ld t0, 0(t1)
      beqz t0, 1b
changed:
      ${call(RFENCE, VVMA, 2, 0, VA, 4096)}
      li t0, 2
      la t1, flag
      sd t0, 0(t1)
2:    ld t0, 0(t1)
      addi t0, t0, -3
      bnez t0, 2b
      j 9f
second:
      ${READY}
      hlv.d s2, (s4)
      li t0, 1
      la t1, flag
      sd t0, 0(t1)
1:    ld t0, 0(t1)
      addi t0, t0, -2
      bnez t0, 1b
      hlv.d s3, (s4)
      li t0, 3
      sd t0, 0(t1)
      j .
.balign 8
flag: .dword 0
9:`,
      { ...OPTIONS, harts: 2 },
    );
    const guest = new PageTables(machine.ram, GUEST_TABLES);
    const host = new PageTables(machine.ram, HOST_TABLES);
    host.map(0x8020_0000n, 0x8020_0000n, ALL | U, 1);
    guest.map(VA, GPA, ALL);
    host.map(GPA, BEFORE, ALL | U);
    host.map(GPA + 0x1000n, AFTER, ALL | U);
    machine.ram.writeU64(BEFORE, 1n);
    machine.ram.writeU64(AFTER, 2n);
    machine.runTo('changed');
    guest.map(VA, GPA + 0x1000n, ALL);
    machine.finish();
    expect([machine.x('s2', 1), machine.x('s3', 1)]).toEqual([1n, forgets ? 2n : 1n]);
    core.exports.vmDestroy(machine.vm);
  }
});

describe('functions 3 to 6', () => {
  const calls = [3, 4, 5, 6].map((fid) => call(RFENCE, fid, 1, 0, 0, 0, 0)).join('\n');

  it('are not supported without H, and there is none beyond', async () => {
    expect(await errors(calls)).toEqual([3, 4, 5, 6].map(() => NOT_SUPPORTED));
    expect(await errors(call(RFENCE, 7, 1, 0, 0, 0, 0), OPTIONS)).toEqual([NOT_SUPPORTED]);
  });

  it('refuse harts that are none', async () => {
    expect(await errors(calls, OPTIONS)).toEqual([0, 0, 0, 0]);
    const wrong = [3, 4, 5, 6].map((fid) => call(RFENCE, fid, 4, 0, 0, 0, 0)).join('\n');
    expect(await errors(wrong, OPTIONS)).toEqual([3, 4, 5, 6].map(() => INVALID_PARAM));
  });
});
