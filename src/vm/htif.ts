import type { GuestMemory } from '../core/guest-memory.js';

/** What a write to `tohost` asks for. */
export type HtifRequest =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'console'; readonly bytes: Uint8Array }
  | { readonly kind: 'none' };

const SYS_WRITE = 64n;
const SYS_EXIT = 93n;
const ENOSYS = 38n;
/** A program's block of system call number and arguments: eight 64-bit words. */
const BLOCK_SIZE = 64;
/** More than a program can mean to print at once. */
const LONGEST_WRITE = 1 << 20;

/**
 * Serves one write to `tohost` as riscv-isa-sim does. Bits 63..56 name a device, 55..48 a command:
 * device 0 is the system call proxy (an odd value exits with the rest of it, an even one points to a
 * block of number and arguments), device 1 a console whose command 1 prints one byte. The request is
 * taken out of `tohost`; a system call is answered through its block and `fromhost`.
 */
export function serveHtif(
  ram: GuestMemory,
  tohost: bigint,
  fromhost: bigint | undefined,
): HtifRequest {
  const value = ram.readU64(tohost);
  if (value === 0n) return { kind: 'none' };
  const device = value >> 56n;
  const command = (value >> 48n) & 0xffn;
  const payload = value & 0xffff_ffff_ffffn;
  // An exit's value stays where a debugger would look for it.
  if (device === 0n && command === 0n && payload & 1n) {
    return { kind: 'exit', code: Number(payload >> 1n) };
  }
  ram.writeU64(tohost, 0n);
  if (device === 1n && command === 1n) {
    return { kind: 'console', bytes: Uint8Array.of(Number(payload & 0xffn)) };
  }
  if (device !== 0n || command !== 0n || !ram.contains(payload, BLOCK_SIZE)) {
    return { kind: 'none' };
  }
  const request = systemCall(ram, payload);
  if (request.kind !== 'exit' && fromhost !== undefined && ram.contains(fromhost, 8)) {
    ram.writeU64(fromhost, 1n);
  }
  return request;
}

function systemCall(ram: GuestMemory, block: bigint): HtifRequest {
  const number = ram.readU64(block);
  if (number === SYS_EXIT) {
    return { kind: 'exit', code: Number(BigInt.asUintN(32, ram.readU64(block + 8n))) };
  }
  const address = ram.readU64(block + 16n);
  const length = ram.readU64(block + 24n);
  if (number !== SYS_WRITE || length > LONGEST_WRITE || !ram.contains(address, Number(length))) {
    ram.writeU64(block, BigInt.asUintN(64, -ENOSYS));
    return { kind: 'none' };
  }
  ram.writeU64(block, length);
  return { kind: 'console', bytes: ram.read(address, Number(length)) };
}
