/** Slots of a page of code, one a halfword, and two behind the last that lead out of the page. */
export const PAGE_SLOTS = 2048;
/** Words of a slot. */
export const SLOT_WORDS = 2;

/** Decoded code of a RAM page (exec/decode has the slots' layout). */
export class CodePage {
  /** Its number in its VM's cache: what a fetch entry's addend says. */
  readonly number: number;
  /** RAM page that it was made from. */
  page = -1;
  readonly slots = new Int32Array((PAGE_SLOTS + 2) * SLOT_WORDS);

  constructor(number: number) {
    this.number = number;
  }
}
