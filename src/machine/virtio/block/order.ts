/**
 * In which order requests begin and are answered, so that a virtual clock's guest sees the same each
 * time, however fast the disk is: answers in the order in which requests were taken, changes alone,
 * reads side by side between them.
 */
export class Order {
  #last: Promise<void> = Promise.resolve();
  #lastChange: Promise<void> = Promise.resolve();

  /**
   * Runs `work` when its time has come, then `answer` with its result when all before are answered.
   * The promise settles after that. Whatever one fails with, those behind it fail with too.
   */
  run<T>(changes: boolean, work: () => Promise<T>, answer: (result: T) => void): Promise<void> {
    const last = this.#last;
    const mayBegin = changes ? last : this.#lastChange;
    const done = (async () => {
      await mayBegin;
      const result = await work();
      await last;
      answer(result);
    })();
    this.#last = done;
    if (changes) this.#lastChange = done;
    return done;
  }
}
