/** Codes and fields that the tests name (Privileged 3.1.6, 3.1.15, 15.2). */
export const ILLEGAL_INSTRUCTION = 2;
export const BREAKPOINT = 3;
export const LOAD_MISALIGNED = 4;
export const LOAD_ACCESS = 5;
export const STORE_MISALIGNED = 6;
export const STORE_ACCESS = 7;
export const USER_ECALL = 8;
export const SUPERVISOR_ECALL = 9;
export const VIRTUAL_ECALL = 10;
export const MACHINE_ECALL = 11;
export const FETCH_PAGE = 12;
export const LOAD_PAGE = 13;
export const STORE_PAGE = 15;
export const FETCH_GUEST_PAGE = 20;
export const LOAD_GUEST_PAGE = 21;
export const VIRTUAL_INSTRUCTION = 22;
export const STORE_GUEST_PAGE = 23;

/** mstatus, sstatus, vsstatus. */
export const SIE = 1n << 1n;
export const MIE = 1n << 3n;
export const SPIE = 1n << 5n;
export const MPIE = 1n << 7n;
export const SPP = 1n << 8n;
export const MPP = 3n << 11n;
export const MPP_S = 1n << 11n;
export const FS = 3n << 13n;
export const FS_INITIAL = 1n << 13n;
export const FS_CLEAN = 2n << 13n;
export const MPRV = 1n << 17n;
export const SUM = 1n << 18n;
export const MXR = 1n << 19n;
export const TVM = 1n << 20n;
export const TW = 1n << 21n;
export const TSR = 1n << 22n;
export const UXL = 2n << 32n;
export const M_GVA = 1n << 38n;
export const MPV = 1n << 39n;
export const SD = 1n << 63n;

/** hstatus. */
export const GVA = 1n << 6n;
export const SPV = 1n << 7n;
export const SPVP = 1n << 8n;
export const HU = 1n << 9n;
export const VTVM = 1n << 20n;
export const VTW = 1n << 21n;
export const VTSR = 1n << 22n;
export const VSXL = 2n << 32n;

/** mip, hip and the like. */
export const SSI = 1n << 1n;
export const VSSI = 1n << 2n;
export const MSI = 1n << 3n;
export const STI = 1n << 5n;
export const VSTI = 1n << 6n;
export const MTI = 1n << 7n;
export const SEI = 1n << 9n;
export const VSEI = 1n << 10n;
export const MEI = 1n << 11n;
export const VS_INTERRUPTS = VSSI | VSTI | VSEI;
export const S_INTERRUPTS = SSI | STI | SEI;

/** menvcfg, henvcfg. */
export const FIOM = 1n;
export const ADUE = 1n << 61n;
export const PBMTE = 1n << 62n;
export const STCE = 1n << 63n;

export const ALL_ONES = (1n << 64n) - 1n;
/** All that medeleg can hand on, ecalls from VS-mode, guest-page faults and virtual instructions too. */
export const ALL_TO_HS = 0xf0_b7ffn;
/** All that hedeleg can. */
export const ALL_TO_VS = 0xb1ffn;
