/** What exec/slow did with an instruction; any other value is its length, and it retired. */

/** Nothing yet: the slot was just decoded. No step was spent. */
export const AGAIN = 0;
/** pc moved elsewhere, or the fetch context changed: enter anew at pc. A step was spent. */
export const REDIRECT = 1;
/** The same without a step: the instruction must be fetched another way, or could not be begun. */
export const REENTER = 3;

/** What the inner loop yields instead of a slot: the fetch TLB is to be consulted, or the budget is spent. */
export const ENTER = -1;
