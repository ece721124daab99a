import { CSR_NUMBERS } from '../../../isa/csrs.js';
import { CSR_RULES, type CsrRule, isUncompared } from '../deviations.js';

const ALL = (1n << 64n) - 1n;

/** FS and SD, whose tracking is free (Privileged 3.1.6.6), and MPV and GVA, which QEMU 10.0 keeps. */
const STATUS = ~((1n << 63n) | (3n << 38n) | (3n << 13n)) & ALL;
/** What there is of vsstatus; QEMU keeps any bit (Privileged 15.2.13). */
const VSSTATUS = (3n << 32n) | 0xc_0122n;
/** What there is of hstatus with GEILEN 0; QEMU keeps VGEIN and later extensions' bits (15.2.1). */
const HSTATUS = (3n << 32n) | 0x70_03e0n;
/** QEMU keeps bits of LCOFI and, with GEILEN 0, of SGEI (15.2.2, 15.2.3, 15.4). */
const INTERRUPTS = 0xeeen;
const VIRTUAL_INTERRUPTS = 0x444n;
const VSTIP = 1n << 6n;
/** With STCE set QEMU does not let VSTIP be written in hvip, and leaves STIP as it was (Sstc 2.1, 2.4). */
const TIMED: Readonly<Record<string, bigint>> = { hvip: VSTIP, mip: 1n << 5n };
/** MTIP is CLINT's; VSTIP and VSEIP are read-only, but not in QEMU's mip (15.4.3). */
const PENDING = 0x226n;
/** QEMU delegates software-check exceptions, which no extension here defines (15.2.2). */
const EXCEPTIONS = ~(1n << 18n) & ALL;
/** QEMU 10.0 keeps bit 0, which is always zero (15.2.17). */
const EPC = ~1n & ALL;
/** QEMU keeps the cache-block fields without Zicbom and Zicboz (15.2.5). */
const ENVIRONMENT = 0xe000_0000_0000_0001n;

type Details = Partial<Omit<CsrRule, 'name' | 'number'>>;

/** CSRs of H, and those that H changes. */
const DETAILS: Readonly<Record<string, Details>> = {
  // UXL could be made 32 bits wide in QEMU; MPRV, MIE, MPV and GVA are other tests'.
  mstatus: { write: 0x7c_1922n | (3n << 13n), compare: STATUS },
  medeleg: { compare: EXCEPTIONS },
  mideleg: { compare: INTERRUPTS },
  mie: { compare: INTERRUPTS },
  mip: { write: PENDING, compare: PENDING },
  mtval2: {},
  mtinst: {},
  hstatus: { write: HSTATUS, compare: HSTATUS },
  hedeleg: { compare: EXCEPTIONS },
  hideleg: { compare: VIRTUAL_INTERRUPTS },
  hie: { compare: VIRTUAL_INTERRUPTS },
  // QEMU lets vstimecmp drive VSTIP though STCE is clear (Sstc 2.4).
  hip: { compare: VIRTUAL_INTERRUPTS & ~VSTIP },
  hvip: { compare: VIRTUAL_INTERRUPTS },
  hgeie: {},
  hgeip: { write: 0n },
  hcounteren: {},
  henvcfg: { compare: ENVIRONMENT },
  htimedelta: {},
  htval: {},
  // QEMU ignores what is written (15.2.12).
  htinst: { write: 0n, compare: 0n },
  // QEMU ignores the whole write if it has no such mode, and keeps what is no VMID and the root's low bits (15.2.10).
  hgatp: { write: ALL >> 4n, compare: ~((3n << 58n) | 3n) & ALL },
  vsstatus: { write: 0xc_6122n, compare: VSSTATUS },
  // QEMU keeps what is no interrupt of VS-mode, and takes bit 2 for SSIP (15.2.15).
  vsie: { write: VIRTUAL_INTERRUPTS >> 1n, compare: VIRTUAL_INTERRUPTS >> 1n },
  vsip: { write: VIRTUAL_INTERRUPTS >> 1n, compare: (VIRTUAL_INTERRUPTS & ~VSTIP) >> 1n },
  vstvec: {},
  vsscratch: {},
  vsepc: { compare: EPC },
  vscause: {},
  vstval: {},
  vstimecmp: {},
  vsatp: {},
  misa: { write: 0n },
};

const RULES: readonly CsrRule[] = Object.entries(DETAILS).map(([name, details]) => {
  const number = CSR_NUMBERS.get(name);
  if (number === undefined) throw new Error(`there is no CSR ${name}`);
  return { name, number, write: ALL, compare: ALL, safe: true, ...details };
});

/**
 * How the CSRs of a hypervisor's hart are compared.
 *
 * @param timed whether STCE may be set in henvcfg
 */
export function hypervisorCsrRules(timed: boolean): readonly CsrRule[] {
  // Even with STCE clear QEMU lets vstimecmp drive VSTIP, and shows that in hvip (Sstc 2.4).
  if (!timed) return RULES.filter(({ name }) => name !== 'vstimecmp');
  return RULES.map((rule) => ({ ...rule, compare: rule.compare & ~(TIMED[rule.name] ?? 0n) }));
}

/** Bits of a CSR that must read alike on a hypervisor's hart. */
export function comparedBits(number: number): bigint {
  if (isUncompared(number)) return 0n;
  const rules = [...hypervisorCsrRules(true), ...CSR_RULES];
  return rules.find((rule) => rule.number === number)?.compare ?? ALL;
}
