/** What the cases of the inner loop (isa/hot-loop.ts) are made of: operands, slots, addresses. */
import { at, F_OFFSET } from '../hart/hart';
import { addendOf, fetchEntry, TAG_PAGE, tagOf } from '../mmu/entry';

/** Bytes of a page's slots; also the end of jump targets inside the page. */
export const PAGE_SLOTS: u32 = 2048 << 3;
/** NaN-boxing of a single in a double register (Unprivileged 21.2). */
export const BOXED: u64 = 0xffff_ffff_0000_0000;
/** The sign bit of a double. */
export const SIGN: u64 = 1 << 63;
/** No jump pending: no instruction begins at an odd address. */
export const NOWHERE: u64 = 1;

export function rs1(hart: usize, ip: usize): u64 {
  return load<u64>(hart + load<u8>(ip, 2));
}

export function rs2(hart: usize, ip: usize): u64 {
  return load<u64>(hart + load<u8>(ip, 3));
}

export function fs2(hart: usize, ip: usize): u64 {
  return load<u64>(hart + load<u8>(ip, 3), F_OFFSET);
}

/** Offset of rs2 in its register file, from the instruction word in the slot of a slow-tier op. */
function rs2InWord(ip: usize): usize {
  return (<usize>load<u32>(ip, 4) >> 17) & 0xf8;
}

export function rs2OfWord(hart: usize, ip: usize): u64 {
  return load<u64>(hart + rs2InWord(ip));
}

export function fs1D(hart: usize, ip: usize): f64 {
  return load<f64>(hart + load<u8>(ip, 2), F_OFFSET);
}

export function fs2D(hart: usize, ip: usize): f64 {
  return load<f64>(hart + rs2InWord(ip), F_OFFSET);
}

export function fs1S(hart: usize, ip: usize): f32 {
  return load<f32>(hart + load<u8>(ip, 2), F_OFFSET);
}

export function fs2S(hart: usize, ip: usize): f32 {
  return load<f32>(hart + rs2InWord(ip), F_OFFSET);
}

/** Offset of rs3, which fused operations have in their word's bits 31 to 27. */
function rs3InWord(ip: usize): usize {
  return (<usize>load<u32>(ip, 4) >> 24) & 0xf8;
}

export function fs1BitsD(hart: usize, ip: usize): u64 {
  return load<u64>(hart + load<u8>(ip, 2), F_OFFSET);
}

export function fs2BitsD(hart: usize, ip: usize): u64 {
  return load<u64>(hart + rs2InWord(ip), F_OFFSET);
}

export function fs3BitsD(hart: usize, ip: usize): u64 {
  return load<u64>(hart + rs3InWord(ip), F_OFFSET);
}

export function fs1BitsS(hart: usize, ip: usize): u32 {
  return load<u32>(hart + load<u8>(ip, 2), F_OFFSET);
}

export function fs2BitsS(hart: usize, ip: usize): u32 {
  return load<u32>(hart + rs2InWord(ip), F_OFFSET);
}

export function fs3BitsS(hart: usize, ip: usize): u32 {
  return load<u32>(hart + rs3InWord(ip), F_OFFSET);
}

/** The sign bit where a fused operation negates its product: FNMSUB, FNMADD. */
export function productSign<T>(ip: usize): T {
  return (<T>((load<u32>(ip, 4) >> 3) & 1)) << (<T>(8 * sizeof<T>() - 1));
}

/** The sign bit where it negates its addend: FMSUB, FNMADD. */
export function addendSign<T>(ip: usize): T {
  return (<T>((load<u32>(ip, 4) >> 2) & 1)) << (<T>(8 * sizeof<T>() - 1));
}

/** Whether the three single operands of a fused operation are NaN-boxed. */
export function areAllBoxed(hart: usize, ip: usize): bool {
  return areBoxed(hart, ip) && load<u32>(hart + rs3InWord(ip), F_OFFSET + 4) === 0xffff_ffff;
}

/** Whether both single operands are NaN-boxed; one that is not is a NaN (Unprivileged 21.2). */
export function areBoxed(hart: usize, ip: usize): bool {
  const high = load<u32>(hart + load<u8>(ip, 2), F_OFFSET + 4);
  return (high & load<u32>(hart + rs2InWord(ip), F_OFFSET + 4)) === 0xffff_ffff;
}

/** Whether the word's rm is RNE, or dynamic, which `floatFast` says is RNE. */
export function roundsNearest(ip: usize): bool {
  // One more than 0 or 7 has neither of the bits 2 and 4.
  return !((load<u32>(ip, 4) + 0x1000) & 0x6000);
}

/** LR's side: the reservation; yields the loaded value. */
export function reserve(hart: usize, gpa: u64, bytes: u32, value: u64): u64 {
  at(hart).reservation = gpa;
  at(hart).reservationSize = bytes;
  return value;
}

/** SC's side: whether the hart holds a reservation of just these bytes. */
export function holdsReservation(hart: usize, gpa: u64, bytes: u32): bool {
  return at(hart).reservationSize === bytes && at(hart).reservation === gpa;
}

export function imm(ip: usize): u64 {
  return <u64>(<i64>load<i32>(ip, 4));
}

export function setRd(hart: usize, ip: usize, value: u64): void {
  store<u64>(hart + load<u8>(ip, 1), value);
}

export function setFd(hart: usize, ip: usize, value: u64): void {
  store<u64>(hart + load<u8>(ip, 1), value, F_OFFSET);
}

export function pcOf(page: u64, code: usize, ip: usize): u64 {
  return page + <u64>((ip - code) >> 2);
}

export function slotAt(code: usize, pc: u64): usize {
  return code + ((<usize>pc & 0xffe) << 2);
}

export function linear(entry: usize, va: u64): usize {
  return <usize>(<u32>va + addendOf(entry));
}

/** Code page of a jump's target if the fetch TLB has it, else 0. */
export function fetchHit(hart: usize, target: u64): usize {
  const entry = fetchEntry(hart, target);
  const want = (target & TAG_PAGE) | at(hart).fetchContext;
  return tagOf(entry) === want ? <usize>addendOf(entry) : 0;
}
