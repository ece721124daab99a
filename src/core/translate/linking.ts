/** What modules of regions import. */
export interface RegionImports {
  readonly env: { readonly memory: WebAssembly.Memory; readonly table: WebAssembly.Table };
}

/** Compiles modules of regions and makes instances of them; their element segments fill the table. */
export interface Linking {
  /**
   * Does it at once; `bytes` are a view of the core's memory, and changed later.
   *
   * @throws RangeError where the platform refuses a module of this size in this thread; other errors if it does not compile
   */
  now(bytes: Uint8Array<ArrayBuffer>, imports: RegionImports): void;
  /** Does it in other threads, as far as the platform can. Rejects if it does not compile. */
  later(bytes: Uint8Array<ArrayBuffer>, imports: RegionImports): Promise<void>;
}

/** The platform's own. */
export const platformLinking: Linking = {
  now(bytes, imports) {
    new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
  },
  async later(bytes, imports) {
    await WebAssembly.instantiate(await WebAssembly.compile(bytes), imports);
  },
};

/** A function that ends by calling itself with `return_call` (0x12). */
const TAIL_CALL = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 4, 1, 0x60, 0, 0],
  ...[3, 2, 1, 0],
  ...[10, 6, 1, 4, 0, 0x12, 0, 0x0b],
);

/** Whether the platform knows tail calls. */
export const hasTailCalls = (): boolean => WebAssembly.validate(TAIL_CALL);
