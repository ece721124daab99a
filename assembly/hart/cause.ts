/** Exception codes (Privileged 3.1.15, table 14). */
export const FETCH_MISALIGNED: u64 = 0;
export const FETCH_ACCESS: u64 = 1;
export const ILLEGAL_INSTRUCTION: u64 = 2;
export const BREAKPOINT: u64 = 3;
export const LOAD_MISALIGNED: u64 = 4;
export const LOAD_ACCESS: u64 = 5;
export const STORE_MISALIGNED: u64 = 6;
export const STORE_ACCESS: u64 = 7;
export const USER_ECALL: u64 = 8;
export const SUPERVISOR_ECALL: u64 = 9;
/** ecall from VS-mode. */
export const VIRTUAL_ECALL: u64 = 10;
export const MACHINE_ECALL: u64 = 11;
export const FETCH_PAGE: u64 = 12;
export const LOAD_PAGE: u64 = 13;
export const STORE_PAGE: u64 = 15;
export const FETCH_GUEST_PAGE: u64 = 20;
export const LOAD_GUEST_PAGE: u64 = 21;
export const VIRTUAL_INSTRUCTION: u64 = 22;
export const STORE_GUEST_PAGE: u64 = 23;

/** mcause and scause of an interrupt have the top bit set. */
export const INTERRUPT: u64 = 1 << 63;

/** Exceptions that medeleg can hand to S-mode; an ecall from M-mode cannot. */
export const DELEGABLE: u64 =
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

/** What medeleg can hand to HS-mode besides, if there is one (Privileged 15.4.1). */
export const GUEST_DELEGABLE: u64 =
  (1 << VIRTUAL_ECALL) |
  (1 << FETCH_GUEST_PAGE) |
  (1 << LOAD_GUEST_PAGE) |
  (1 << VIRTUAL_INSTRUCTION) |
  (1 << STORE_GUEST_PAGE);

/** What hedeleg can hand on to VS-mode: what is not the hypervisor's own business (15.2.2). */
export const GUEST_HANDLED: u64 = DELEGABLE & ~(1 << SUPERVISOR_ECALL);

export function isGuestPageFault(cause: u64): bool {
  return cause === FETCH_GUEST_PAGE || cause === LOAD_GUEST_PAGE || cause === STORE_GUEST_PAGE;
}

/** Whether the cause is one of a load, store or fetch at a virtual address, which tval then holds (15.6.3). */
export function isOfAddress(cause: u64): bool {
  return ((ADDRESS_CAUSES >> cause) & 1) !== 0;
}

const ADDRESS_CAUSES: u64 =
  (1 << FETCH_MISALIGNED) |
  (1 << FETCH_ACCESS) |
  (1 << BREAKPOINT) |
  (1 << LOAD_MISALIGNED) |
  (1 << LOAD_ACCESS) |
  (1 << STORE_MISALIGNED) |
  (1 << STORE_ACCESS) |
  (1 << FETCH_PAGE) |
  (1 << LOAD_PAGE) |
  (1 << STORE_PAGE) |
  (1 << FETCH_GUEST_PAGE) |
  (1 << LOAD_GUEST_PAGE) |
  (1 << STORE_GUEST_PAGE);
