/** The registers of a hart, as GDB is told of them and asks for them by number. */
import { CSR_NUMBERS } from '../../isa/csrs.js';
import { X_NAMES } from '../../isa/notation.js';

/** x0 to x31 and pc: what a `g` packet has. */
export const GENERAL_REGISTERS = 33;
const FIRST_FLOAT = 33;
/** GDB's own numbering: a CSR has this and its number. */
const FIRST_CSR = 65;
const PRIVILEGE = FIRST_CSR + 0x1000;
const VIRTUALIZED = PRIVILEGE + 1;

const FLOAT_CSRS = ['fflags', 'frm', 'fcsr'];
const CSRS = [
  ...['cycle', 'time', 'instret'],
  ...['sstatus', 'sie', 'stvec', 'scounteren', 'senvcfg', 'sscratch', 'sepc', 'scause', 'stval'],
  ...['sip', 'stimecmp', 'satp'],
  ...['mvendorid', 'marchid', 'mimpid', 'mhartid', 'mstatus', 'misa', 'medeleg', 'mideleg', 'mie'],
  ...['mtvec', 'mcounteren', 'menvcfg', 'mscratch', 'mepc', 'mcause', 'mtval', 'mip'],
  ...['mcycle', 'minstret', 'pmpcfg0', 'pmpcfg2'],
  ...Array.from({ length: 16 }, (_, n) => `pmpaddr${n}`),
];

/** Those of harts with the hypervisor extension. */
const HYPERVISOR_CSRS = [
  ...['hstatus', 'hedeleg', 'hideleg', 'hie', 'hcounteren', 'hgeie', 'htimedelta', 'henvcfg'],
  ...['htval', 'hip', 'hvip', 'htinst', 'hgatp', 'hgeip', 'mtinst', 'mtval2'],
  ...['vsstatus', 'vsie', 'vstvec', 'vsscratch', 'vsepc', 'vscause', 'vstval', 'vsip'],
  ...['vstimecmp', 'vsatp'],
];

/** GDB's numbers to the names that `Debugger` knows. */
const NAMES: ReadonlyMap<number, string> = new Map([
  ...X_NAMES.map((name, number) => [number, name] as const),
  [GENERAL_REGISTERS - 1, 'pc'],
  ...Array.from({ length: 32 }, (_, n) => [FIRST_FLOAT + n, `f${n}`] as const),
  ...[...FLOAT_CSRS, ...CSRS, ...HYPERVISOR_CSRS].map((name) => [csrNumber(name), name] as const),
  [PRIVILEGE, 'priv'],
  [VIRTUALIZED, 'virt'],
]);

function csrNumber(name: string): number {
  return FIRST_CSR + (CSR_NUMBERS.get(name) ?? Number.NaN);
}

/** `undefined` for a number that was not described. */
export function registerName(number: number): string | undefined {
  return NAMES.get(number);
}

const register = (name: string, number: number, type: string, bits = 64) =>
  `    <reg name="${name}" bitsize="${bits}" type="${type}" regnum="${number}"/>`;

function feature(name: string, registers: readonly string[]): string {
  return `  <feature name="org.gnu.gdb.riscv.${name}">\n${registers.join('\n')}\n  </feature>`;
}

function generalRegisters(): string[] {
  const pointers = new Set(['sp', 'gp', 'tp']);
  const names = X_NAMES.map((name, number) => {
    const type = name === 'ra' ? 'code_ptr' : pointers.has(name) ? 'data_ptr' : 'int';
    return register(name === 's0' ? 'fp' : name, number, type);
  });
  return [...names, register('pc', GENERAL_REGISTERS - 1, 'code_ptr')];
}

/** Doubles, of which a single is the lower half, and the CSRs that belong to them. */
function floatRegisters(): string[] {
  return [
    '    <union id="riscv_double">',
    '      <field name="float" type="ieee_single"/>',
    '      <field name="double" type="ieee_double"/>',
    '    </union>',
    ...Array.from({ length: 32 }, (_, n) => register(`f${n}`, FIRST_FLOAT + n, 'riscv_double')),
    ...FLOAT_CSRS.map((name) => register(name, csrNumber(name), 'int', 32)),
  ];
}

/**
 * `target.xml` ("Target Description Format" in GDB's manual) of a hart with or without F and D, and H. Without an
 * OS ABI of its own GDB would step as it does in processes of Linux, by breakpoints behind each
 * instruction, which privileged returns escape.
 */
export function targetDescription(hasFloat: boolean, hasHypervisor: boolean): string {
  const csrs = hasHypervisor ? [...CSRS, ...HYPERVISOR_CSRS] : CSRS;
  const features = [
    feature('cpu', generalRegisters()),
    ...(hasFloat ? [feature('fpu', floatRegisters())] : []),
    feature(
      'csr',
      csrs.map((name) => register(name, csrNumber(name), 'int')),
    ),
    feature('virtual', [
      register('priv', PRIVILEGE, 'int', 8),
      ...(hasHypervisor ? [register('virt', VIRTUALIZED, 'int', 8)] : []),
    ]),
  ];
  return `<?xml version="1.0"?>
<!DOCTYPE target SYSTEM "gdb-target.dtd">
<target version="1.0">
  <architecture>riscv:rv64</architecture>
  <osabi>none</osabi>
${features.join('\n')}
</target>
`;
}

/** Bytes of a register's value in a packet. */
export function registerSize(name: string): number {
  if (name === 'priv' || name === 'virt') return 1;
  return FLOAT_CSRS.includes(name) ? 4 : 8;
}
