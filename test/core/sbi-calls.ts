/** Programs in S-mode that make SBI calls and note what is answered. */
import { Machine, type MachineOptions } from './machine.js';

/** Extension ids (SBI 3). */
export const BASE = 0x10;
export const TIME = 0x5449_4d45;
export const IPI = 0x73_5049;
export const RFENCE = 0x5246_4e43;
export const HSM = 0x48_534d;
export const SRST = 0x5352_5354;
export const DBCN = 0x4442_434e;

/** Errors (SBI 3). */
export const NOT_SUPPORTED = -2;
export const INVALID_PARAM = -3;
export const INVALID_ADDRESS = -5;
export const ALREADY_AVAILABLE = -6;

/** Calls `extension`.`fid` and notes a0 and a1 at s1. */
export const call = (
  extension: number | string,
  fid: number,
  ...args: (number | bigint | string)[]
) => `
      ${args
        .map((arg, n) =>
          typeof arg === 'string'
            ? `la a${n}, ${arg}`
            : `li a${n}, ${BigInt.asIntN(64, BigInt(arg))}`,
        )
        .join('; ')}
      li a6, ${fid}
      li a7, ${extension}
      ecall
      sd a0, 0(s1)
      sd a1, 8(s1)
      addi s1, s1, 16
`;

export const SHUTDOWN = `
      li a0, 0
      li a1, 0
      li a6, 0
      li a7, ${SRST}
      ecall
      j .
`;

export const create = (body: string, options: MachineOptions = {}) =>
  Machine.create(
    `la s1, notes
      ${body}
      ${SHUTDOWN}
.balign 8
notes: .zero 1024`,
    { sbi: true, ...options },
  );

/** Pairs of error and value that the calls answered. */
export function answers(machine: Machine): [number, bigint][] {
  const result: [number, bigint][] = [];
  for (let at = machine.at('notes'); at < machine.x('s1'); at += 16n) {
    result.push([Number(BigInt.asIntN(64, machine.word(at))), machine.word(at + 8n)]);
  }
  return result;
}

export const ask = async (body: string, options: MachineOptions = {}) =>
  answers((await create(body, options)).finish());

export const errors = async (body: string, options: MachineOptions = {}) =>
  (await ask(body, options)).map(([error]) => error);
