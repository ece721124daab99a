import { CSR_NUMBERS } from '../../../isa/csrs.js';
import { disassemble } from '../../../isa/disassembler.js';
import { findRow } from '../../../isa/table.js';
import { comparedBits } from './csr-rules.js';
import { amended, comparedOf } from './deviations.js';
import { entryOf } from './log.js';
import type { Operation } from './operation.js';
import {
  DATA,
  DUMP,
  DUMP_CSRS,
  G_TABLES,
  LOG,
  LOG_ENTRY,
  LOG_FIELDS,
  OPERATIONS,
  PAGE,
  VS_TABLES,
  WORLD_SIZE,
} from './world.js';

const ALL = (1n << 64n) - 1n;

/** A difference: the operation's number, or what it was found in. */
export interface Difference {
  readonly operation?: number;
  readonly text: string;
}

/** What two machines left in a world, where it differs: operations first, then tables, data and CSRs. */
export function differences(
  oracle: Uint8Array,
  subject: Uint8Array,
  world: number,
  operations: readonly Operation[],
): Difference[] {
  const [want, have] = [oracle, subject].map((bytes) =>
    Buffer.from(bytes.buffer, bytes.byteOffset + world, WORLD_SIZE),
  ) as [Buffer, Buffer];
  if (want.equals(have)) return [];
  const found: Difference[] = [];
  for (const [number, operation] of operations.entries()) {
    const at = LOG + LOG_ENTRY * number;
    if (want.subarray(at, at + LOG_ENTRY).equals(have.subarray(at, at + LOG_ENTRY))) continue;
    const expected = amended(entryOf(oracle, world, number), operation);
    const actual = amended(entryOf(subject, world, number), operation);
    const fields = LOG_FIELDS.filter(
      (name) => ((expected[name] ^ actual[name]) & comparedOf(name, operation, expected)) !== 0n,
    );
    if (fields.length === 0) continue;
    const told = fields.map(
      (name) => `${name} ${hex(actual[name])}, the oracle says ${hex(expected[name])}`,
    );
    found.push({
      operation: number,
      text: `${tell(number, operation)}\n    ${told.join('\n    ')}`,
    });
  }
  for (let at = 0; at < OPERATIONS; at += 8) {
    const mask = dumpMask(at);
    const [expected, actual] = [want, have].map((bytes) => bytes.readBigUInt64LE(at) & mask);
    if (expected === actual) continue;
    found.push({ text: `${nameOf(at)}: ${hex(actual)}, the oracle says ${hex(expected)}` });
  }
  return found;
}

const dumped = (at: number) => (at >= DUMP ? DUMP_CSRS[(at - DUMP) / 8] : undefined);

function dumpMask(at: number): bigint {
  const name = dumped(at);
  return name === undefined ? ALL : comparedBits(CSR_NUMBERS.get(name) ?? 0);
}

function nameOf(at: number): string {
  const name = dumped(at);
  if (name !== undefined) return `${name} at the end`;
  const place = (from: number) => `+${(at - from).toString(16)}`;
  if (at >= DATA) return `data ${place(DATA)}`;
  if (at >= VS_TABLES) {
    return `VS-stage table ${4 - Math.floor((at - VS_TABLES) / PAGE)} entry ${(at % PAGE) / 8}`;
  }
  return at >= G_TABLES ? `G-stage tables ${place(G_TABLES)}` : `world ${place(0)}`;
}

/** An operation in one paragraph. */
export function tell(number: number, operation: Operation): string {
  const { mode, words, mstatus, hstatus, vsstatus, access, address = 0n, value = 0n } = operation;
  const code = words.map((word) =>
    findRow(word) === undefined ? word.toString(16) : disassemble(word, 0n),
  );
  const state = Object.entries({ mstatus, hstatus, vsstatus, x11: address, x12: value, ...access })
    .map(([name, one]) => `${name}=${typeof one === 'bigint' ? hex(BigInt.asUintN(64, one)) : one}`)
    .join(' ');
  return `operation ${number} in ${mode}: ${code.join('; ')}\n    ${state}`;
}

function hex(value: bigint | undefined): string {
  return value === undefined ? 'nothing' : `0x${value.toString(16)}`;
}
