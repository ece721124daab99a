import { type Row, row } from '../row.js';

const FENCE = { opcode: 0x73, f3: 0, rd: 0 } as const;

/**
 * A load as the guest would do it. All share one op: bits 27:26 of the word are the width,
 * bit 20 asks for zero extension, bit 21 for execute permission.
 */
function load(name: string, f7: number, rs2: number): Row {
  return row('H', name, 'rd,(rs1)', 'slow', { opcode: 0x73, f3: 4, f7, rs2 }, { op: 'HLV' });
}

function store(name: string, f7: number): Row {
  return row('H', name, 'rs2,(rs1)', 'slow', { opcode: 0x73, f3: 4, rd: 0, f7 }, { op: 'HSV' });
}

/** H: the hypervisor's own instructions (Privileged 15.3). */
export const HYPERVISOR: readonly Row[] = [
  row('H', 'hfence.vvma', 'rs1,rs2', 'slow', { ...FENCE, f7: 0x11 }),
  row('H', 'hfence.gvma', 'rs1,rs2', 'slow', { ...FENCE, f7: 0x31 }),
  load('hlv.b', 0x30, 0),
  load('hlv.bu', 0x30, 1),
  load('hlv.h', 0x32, 0),
  load('hlv.hu', 0x32, 1),
  load('hlvx.hu', 0x32, 3),
  load('hlv.w', 0x34, 0),
  load('hlv.wu', 0x34, 1),
  load('hlvx.wu', 0x34, 3),
  load('hlv.d', 0x36, 0),
  store('hsv.b', 0x31),
  store('hsv.h', 0x33),
  store('hsv.w', 0x35),
  store('hsv.d', 0x37),
];
