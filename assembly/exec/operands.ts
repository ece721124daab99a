/** What the cases of the inner loop (isa/hot-loop.ts) are made of: operands, slots, addresses. */
import { at, F_OFFSET } from '../hart/hart';
import { addendOf, fetchEntry, TAG_PAGE, tagOf } from '../mmu/entry';

/** Bytes of a page's slots; also the end of jump targets inside the page. */
export const PAGE_SLOTS: u32 = 2048 << 3;
/** NaN-boxing of a single in a double register (Unprivileged 21.2). */
export const BOXED: u64 = 0xffff_ffff_0000_0000;
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
