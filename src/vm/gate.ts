/** Where a run loop sleeps until there is something to do. */
export class Gate {
  #wake: (() => void) | undefined;
  #knocked = false;

  /** Ends the sleep, or the next one if nobody sleeps. */
  wake(): void {
    this.#knocked = true;
    this.#wake?.();
  }

  /** Resolves at `wake`, or after `milliseconds`. */
  async sleep(milliseconds?: number): Promise<void> {
    if (!this.#knocked) {
      let timer: unknown;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        // Browsers and Node take 31 bits; whoever is woken early sleeps again.
        if (milliseconds !== undefined) {
          timer = setTimeout(resolve, Math.min(Math.ceil(milliseconds), 0x7fff_ffff));
        }
      });
      this.#wake = undefined;
      clearTimeout(timer);
    }
    this.#knocked = false;
  }
}
