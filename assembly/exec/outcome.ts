/** What exec/slow did with an instruction; any other value is its length, and it retired. */

/** Nothing yet: the slot was just decoded. No step was spent. */
export const AGAIN: u32 = 0;
/** pc moved elsewhere, or the fetch context changed: enter anew at pc. A step was spent. */
export const REDIRECT: u32 = 1;
/** The same without a step: the instruction must be fetched another way, or could not be begun. */
export const REENTER: u32 = 3;
/** The instruction is illegal here; exec/slow raises the exception with the word's bits. */
export const ILLEGAL: u32 = 0xff;
/** The same with a virtual-instruction exception, so that the hypervisor may emulate it (Privileged 15.6.1). */
export const VIRTUAL: u32 = 0xfe;
