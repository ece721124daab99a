/** A difference between the machines, told in a paragraph. */
export interface Mismatch {
  /** What differed: a row or a program. */
  readonly name: string;
  readonly text: string;
}
