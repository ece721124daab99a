/** Fields of mstatus and sstatus (Privileged 3.1.6, 12.1.1): all in the low half but those named _HIGH. */
export const SIE = 1 << 1;
export const MIE = 1 << 3;
export const SPIE = 1 << 5;
export const MPIE = 1 << 7;
export const SPP = 1 << 8;
export const MSTATUS_MPP_SHIFT = 11;
export const MPP = 3 << MSTATUS_MPP_SHIFT;
export const FS = 3 << 13;
export const MPRV = 1 << 17;
export const SUM = 1 << 18;
export const MXR = 1 << 19;
export const TVM = 1 << 20;
export const TW = 1 << 21;
export const TSR = 1 << 22;
/** UXL and SXL, both fixed at 64 bits. */
export const UXL_64_HIGH = 2;
export const SXL_64_HIGH = 2 << 2;
export const SD_HIGH = 0x8000_0000 | 0;

/** What S-mode sees of mstatus. */
export const SSTATUS_VISIBLE = SIE | SPIE | SPP | FS | SUM | MXR;
export const SSTATUS_VISIBLE_HIGH = UXL_64_HIGH | SD_HIGH;

/** Fields of menvcfg and senvcfg (Privileged 3.1.18, 12.1.10). */
export const FIOM = 1;
export const ADUE_HIGH = 1 << 29;
export const PBMTE_HIGH = 1 << 30;
export const STCE_HIGH = 0x8000_0000 | 0;

/** The bit of mcounteren for `time` and stimecmp (Privileged 3.1.11). */
export const COUNTEREN_TM = 2;
