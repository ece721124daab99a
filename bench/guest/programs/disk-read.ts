import type { LinuxProgram } from './program.js';

/** Bytes of a read. */
export const READ = 65_536;
/** Bytes of the disk that are read, again and again. */
export const AREA = 16 * 2 ** 20;
export const SECTOR = 512;

/**
 * Reads of 64 KiB one after the other from the disk that is its second argument, past the page cache. The count
 * is of reads; the result is the sum of the first eight bytes of each sector.
 */
export const diskRead: LinuxProgram = {
  name: 'disk-read',
  memory: READ,
  work: `
.equ READ, ${READ}
.equ AREA_MASK, ${AREA - 1}
.equ SECTOR, ${SECTOR}
work:
    li   a0, AT_FDCWD
    mv   a1, s2
    li   a2, O_RDONLY | O_DIRECT
    li   a7, SYS_openat
    ecall
    bltz a0, failed
    mv   s3, a0
    li   s4, 0
    li   s5, 0
    la   s6, memory
    li   s7, READ
    li   s8, AREA_MASK
1:  mv   a0, s3
    mv   a1, s6
    mv   a2, s7
    mv   a3, s5
    li   a7, SYS_pread64
    ecall
    bltz a0, failed
    bne  a0, s7, wrong
    mv   t0, s6
    add  t2, s6, s7
2:  ld   t1, 0(t0)
    add  s4, s4, t1
    addi t0, t0, SECTOR
    bltu t0, t2, 2b
    add  s5, s5, s7
    and  s5, s5, s8
    addi s0, s0, -1
    bnez s0, 1b
    mv   a0, s4
    ret
`,
};

/** What the program prints for so many reads of the disk whose first AREA bytes these are. */
export function diskSum(area: Uint8Array, reads: number): bigint {
  const view = new DataView(area.buffer, area.byteOffset);
  const sums = Array.from({ length: AREA / READ }, (_, read) => {
    let sum = 0n;
    for (let at = read * READ; at < (read + 1) * READ; at += SECTOR) {
      sum += view.getBigUint64(at, true);
    }
    return sum;
  });
  let whole = 0n;
  for (const [index, sum] of sums.entries()) {
    whole += sum * BigInt(Math.floor((reads + sums.length - 1 - index) / sums.length));
  }
  return BigInt.asUintN(64, whole);
}
