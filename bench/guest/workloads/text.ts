/** Bytes of the text that workloads read. */
export const TEXT_SIZE = 64 * 1024;

const WORDS =
  'the guest runs a host page frame table walk trap step clock disk ring queue reads writes and waits for';

/** Text that compresses about as well as prose does; the same each time. */
export function sampleText(): Uint8Array {
  const words = WORDS.split(' ');
  let state = 1;
  // The high bits of Numerical Recipes' linear congruential generator.
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 16;
  };
  const line = () => {
    const chosen = Array.from({ length: 10 }, () => words[random() % words.length]);
    return `${chosen.join(' ')} ${random()}\n`;
  };
  let text = '';
  while (text.length < TEXT_SIZE) text += line();
  return new TextEncoder().encode(text.slice(0, TEXT_SIZE));
}
