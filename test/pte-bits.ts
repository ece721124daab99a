/** PTE bits (Privileged 12.3.1, 12.4, 12.5). */
export const V = 1n;
export const R = 2n;
export const W = 4n;
export const X = 8n;
export const U = 16n;
export const G = 32n;
export const A = 64n;
export const D = 128n;
export const N = 1n << 63n;
