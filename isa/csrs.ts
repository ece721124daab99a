/**
 * Names and numbers of the control and status registers that exist on RV64
 * (Unprivileged 7.1, 20.2; Privileged 2.2 and the chapters of the extensions).
 */
const SINGLE_CSRS: Readonly<Record<string, number>> = {
  fflags: 0x001,
  frm: 0x002,
  fcsr: 0x003,
  seed: 0x015,

  sstatus: 0x100,
  sie: 0x104,
  stvec: 0x105,
  scounteren: 0x106,
  senvcfg: 0x10a,
  scountinhibit: 0x120,
  sscratch: 0x140,
  sepc: 0x141,
  scause: 0x142,
  stval: 0x143,
  sip: 0x144,
  stimecmp: 0x14d,
  siselect: 0x150,
  sireg: 0x151,
  stopei: 0x15c,
  satp: 0x180,
  scontext: 0x5a8,
  scountovf: 0xda0,
  stopi: 0xdb0,

  vsstatus: 0x200,
  vsie: 0x204,
  vstvec: 0x205,
  vsscratch: 0x240,
  vsepc: 0x241,
  vscause: 0x242,
  vstval: 0x243,
  vsip: 0x244,
  vstimecmp: 0x24d,
  vsatp: 0x280,

  mstatus: 0x300,
  misa: 0x301,
  medeleg: 0x302,
  mideleg: 0x303,
  mie: 0x304,
  mtvec: 0x305,
  mcounteren: 0x306,
  menvcfg: 0x30a,
  mcountinhibit: 0x320,
  mscratch: 0x340,
  mepc: 0x341,
  mcause: 0x342,
  mtval: 0x343,
  mip: 0x344,
  mtinst: 0x34a,
  mtval2: 0x34b,
  mnscratch: 0x740,
  mnepc: 0x741,
  mncause: 0x742,
  mnstatus: 0x744,
  mseccfg: 0x747,

  hstatus: 0x600,
  hedeleg: 0x602,
  hideleg: 0x603,
  hie: 0x604,
  htimedelta: 0x605,
  hcounteren: 0x606,
  hgeie: 0x607,
  henvcfg: 0x60a,
  htval: 0x643,
  hip: 0x644,
  hvip: 0x645,
  htinst: 0x64a,
  hgatp: 0x680,
  hcontext: 0x6a8,
  hgeip: 0xe12,

  tselect: 0x7a0,
  tdata1: 0x7a1,
  tdata2: 0x7a2,
  tdata3: 0x7a3,
  tinfo: 0x7a4,
  mcontext: 0x7a8,
  dcsr: 0x7b0,
  dpc: 0x7b1,
  dscratch0: 0x7b2,
  dscratch1: 0x7b3,

  mcycle: 0xb00,
  minstret: 0xb02,
  cycle: 0xc00,
  time: 0xc01,
  instret: 0xc02,

  mvendorid: 0xf11,
  marchid: 0xf12,
  mimpid: 0xf13,
  mhartid: 0xf14,
  mconfigptr: 0xf15,
};

/** Numbered registers: `${prefix}${n}` for n from `first` to `last` by `step`; `base` is for n = 0. */
const CSR_SERIES = [
  { prefix: 'sstateen', base: 0x10c, first: 0, last: 3, step: 1 },
  { prefix: 'mstateen', base: 0x30c, first: 0, last: 3, step: 1 },
  { prefix: 'hstateen', base: 0x60c, first: 0, last: 3, step: 1 },
  { prefix: 'mhpmevent', base: 0x320, first: 3, last: 31, step: 1 },
  { prefix: 'pmpcfg', base: 0x3a0, first: 0, last: 14, step: 2 },
  { prefix: 'pmpaddr', base: 0x3b0, first: 0, last: 63, step: 1 },
  { prefix: 'mhpmcounter', base: 0xb00, first: 3, last: 31, step: 1 },
  { prefix: 'hpmcounter', base: 0xc00, first: 3, last: 31, step: 1 },
] as const;

function allCsrs(): Map<string, number> {
  const csrs = new Map(Object.entries(SINGLE_CSRS));
  for (const { prefix, base, first, last, step } of CSR_SERIES) {
    for (let n = first; n <= last; n += step) csrs.set(`${prefix}${n}`, base + n);
  }
  return csrs;
}

/** Every known CSR's number by its name. */
export const CSR_NUMBERS: ReadonlyMap<string, number> = allCsrs();

/** Every known CSR's name by its number. */
export const CSR_NAMES: ReadonlyMap<number, string> = new Map(
  [...CSR_NUMBERS].map(([name, number]) => [number, name]),
);
