/**
 * A section of a machine's state: a header, then records of named fields, little-endian.
 *
 * ```
 * header  magic u32 | version u16 | kind u8 | index u8
 * record  length of the name u8 | width of an element u8 | 0 u16 | count u32 | name | count elements
 * ```
 * Each kind of section has one visitor, which names every field with the place where it lives. The same
 * visit saves the section and loads it, so that the two cannot drift. Sections are in TRANSFER meanwhile.
 *
 * What is loaded is hostile. Fields stand in the visitor's order; one that is unknown, missing, of another
 * shape, or of a value that `check` does not allow ends the visit: `refusal` says why, and whose fault it is
 * is kept for the host layer. Nothing is loaded after that.
 *
 * Names are string literals: constants, for which nothing is allocated.
 */
import { TRANSFER, TRANSFER_SIZE } from '../layout';

/** "HWst", little-endian. */
const MAGIC: u32 = 0x7473_5748;
/** What is written. A field that is added gets the next version as its `since`. */
export const STATE_VERSION: u32 = 1;

const HEADER_SIZE: usize = 8;
const RECORD_HEADER_SIZE: usize = 8;

/** Why a section was refused (`StateRefusal` in the host layer). */
export const LOADED: u32 = 0;
/** The VM has no such section. */
export const NO_SECTION: u32 = 1;
/** It is no section, or not this one. */
export const OTHER_SECTION: u32 = 2;
/** Its version is not known here. */
export const OTHER_VERSION: u32 = 3;
/** Its records do not end where it ends. */
export const BROKEN_RECORD: u32 = 4;
export const UNKNOWN_FIELD: u32 = 5;
export const MISSING_FIELD: u32 = 6;
/** Width or count of a field are not what they are here. */
export const WRONG_SHAPE: u32 = 7;
export const WRONG_VALUE: u32 = 8;
/** It is of a machine that is made differently. */
export const OTHER_MACHINE: u32 = 9;

/** Whether the visit loads; else it saves. These live within one call into the core. */
export let loading: bool = false;
export let refusal: u32 = LOADED;
/** Elements of the record that `record` yielded last. */
export let recordCount: u32 = 0;
/** Where the next record begins, and where the section ends. */
let cursor: usize = 0;
let end: usize = 0;
/** Version of the section that is loaded. */
let version: u32 = 0;
/** The field visited last, as a string's address, and the record that is at fault, if it is not that field's. */
let visited: string = '';
let culprit: usize = 0;

export function beginSave(kind: u32, index: u32): void {
  loading = false;
  refusal = LOADED;
  store<u32>(TRANSFER, MAGIC);
  store<u16>(TRANSFER, <u16>STATE_VERSION, 4);
  store<u8>(TRANSFER, <u8>kind, 6);
  store<u8>(TRANSFER, <u8>index, 7);
  cursor = TRANSFER + HEADER_SIZE;
  end = TRANSFER + TRANSFER_SIZE;
}

/** Bytes of the section that was saved; 0 if it did not fit. */
export function endSave(): u32 {
  return refusal ? 0 : <u32>(cursor - TRANSFER);
}

export function beginLoad(kind: u32, index: u32, bytes: u32): void {
  loading = true;
  refusal = LOADED;
  visited = '';
  culprit = 0;
  cursor = TRANSFER + HEADER_SIZE;
  end = TRANSFER + bytes;
  version = load<u16>(TRANSFER, 4);
  if (bytes < <u32>HEADER_SIZE || bytes > TRANSFER_SIZE || load<u32>(TRANSFER) !== MAGIC) {
    refusal = OTHER_SECTION;
  } else if (!version || version > STATE_VERSION) refusal = OTHER_VERSION;
  else if (load<u8>(TRANSFER, 6) !== kind || load<u8>(TRANSFER, 7) !== index) {
    refusal = OTHER_SECTION;
  }
}

/** LOADED, or why not; then the name of the field at fault is at TRANSFER: its length (u32), its bytes. */
export function endLoad(): u32 {
  if (!refusal && cursor !== end) {
    culprit = cursor;
    refusal = isRecord(cursor) ? UNKNOWN_FIELD : BROKEN_RECORD;
  }
  if (refusal) putName();
  return refusal;
}

function putName(): void {
  if (culprit && isRecord(culprit)) {
    const length = nameLength(culprit);
    memory.copy(TRANSFER + 4, culprit + RECORD_HEADER_SIZE, length);
    store<u32>(TRANSFER, length);
    return;
  }
  store<u32>(TRANSFER, visited.length);
  putAscii(TRANSFER + 4, visited);
}

function putAscii(place: usize, name: string): void {
  for (let index = 0; index < name.length; ++index) {
    store<u8>(place + index, load<u8>(changetype<usize>(name) + ((<usize>index) << 1)));
  }
}

function nameLength(place: usize): u32 {
  return load<u8>(place);
}

function widthOf(place: usize): u32 {
  return load<u8>(place, 1);
}

function countOf(place: usize): u32 {
  return load<u32>(place, 4);
}

/** Where the elements of a record begin, and where it ends. */
function elementsOf(place: usize): usize {
  return place + RECORD_HEADER_SIZE + nameLength(place);
}

function endOf(place: usize): usize {
  return elementsOf(place) + widthOf(place) * countOf(place);
}

/** Whether a whole record stands there. */
function isRecord(place: usize): bool {
  if (place + RECORD_HEADER_SIZE > end) return false;
  const width = widthOf(place);
  if (!nameLength(place) || !width || width > 8 || popcnt<u32>(width) !== 1) return false;
  if (load<u16>(place, 2) || countOf(place) > TRANSFER_SIZE) return false;
  return endOf(place) <= end;
}

function isNamed(place: usize, name: string): bool {
  if (nameLength(place) !== <u32>name.length) return false;
  for (let index = 0; index < name.length; ++index) {
    const letter = load<u16>(changetype<usize>(name) + ((<usize>index) << 1));
    if (letter !== <u16>load<u8>(place + RECORD_HEADER_SIZE + index)) return false;
  }
  return true;
}

/** The field that was visited last is at fault, or the record at `place`. */
function refuse(why: u32, place: usize = 0): void {
  refusal = why;
  culprit = place;
}

/**
 * Whether the record of the field is the next one; if not, whether the record there is one too many, or the
 * field's is missing. A field that is younger than the section may be.
 */
function isNext(name: string, since: u32): bool {
  if (cursor !== end && !isRecord(cursor)) {
    refuse(BROKEN_RECORD);
    return false;
  }
  if (cursor !== end && isNamed(cursor, name)) return true;
  if (since > version) return false;
  for (let place = cursor; place !== end && isRecord(place); place = endOf(place)) {
    if (!isNamed(place, name)) continue;
    refuse(UNKNOWN_FIELD, cursor);
    return false;
  }
  refuse(MISSING_FIELD);
  return false;
}

/**
 * Address of the elements of a field's record: to be written when saving, `most` of them, or to be read when
 * loading, `recordCount` of them, which are `least` to `most`. 0 if there is nothing to do.
 */
function recordBetween(name: string, width: u32, least: u32, most: u32, since: u32): usize {
  if (refusal) return 0;
  visited = name;
  if (!loading) return begin(name, width, most);
  if (!isNext(name, since)) return 0;
  recordCount = countOf(cursor);
  if (widthOf(cursor) !== width || recordCount < least || recordCount > most) {
    refuse(WRONG_SHAPE);
    return 0;
  }
  const elements = elementsOf(cursor);
  cursor = endOf(cursor);
  return elements;
}

/** Begins a record. */
function begin(name: string, width: u32, count: u32): usize {
  const elements = cursor + RECORD_HEADER_SIZE + name.length;
  if (elements + width * count > end) {
    refusal = WRONG_SHAPE;
    return 0;
  }
  store<u32>(cursor, <u32>name.length | (width << 8));
  store<u32>(cursor, count, 4);
  putAscii(cursor + RECORD_HEADER_SIZE, name);
  cursor = elements + width * count;
  recordCount = count;
  return elements;
}

/** For what is no plain array: address of the elements, `count` in number; 0 if there is nothing to do. */
export function record(name: string, width: u32, count: u32): usize {
  return recordBetween(name, width, count, count, 1);
}

/** Bytes, `count` of them when saving and `most` at most, `recordCount` in number, when loading. */
export function recordOfBytes(name: string, count: u32, most: u32): usize {
  return recordBetween(name, 1, 0, loading ? most : count, 1);
}

/** Moves one element between a record and its place. */
function move(width: u32, from: usize, to: usize): void {
  if (width === 8) store<u64>(to, load<u64>(from));
  else if (width === 4) store<u32>(to, load<u32>(from));
  else if (width === 2) store<u16>(to, load<u16>(from));
  else store<u8>(to, load<u8>(from));
}

function visit(
  name: string,
  place: usize,
  width: u32,
  least: u32,
  most: u32,
  stride: usize,
  since: u32,
): void {
  const elements = recordBetween(name, width, least, most, since);
  if (!elements) return;
  for (let index: u32 = 0; index < recordCount; ++index) {
    const here = elements + <usize>(index * width);
    const there = place + <usize>index * stride;
    if (loading) move(width, here, there);
    else move(width, there, here);
  }
}

/** A field. One of a version after the first says `since` which; loaded from an older section, it stays what it is. */
export function field<T>(name: string, place: usize, since: u32 = 1): void {
  visit(name, place, sizeof<T>(), 1, 1, 0, since);
}

/** An array, its elements `stride` bytes apart. */
export function fields<T>(
  name: string,
  place: usize,
  count: u32,
  stride: usize = sizeof<T>(),
  since: u32 = 1,
): void {
  visit(name, place, sizeof<T>(), count, count, stride, since);
}

/** Counters by some number that may grow: a section may have fewer of them, the others stay what they are. */
export function counters(name: string, place: usize, count: u32): void {
  visit(name, place, 8, 0, count, 8, 1);
}

/** The field visited last must have been this. */
export function check(right: bool): void {
  if (loading && !refusal && !right) refuse(WRONG_VALUE);
}

/** What the machine is made of, which a section says and does not change. */
export function same(name: string, value: u64): void {
  const element = recordBetween(name, 8, 1, 1, 1);
  if (!element) return;
  if (!loading) store<u64>(element, value);
  else if (load<u64>(element) !== value) refuse(OTHER_MACHINE);
}

/** The same of one element of a record. */
export function sameElement(element: usize, value: u32): void {
  if (!loading) store<u32>(element, value);
  else if (load<u32>(element) !== value) refuse(OTHER_MACHINE);
}
