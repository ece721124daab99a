/** Bytes that are no module as the translator makes them. The message names what was wrong, and where. */
export class ModuleError extends Error {
  override readonly name = 'ModuleError';

  /** @param offset of the byte that was wrong, from the module's first */
  constructor(
    readonly reason: string,
    readonly offset: number,
  ) {
    super(`no module of translated code: at byte ${offset} ${reason}`);
  }
}
