/** Exception codes (Privileged 3.1.15, table 14). */
export const FETCH_MISALIGNED = 0;
export const FETCH_ACCESS = 1;
export const ILLEGAL_INSTRUCTION = 2;
export const BREAKPOINT = 3;
export const LOAD_MISALIGNED = 4;
export const LOAD_ACCESS = 5;
export const STORE_MISALIGNED = 6;
export const STORE_ACCESS = 7;
export const USER_ECALL = 8;
export const SUPERVISOR_ECALL = 9;
export const MACHINE_ECALL = 11;
export const FETCH_PAGE = 12;
export const LOAD_PAGE = 13;
export const STORE_PAGE = 15;
