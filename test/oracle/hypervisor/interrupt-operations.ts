import { encode } from '../code.js';
import { csrNumber } from './csr-operations.js';
import { comparedBits } from './csr-rules.js';
import type { Mode } from './operation.js';
import type { WorldBuilder } from './world-builder.js';

const SIE = 1n << 1n;
const SPIE = 1n << 5n;

/**
 * One interrupt, pending and perhaps enabled, delegated as far as luck has it, and met in some modes; of several
 * QEMU would take another first (see deviations).
 */
export function interrupt(world: WorldBuilder): void {
  const { random } = world;
  const write = (name: string, value: bigint) =>
    world.csr(csrNumber(name), value, [], comparedBits(csrNumber(name)));
  const virtual = !random.oneIn(3);
  // With STCE set QEMU does not let VSTIP be written (see deviations).
  const level = random.pick(virtual && world.timed ? [1n, 9n] : [1n, 5n, 9n]);
  const bit = 1n << (virtual ? level + 1n : level);
  const [pending, enabled] = virtual
    ? [random.pick(level === 1n ? ['hvip', 'hip', 'mip'] : ['hvip']), random.pick(['hie', 'mie'])]
    : ['mip', 'mie'];
  write('mideleg', random.oneIn(3) ? 0n : 0x222n);
  write('hideleg', random.oneIn(2) ? 0x444n : random.u64() & 0x444n);
  write(enabled, random.oneIn(6) ? 0n : bit);
  write(pending, bit);
  for (let n = random.between(1, 4); n > 0; n--) {
    const mode: Mode = random.pick(['VS', 'VS', 'VU', 'HS', 'U']);
    const { vsstatus, mstatus, ...status } = world.statusOf(mode);
    world.add({
      mode,
      words: [encode('addi', { rd: 10, rs1: 11, immI: 1 })],
      ...status,
      // Both xRET take SIE from SPIE, or leave it as it is.
      mstatus: mstatus | (random.oneIn(2) ? SIE | SPIE : 0n),
      vsstatus: vsstatus | (random.oneIn(2) ? SIE : 0n),
    });
  }
  write(pending, 0n);
  write(enabled, 0n);
}
