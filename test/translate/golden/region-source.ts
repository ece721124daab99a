/** Guest code whose WebAssembly is kept in a golden file. */
export interface RegionSource {
  /** The program, which stands from the first byte of RAM. */
  readonly program: string;
  /** Label or name of the region's entry; the program's first instruction if not given. */
  readonly entry?: string;
  /** CPU model. */
  readonly cpu?: string;
  /** Steps that the program runs before; the region is then of what they executed, else of all that is there. */
  readonly run?: bigint;
  /** Whether the file has the ways out at the function's end as well, which are much the same for all. */
  readonly whole?: boolean;
}

/** By the names of their files. */
export type RegionSources = Readonly<Record<string, RegionSource | string>>;
