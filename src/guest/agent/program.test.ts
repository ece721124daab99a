import { describe, expect, it } from 'vitest';
import { agentProgram } from './program.js';

describe("the agent's program", () => {
  const file = agentProgram();
  const view = new DataView(file.buffer);
  const header = Number(view.getBigUint64(32, true));

  it('is a static riscv64 executable that needs no interpreter', () => {
    expect([...file.subarray(0, 7)]).toEqual([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    expect([view.getUint16(16, true), view.getUint16(18, true)]).toEqual([2, 243]);
    expect([view.getUint16(56, true), view.getUint32(header, true)]).toEqual([1, 1]);
  });

  it('begins within its segment and is small', () => {
    const entry = view.getBigUint64(24, true);
    const address = view.getBigUint64(header + 16, true);
    const size = view.getBigUint64(header + 32, true);
    expect(entry >= address && entry < address + size).toBe(true);
    expect(file.length).toBeLessThan(24 * 1024);
  });

  it('is the same every time', () => {
    expect(Buffer.compare(file, agentProgram())).toBe(0);
  });
});
