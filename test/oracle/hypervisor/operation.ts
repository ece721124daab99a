import { encode, type Image, ORIGIN } from '../code.js';
import { BARE, type Root } from './address-space.js';
import { HYPERVISOR_HANDLER } from './harness.js';
import { ALIAS } from './tables.js';
import {
  CODE,
  OPERATION_FIELDS,
  OPERATION_SIZE,
  OPERATIONS,
  OPERATIONS_MOST,
  STUB_SIZE,
  stubOffset,
  WAY,
} from './world.js';

export type Mode = 'M' | 'HS' | 'U' | 'VS' | 'VU';
export const MODES: readonly Mode[] = ['M', 'HS', 'U', 'VS', 'VU'];
export const isVirtual = (mode: Mode) => mode === 'VS' || mode === 'VU';
/** MPP, or SPP by its low bit. */
export const PRIVILEGE: Readonly<Record<Mode, bigint>> = { M: 3n, HS: 1n, U: 0n, VS: 1n, VU: 0n };

export const MPV = 1n << 39n;
export const MPRV = 1n << 17n;
export const SUM = 1n << 18n;
export const MXR = 1n << 19n;
export const FLOATS = 3n << 13n;
export const SPP = 1n << 8n;
export const SPV = 1n << 7n;
export const SPVP = 1n << 8n;
export const HU = 1n << 9n;

/** What an access was meant to be. */
export interface Access {
  readonly kind: 'load' | 'store' | 'fetch';
  readonly address: bigint;
  /** CSRs that it was translated by; vsatp is 0 where the VS-stage is Bare. */
  readonly vsatp: bigint;
  readonly hgatp: bigint;
}

export interface Operation {
  readonly mode: Mode;
  readonly words: readonly number[];
  readonly mstatus: bigint;
  readonly hstatus: bigint;
  readonly vsstatus: bigint;
  readonly address?: bigint;
  readonly value?: bigint;
  /** Where xRET leads to: the operation's end as this mode finds it. */
  readonly back?: Mode;
  readonly access?: Access;
  /** A store of the operation into a table: offset in RAM and value, for whoever follows along. */
  readonly poke?: { readonly place: number; readonly value: bigint };
  /** Whether it is HLVX. */
  readonly executing?: boolean;
  /** Bits of the result that are compared. */
  readonly compare?: bigint;
}

/** How a mode finds the code: by which translation, if by any. */
export interface Sight {
  /** The VS-stage's scheme, and that of satp. */
  readonly supervisor: Root;
  readonly hypervisor: Root;
}

/** Where a mode finds an offset of RAM. */
export function addressIn(mode: Mode, offset: number, sight: Sight): bigint {
  const translated =
    mode === 'VU' ? sight.supervisor !== BARE : mode === 'U' && sight.hypervisor !== BARE;
  return translated ? (BigInt(ALIAS) << 30n) + BigInt(offset) : BigInt(ORIGIN + offset);
}

/** Only SRET leads into a virtual machine: QEMU's MPV cannot be written (see deviations). */
function wayOf({ mode, mstatus }: Operation): number {
  if (isVirtual(mode)) return WAY.sret;
  if (mode !== 'M') return WAY.mret;
  return mstatus & MPV ? WAY.virtualMachine : WAY.machine;
}

/** Writes an operation's stub and its record. */
export function writeOperation(
  image: Image,
  world: number,
  number: number,
  operation: Operation,
  sight: Sight,
): void {
  if (number >= OPERATIONS_MOST) throw new RangeError(`a world has no operation ${number}`);
  image.at = world + stubOffset(number);
  const start = image.at;
  for (const word of operation.words) image.word(word);
  const end = image.at;
  image.emit('ecall');
  if (image.at - start > STUB_SIZE) throw new RangeError(`stub ${number} is too long`);
  const { mode, mstatus, hstatus, vsstatus, address = 0n, value = 0n, back = mode } = operation;
  const record: Record<(typeof OPERATION_FIELDS)[number], bigint> = {
    entry: addressIn(mode, start, sight),
    back: addressIn(back, end, sight),
    mstatus,
    hstatus,
    vsstatus,
    address,
    value,
    way: BigInt(wayOf(operation)),
  };
  const at = world + OPERATIONS + OPERATION_SIZE * number;
  for (const [n, name] of OPERATION_FIELDS.entries()) {
    image.set64(at + 8 * n, BigInt.asUintN(64, record[name as keyof typeof record]));
  }
}

/** The VS-mode handler, at a world's first place for code. */
export function writeHandler(image: Image, world: number): void {
  image.set32(world + CODE, encode('ecall'));
}

/** Handlers of the lower modes, by their addresses. */
export const handlers = (world: number) => ({
  hypervisor: BigInt(HYPERVISOR_HANDLER),
  supervisor: BigInt(ORIGIN + world + CODE),
});
