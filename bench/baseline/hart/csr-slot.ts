/** Where a hart keeps its 64-bit CSRs: index of the low half in `Hart.csr`, the high half behind it. */
export const MSTATUS = 0;
export const MISA = 2;
export const MEDELEG = 4;
export const MTVEC = 6;
export const MSCRATCH = 8;
export const MEPC = 10;
export const MCAUSE = 12;
export const MTVAL = 14;
export const MENVCFG = 16;
export const STVEC = 18;
export const SSCRATCH = 20;
export const SEPC = 22;
export const SCAUSE = 24;
export const STVAL = 26;
export const SATP = 28;
export const SENVCFG = 30;
export const STIMECMP = 32;
export const MTIMECMP = 34;
export const CYCLE_OFFSET = 36;
export const INSTRET_OFFSET = 38;
/** pmpaddr0 to pmpaddr15. */
export const PMPADDR = 40;
export const CSR_WORDS = PMPADDR + 32;
