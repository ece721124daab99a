/** Fields of mstatus and sstatus (Privileged 3.1.6, 12.1.1). */
export const SIE: u64 = 1 << 1;
export const MIE: u64 = 1 << 3;
export const SPIE: u64 = 1 << 5;
export const MPIE: u64 = 1 << 7;
export const SPP: u64 = 1 << 8;
export const MSTATUS_MPP_SHIFT: u64 = 11;
export const MPP: u64 = 3 << MSTATUS_MPP_SHIFT;
export const FS: u64 = 3 << 13;
export const MPRV: u64 = 1 << 17;
export const SUM: u64 = 1 << 18;
export const MXR: u64 = 1 << 19;
export const TVM: u64 = 1 << 20;
export const TW: u64 = 1 << 21;
export const TSR: u64 = 1 << 22;
/** What a trap into M-mode tells of virtual machines (15.4.1). */
export const GVA: u64 = 1 << 38;
export const MPV: u64 = 1 << 39;
export const SD: u64 = 1 << 63;
/** UXL and SXL, both fixed at 64 bits. */
export const UXL_64: u64 = 2 << 32;
export const SXL_64: u64 = 2 << 34;

/** What S-mode sees of mstatus. */
export const SSTATUS_VISIBLE: u64 = SIE | SPIE | SPP | FS | SUM | MXR | UXL_64 | SD;

/** Fields of hstatus (15.2.1); VGEIN has no bits, since there are no guest external interrupts. */
export const HSTATUS_GVA: u64 = 1 << 6;
export const SPV: u64 = 1 << 7;
export const SPVP: u64 = 1 << 8;
export const HU: u64 = 1 << 9;
export const VTVM: u64 = 1 << 20;
export const VTW: u64 = 1 << 21;
export const VTSR: u64 = 1 << 22;
export const VSXL_64: u64 = 2 << 32;
export const HSTATUS_WRITABLE: u64 = HSTATUS_GVA | SPV | SPVP | HU | VTVM | VTW | VTSR;

/** Fields of menvcfg, henvcfg and senvcfg (Privileged 3.1.18, 12.1.10). */
export const FIOM: u64 = 1;
export const ADUE: u64 = 1 << 61;
export const PBMTE: u64 = 1 << 62;
export const STCE: u64 = 1 << 63;

/** The bit of mcounteren for `time` and stimecmp (Privileged 3.1.11). */
export const COUNTEREN_TM: u32 = 2;
