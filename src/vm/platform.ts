/** A kernel and its initrd, ready to boot. */
export interface GuestImage {
  readonly name: string;
  readonly kernel: Uint8Array;
  readonly initrd: Uint8Array;
  readonly append: string;
  readonly release: string;
}

/** What the host layer needs of the place it runs in; Node's and the browser's doors supply it. */
export interface Platform {
  /** The compiled core. */
  coreModule(): Promise<WebAssembly.Module>;
  /** Resolves in a later turn of the event loop, as soon as others had theirs. */
  yieldToEvents(): Promise<void>;
  /** The default guest, fetched and cached; absent where no guest can be fetched. */
  debian?(options: { readonly signal?: AbortSignal }): Promise<GuestImage>;
}
