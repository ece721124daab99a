import { RAM_BASE } from '../core/abi.js';
import type { GuestMemory } from '../core/guest-memory.js';

/** Hashed at once: a guest's whole RAM need not have room a second time. */
const PIECE = 2 ** 20;

/** SHA-256 of the SHA-256s of RAM's MiBs, in hexadecimal. */
export async function memoryHash(ram: GuestMemory): Promise<string> {
  const digests = new Uint8Array(32 * Math.ceil(ram.size / PIECE));
  for (let at = 0, n = 0; at < ram.size; at += PIECE, n++) {
    const piece = ram.read(RAM_BASE + BigInt(at), Math.min(PIECE, ram.size - at));
    digests.set(new Uint8Array(await crypto.subtle.digest('SHA-256', piece)), 32 * n);
  }
  const whole = new Uint8Array(await crypto.subtle.digest('SHA-256', digests));
  return [...whole].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
