import { pattern, type Row, row } from '../row.js';

/** Rounding modes 5 and 6 are reserved (Unprivileged 20.2); 7 asks `frm`, which execution checks. */
const except = [pattern({ f3: 5 }), pattern({ f3: 6 })];

/**
 * The computational rows that F and D have in common (Unprivileged 20.6 to 20.9, 21.4 to 21.7).
 *
 * @param fmt the format field: 0 single, 1 double precision
 */
export function floatingPointRows(extension: 'F' | 'D', fmt: 0 | 1): Row[] {
  const s = fmt === 0 ? 's' : 'd';
  const fused = (name: string, opcode: number) =>
    row(extension, `${name}.${s}`, 'fd,fs1,fs2,fs3,rm', 'slow', { opcode, fmt }, { except });
  const binary = (name: string, f5: number) =>
    row(extension, `${name}.${s}`, 'fd,fs1,fs2,rm', 'slow', { opcode: 0x53, f5, fmt }, { except });
  /** A row that funct3 tells apart instead of naming a rounding mode. */
  const exact = (name: string, operands: string, f5: number, f3: number) =>
    row(extension, `${name}.${s}`, operands, 'slow', { opcode: 0x53, f5, fmt, f3 });
  const convert = (name: string, operands: string, f5: number, rs2: number) =>
    row(extension, name, operands, 'slow', { opcode: 0x53, f5, fmt, rs2 }, { except });
  return [
    fused('fmadd', 0x43),
    fused('fmsub', 0x47),
    fused('fnmsub', 0x4b),
    fused('fnmadd', 0x4f),
    binary('fadd', 0x00),
    binary('fsub', 0x01),
    binary('fmul', 0x02),
    binary('fdiv', 0x03),
    convert(`fsqrt.${s}`, 'fd,fs1,rm', 0x0b, 0),
    exact('fsgnj', 'fd,fs1,fs2', 0x04, 0),
    exact('fsgnjn', 'fd,fs1,fs2', 0x04, 1),
    exact('fsgnjx', 'fd,fs1,fs2', 0x04, 2),
    exact('fmin', 'fd,fs1,fs2', 0x05, 0),
    exact('fmax', 'fd,fs1,fs2', 0x05, 1),
    exact('fle', 'rd,fs1,fs2', 0x14, 0),
    exact('flt', 'rd,fs1,fs2', 0x14, 1),
    exact('feq', 'rd,fs1,fs2', 0x14, 2),
    convert(`fcvt.w.${s}`, 'rd,fs1,rm', 0x18, 0),
    convert(`fcvt.wu.${s}`, 'rd,fs1,rm', 0x18, 1),
    convert(`fcvt.l.${s}`, 'rd,fs1,rm', 0x18, 2),
    convert(`fcvt.lu.${s}`, 'rd,fs1,rm', 0x18, 3),
    convert(`fcvt.${s}.w`, 'fd,rs1,rm', 0x1a, 0),
    convert(`fcvt.${s}.wu`, 'fd,rs1,rm', 0x1a, 1),
    convert(`fcvt.${s}.l`, 'fd,rs1,rm', 0x1a, 2),
    convert(`fcvt.${s}.lu`, 'fd,rs1,rm', 0x1a, 3),
    row(extension, `fclass.${s}`, 'rd,fs1', 'slow', { opcode: 0x53, f5: 0x1c, fmt, rs2: 0, f3: 1 }),
  ];
}

/** The rows that move raw bits between register files; `w` or `d` is the integer side's width. */
export function moveRows(extension: 'F' | 'D', fmt: 0 | 1): Row[] {
  const width = fmt === 0 ? 'w' : 'd';
  const parts = { opcode: 0x53, fmt, rs2: 0, f3: 0 };
  return [
    row(extension, `fmv.x.${width}`, 'rd,fs1', 'slow', { ...parts, f5: 0x1c }),
    row(extension, `fmv.${width}.x`, 'fd,rs1', 'slow', { ...parts, f5: 0x1e }),
  ];
}

/** A conversion between the two formats: to `fmt`, from the format that `rs2` names. */
export function formatConversion(name: string, fmt: 0 | 1, rs2: 0 | 1): Row {
  return row('D', name, 'fd,fs1,rm', 'slow', { opcode: 0x53, f5: 0x08, fmt, rs2 }, { except });
}
