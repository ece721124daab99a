import { expect, it } from 'vitest';
import { OFF } from '../core/program-parts.js';
import { profileProgram, program } from './programs.js';

/** hgatp, vsatp: Sv39x4 and Sv39, with one entry that maps RAM's gibibyte elsewhere. */
const MODE = 8n << 60n;
const GUEST_ROOT = 0x8010_0000n;
const ROOT = 0x8020_0000n;
/** RAM as the guest's guest has it: guest-physical, and virtual. */
const GUEST_PHYSICAL = 0x1_0000_0000n;
const VIRTUAL = 0x2_0000_0000n;
const leaf = (page: bigint, flags: bigint) => ((page >> 12n) << 10n) | flags;
const slot = (root: bigint, address: bigint) => root + 8n * (address >> 30n);
/** The VS-stage's tables are at guest-physical addresses, too. */
const GUEST_OF_ROOT = ROOT - 0x8000_0000n + GUEST_PHYSICAL;
const ROUNDS = 400;

/** HS-mode runs VS-mode, which loops and calls back, thrice as long as it loops itself. */
const NESTED = program(`
_start:
  la t0, machine
  csrw mtvec, t0
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
  li t0, 1 << 10
  csrw medeleg, t0
  li t0, ${slot(GUEST_ROOT, GUEST_PHYSICAL)}
  li t1, ${leaf(0x8000_0000n, 0xdfn)}
  sd t1, 0(t0)
  li t0, ${slot(ROOT, VIRTUAL)}
  li t1, ${leaf(GUEST_PHYSICAL, 0xcfn)}
  sd t1, 0(t0)
  li t0, ${MODE | (GUEST_ROOT >> 12n)}
  csrw hgatp, t0
  li t0, ${MODE | (GUEST_OF_ROOT >> 12n)}
  csrw vsatp, t0
  li t0, 3 << 11
  csrc mstatus, t0
  li t0, 1 << 11
  csrs mstatus, t0
  la t0, supervisor
  csrw mepc, t0
  mret

supervisor:
  la t0, back
  csrw stvec, t0
  li s2, ${ROUNDS}
  la s3, guest
  li t0, ${VIRTUAL - 0x8000_0000n}
  add s3, s3, t0
again:
  csrw sepc, s3
  li t0, 1 << 7
  csrs hstatus, t0
  li t0, 1 << 8
  csrs sstatus, t0
  sret
.balign 4
back:
  li t0, 1000
1:
  addi t0, t0, -1
  bnez t0, 1b
  addi s2, s2, -1
  bnez s2, again
  ecall
guest:
  li t0, 3000
2:
  addi t0, t0, -1
  bnez t0, 2b
  ecall
.balign 4
machine:
  ${OFF}
`);

it('a profile tells a guest of the guest apart, whose code has none of its names', async () => {
  const { profile, summary } = await profileProgram(
    NESTED,
    { interval: 500 },
    { cpu: 'rv64,h=on' },
  );
  const { modes, error } = profile;
  expect(summary.stop).toEqual({ kind: 'poweroff', code: 0 });
  expect(Math.abs(modes.VS - 0.75)).toBeLessThan(error);
  expect(Math.abs(modes.S - 0.25)).toBeLessThan(error);
  // What the guest's guest executes is read through both stages.
  expect(profile.mix.none).toBe(0);
  expect(profile.mix.branch + profile.mix.arithmetic).toBeGreaterThan(0.99);
  const own = profile.functions.filter(({ mode }) => mode === 'S');
  expect(own.map(({ name }) => name)).toContain('back');
  const guests = profile.functions.filter(({ mode }) => mode === 'VS');
  expect(guests.map(({ name }) => name)).toEqual(['[0x200000000]']);

  expect(profile.guestExits).toEqual({
    ecalls: ROUNDS,
    fetchFaults: 0,
    loadFaults: 0,
    storeFaults: 0,
    instructions: 0,
    interrupts: 0,
    others: 0,
  });
  expect(summary.guestExits).toEqual(profile.guestExits);
  const { M, S, U, VS, VU } = profile.regimes;
  expect(M.steps + S.steps + VS.steps).toBe(profile.steps);
  expect([VS.traps, S.traps, M.traps]).toEqual([ROUNDS, 1, 0]);
  expect(VS.steps).toBeGreaterThanOrEqual(ROUNDS * 6000);
  expect([U.steps, VU.steps]).toEqual([0, 0]);
  // Both programs are in one place of the TLB: each round brings the other's page.
  expect(VS.tlbMisses).toEqual({ read: 0, write: 0, fetch: ROUNDS });
  // A leaf of each stage, and that of the G-stage which leads to the first.
  expect(profile.tableReads).toEqual({ firstStage: ROUNDS, guestStage: 2 * ROUNDS });
  expect(summary.regimes.virtualSupervisor.steps).toBe(VS.steps);
  const exits = Object.values(profile.exits).reduce((sum, count) => sum + count, 0);
  expect(M.exits + S.exits + VS.exits).toBe(exits);
});
