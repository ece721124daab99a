/** Fields of mstatus and sstatus, all in the low half (Privileged 3.1.6, 12.1.1). */
export const MSTATUS_MPP_SHIFT = 11;
export const MPRV = 1 << 17;
export const SUM = 1 << 18;
export const MXR = 1 << 19;
export const FS = 3 << 13;
