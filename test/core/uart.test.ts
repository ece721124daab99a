import { describe, expect, it } from 'vitest';
import { ExitReason } from '../../src/core/exit-reason.js';
import { Machine } from './machine.js';
import { OFF } from './program-parts.js';

/** Registers of the PC16550D, by name. */
const REGISTERS = `
  .equ DATA, 0
  .equ IER, 1
  .equ IIR, 2
  .equ FCR, 2
  .equ LCR, 3
  .equ MCR, 4
  .equ LSR, 5
  .equ MSR, 6
  .equ SCR, 7
  li s0, 0x10000000
`;

const program = (body: string) => Machine.create(`${REGISTERS} ${body} ${OFF}`);

/** Stores a0 into the next byte of `out`. */
const NOTE = 'sb a0, 0(s1); addi s1, s1, 1';
const noting = async (body: string, input = '') => {
  const machine = await Machine.create(`${REGISTERS} la s1, out; ${body} ${OFF} out: .zero 64`);
  // What enables the FIFOs clears them: such programs say where they are ready for input.
  if (body.includes('ready:')) machine.runTo('ready');
  machine.input(input);
  machine.finish();
  const length = Number(machine.x('s1') - machine.at('out'));
  return { machine, bytes: [...machine.ram.read(machine.at('out'), length)] };
};

describe('the UART (PC16550D)', () => {
  it('sends bytes in order, and is always ready for another', async () => {
    const machine = await program(
      [...'Hello'].map((char) => `li a0, '${char}'; sb a0, DATA(s0); lbu a1, LSR(s0)`).join('\n'),
    );
    machine.finish();
    expect(machine.output()).toBe('Hello');
    expect(machine.output()).toBe('');
    expect(machine.x('a1') & 0x60n).toBe(0x60n);
  });

  it('receives bytes, as LSR says', async () => {
    const { bytes } = await noting(
      `lbu a0, LSR(s0); ${NOTE}
      lbu a0, DATA(s0); ${NOTE}
      lbu a0, DATA(s0); ${NOTE}
      lbu a0, LSR(s0); ${NOTE}
      lbu a0, DATA(s0); ${NOTE}`,
      'xy',
    );
    expect(bytes).toEqual([0x61, 0x78, 0x79, 0x60, 0]);
  });

  it('keeps the divisor behind DLAB, and scratch, line and modem control', async () => {
    const { bytes, machine } = await noting(`
      li a0, 0x83; sb a0, LCR(s0)
      li a0, 0x55; sb a0, DATA(s0)
      li a0, 0x01; sb a0, IER(s0)
      lbu a0, DATA(s0); ${NOTE}
      lbu a0, IER(s0); ${NOTE}
      li a0, 0x03; sb a0, LCR(s0)
      lbu a0, IER(s0); ${NOTE}
      lbu a0, LCR(s0); ${NOTE}
      li a0, 0xa5; sb a0, SCR(s0); lbu a0, SCR(s0); ${NOTE}
      li a0, 0xff; sb a0, MCR(s0); lbu a0, MCR(s0); ${NOTE}`);
    expect(bytes).toEqual([0x55, 0x01, 0x00, 0x03, 0xa5, 0x1f]);
    expect(machine.output()).toBe('');
  });

  it('identifies interrupts by priority: data, then an empty transmitter (8.6)', async () => {
    const { bytes } = await noting(
      `li a0, 0xc1; sb a0, FCR(s0)
      li a0, 0x03; sb a0, IER(s0)
ready: lbu a0, IIR(s0); ${NOTE}    # less than 14 bytes: a time-out
      lbu a0, IIR(s0); ${NOTE}    # which reading does not clear
      lbu a1, DATA(s0); lbu a1, DATA(s0)
      lbu a0, IIR(s0); ${NOTE}    # the transmitter is empty
      lbu a0, IIR(s0); ${NOTE}    # which reading clears
      li a0, 'x'; sb a0, DATA(s0)
      lbu a0, IIR(s0); ${NOTE}
      sb zero, FCR(s0)
      lbu a0, IIR(s0); ${NOTE}`,
      'ab',
    );
    expect(bytes.slice(0, 5)).toEqual([0xcc, 0xcc, 0xc2, 0xc1, 0xc2]);
    expect((bytes[5] ?? 0xff) & 0xc0).toBe(0);
  });

  it('says that data are available at the trigger level', async () => {
    const { bytes } = await noting(
      `li a0, 0x81; sb a0, FCR(s0)
      li a0, 0x01; sb a0, IER(s0)
ready: lbu a0, IIR(s0); ${NOTE}
      lbu a0, DATA(s0)
      lbu a0, IIR(s0); ${NOTE}`,
      '12345678',
    );
    expect(bytes).toEqual([0xc4, 0xcc]);
  });

  it('loses what the FIFO held when it is cleared', async () => {
    const { bytes } = await noting(
      `li a0, 0x01; sb a0, FCR(s0)
      li a0, 0x03; sb a0, FCR(s0)
      lbu a0, LSR(s0); ${NOTE}`,
      'abc',
    );
    expect(bytes).toEqual([0x60]);
  });

  it('turns back what is sent in loop-back, and its modem lines (8.8)', async () => {
    const { bytes, machine } = await noting(`
      li a0, 0x1a; sb a0, MCR(s0)
      li a0, 'q'; sb a0, DATA(s0)
      lbu a0, DATA(s0); ${NOTE}
      lbu a0, MSR(s0); ${NOTE}`);
    // RTS is CTS, OUT2 is DCD.
    expect(bytes).toEqual([0x71, 0x90]);
    expect(machine.output()).toBe('');
  });

  it('hands over when its output is more than half full, and loses nothing', async () => {
    const machine = await program(`
      li s1, 10000
1:    andi a0, s1, 63
      addi a0, a0, 32
      sb a0, DATA(s0)
      addi s1, s1, -1
      bnez s1, 1b`);
    let output = '';
    let handovers = 0;
    let reason = machine.run();
    for (; reason === ExitReason.Console; reason = machine.run()) {
      output += machine.output();
      handovers += 1;
    }
    output += machine.output();
    expect(reason).toBe(ExitReason.Shutdown);
    expect(handovers).toBe(2);
    expect(output).toBe(
      Array.from({ length: 10_000 }, (_, n) => String.fromCharCode(((10_000 - n) & 63) + 32)).join(
        '',
      ),
    );
  });

  it('that nobody reads from is full after 8,192 bytes, and says so', async () => {
    const machine = await program(`
1:    lbu a0, LSR(s0)
      andi a0, a0, 0x20
      beqz a0, 2f
      sb s1, DATA(s0)
      addi s1, s1, 1
      j 1b
2:    nop`);
    let reason = machine.run();
    while (reason === ExitReason.Console) reason = machine.run();
    expect(reason).toBe(ExitReason.Shutdown);
    expect(machine.x('s1')).toBe(8192n);
  });

  it('takes 4,096 bytes of input that nobody has read, and the rest later', async () => {
    const machine = await program('1: lbu a0, DATA(s0); lbu a1, DATA(s0)');
    expect(machine.input('z'.repeat(5000))).toBe(4096);
    expect(machine.input('z')).toBe(0);
    machine.finish();
    expect(machine.input('abc')).toBe(2);
  });
});
