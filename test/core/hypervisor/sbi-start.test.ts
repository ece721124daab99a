/** How a hart with H begins without firmware, and whose ecalls the core answers (SBI 9.1, Privileged 15.6.1). */
import { describe, expect, it } from 'vitest';
import type { Machine } from '../machine.js';
import { BASE, call, create } from '../sbi-calls.js';
import { ADUE, PBMTE, STCE, SUPERVISOR_ECALL, VIRTUAL_ECALL, VS_INTERRUPTS } from './fields.js';

const OPTIONS = { cpu: 'rv64,h=on' };

/** Goes to VS-mode, whose traps come to `handler`. */
const ENTER = `
      la t0, handler
      csrw stvec, t0
      la t0, guest
      csrw sepc, t0
      li t0, 1 << 7
      csrw hstatus, t0
      li t0, 1 << 8
      csrs sstatus, t0
      sret`;

describe('a hart with H that starts without firmware', () => {
  it('is in HS-mode, nothing virtual yet, with all delegated but its own ecalls', async () => {
    const machine = await create('nop', OPTIONS);
    expect(machine.privilege()).toBe(1);
    const causes = [0, 1, 2, 3, 4, 5, 6, 7, 8, VIRTUAL_ECALL, 12, 13, 15, 20, 21, 22, 23];
    const expected = causes.reduce((bits, cause) => bits | (1n << BigInt(cause)), 0n);
    expect(machine.csr('medeleg')).toBe(expected);
    expect((machine.csr('medeleg') >> BigInt(SUPERVISOR_ECALL)) & 1n).toBe(0n);
    expect(machine.csr('mideleg')).toBe(0x222n | VS_INTERRUPTS);
    expect(machine.csr('menvcfg')).toBe(STCE | ADUE | PBMTE);
    for (const name of ['hgatp', 'vsatp', 'hedeleg', 'hideleg', 'hcounteren', 'henvcfg', 'hvip']) {
      expect(machine.csr(name)).toBe(0n);
    }
  });
});

describe('an SBI call', () => {
  const notes = (machine: Machine) => machine.x('s1') - machine.at('notes');

  it('of VS-mode is its hypervisor’s to answer', async () => {
    const machine = await create(
      `${ENTER}
guest:
      li a0, 77
      li a7, ${BASE}
      li a6, 0
      ecall
.balign 4
handler:
      csrr s2, scause
      mv s3, a0
      ${call(BASE, 0)}`,
      OPTIONS,
    );
    machine.finish();
    expect([machine.x('s2'), machine.x('s3')]).toEqual([BigInt(VIRTUAL_ECALL), 77n]);
    // The hypervisor's own was answered.
    expect(notes(machine)).toBe(16n);
    expect([machine.word('notes'), machine.word(machine.at('notes') + 8n)]).toEqual([
      0n,
      0x0200_0000n,
    ]);
  });
});
