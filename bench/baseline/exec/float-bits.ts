/** The sign in a number's high half. */
export const SIGN = -0x8000_0000;
/** The smallest normal numbers, to which tinier ones might have been rounded: 2^-1022 and 2^-126. */
export const LEAST_NORMAL = 2.2250738585072014e-308;
export const LEAST_NORMAL_SINGLE = 1.1754943508222875e-38;
