/** How reports write figures and names. */

export const integer = (value: number) =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
export const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
export const seconds = (value: number) => `${value.toFixed(3)} s`;
/** `load faults`. */
export const spaced = (name: string) =>
  name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
