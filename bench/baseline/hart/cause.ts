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

/** High half of mcause and scause of an interrupt. */
export const INTERRUPT_HIGH = 0x8000_0000 | 0;

/** Exceptions that medeleg can hand to S-mode; an ecall from M-mode cannot. */
export const DELEGABLE =
  (1 << FETCH_MISALIGNED) |
  (1 << FETCH_ACCESS) |
  (1 << ILLEGAL_INSTRUCTION) |
  (1 << BREAKPOINT) |
  (1 << LOAD_MISALIGNED) |
  (1 << LOAD_ACCESS) |
  (1 << STORE_MISALIGNED) |
  (1 << STORE_ACCESS) |
  (1 << USER_ECALL) |
  (1 << SUPERVISOR_ECALL) |
  (1 << FETCH_PAGE) |
  (1 << LOAD_PAGE) |
  (1 << STORE_PAGE);
