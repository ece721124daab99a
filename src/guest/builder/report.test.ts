import { expect, it } from 'vitest';
import { BuildReport } from './report.js';

function read(text: string): { report: BuildReport; told: string[] } {
  const told: string[] = [];
  const report = new BuildReport((step, what) => told.push(`${step} ${what}`.trim()));
  // However the lines arrive.
  for (const byte of new TextEncoder().encode(text)) report.receive(Uint8Array.of(byte));
  return { report, told };
}

it('tells of steps and packages, and how much is stored', () => {
  const { report, told } = read(
    'HARTWOOD-BUILD step format\r\nHARTWOOD-BUILD step configure\r\n' +
      'processing: configure: libc6:riscv64\r\nSetting up libc6\r\nHARTWOOD-BUILD done 1234\r\n',
  );
  expect(told).toEqual(['format', 'configure', 'configure libc6']);
  expect(report.used).toBe(1234);
  expect(report.failure).toBeUndefined();
});

it('keeps why the machine gave up', () => {
  const { report } = read(
    'HARTWOOD-BUILD step configure\nSetting up bad (1) ...\nboo\n' +
      'dpkg: error processing package bad (--configure):\n exited with 1\n' +
      'HARTWOOD-BUILD failed dpkg could not configure all packages\n',
  );
  expect(report.failure).toBe('dpkg could not configure all packages');
  expect(report.complaint()).toBe('dpkg: error processing package bad (--configure):');
});

it('says what befell the disk rather than what the machine made of it', () => {
  const { report } = read(
    '[ 31.3] EXT4-fs (vda): failed to convert unwritten extents (inode 2145, error -5)\n' +
      'HARTWOOD-BUILD failed the root file system cannot be unpacked\n',
  );
  const full = "'disk.qcow2' cannot be written: its file system has no room left";
  expect(report.problem('it was switched off', full)).toBe(full);
  expect(report.problem('it was switched off')).toMatch(
    /^the root file .* unpacked \(.*error -5\)\)$/,
  );
  expect(read('').report.problem('it was switched off')).toBe('it was switched off');
});

it('does not believe what cannot be, and holds no endless line', () => {
  const { report, told } = read(
    `HARTWOOD-BUILD step nonsense\nHARTWOOD-BUILD done many\n${'x'.repeat(100_000)}`,
  );
  expect(told).toEqual([]);
  expect(report.used).toBeUndefined();
  expect(report.complaint()).toBe('HARTWOOD-BUILD done many');
});
