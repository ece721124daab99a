export interface RegionOptions {
  /** Follow code that was never executed, too. Default: false, as the translator does by itself. */
  readonly eager?: boolean;
}

/** A piece of a region's function: what one instruction became, or what belongs to none. */
export interface RegionPart {
  readonly instruction?: RegionInstruction;
  /** Wasm in the text format, folded, a line each; a block is as deep as it stands in the function. */
  readonly wasm: readonly string[];
}

export interface RegionInstruction {
  /** Virtual. */
  readonly address: bigint;
  /** As the disassembler writes it. */
  readonly text: string;
}

/** Guest code that would be translated as one, and the WebAssembly that it becomes. */
export interface Region {
  readonly hart: number;
  /** Where it is entered, virtual. */
  readonly address: bigint;
  /** The WebAssembly module with the region's function alone. */
  readonly module: Uint8Array<ArrayBuffer>;
  /** In the order of the WebAssembly, which need not be that of addresses. */
  readonly parts: readonly RegionPart[];
}
