type Block = Uint8Array<ArrayBuffer>;

/** 2 MiB: who reads pages one by one comes back to the same few blocks. */
const BLOCKS = 32;

/** Blocks that were inflated lately. */
export class BlockCache {
  readonly #load: (pack: string, block: number) => Promise<Block>;
  readonly #blocks = new Map<string, Block | Promise<Block>>();

  constructor(load: (pack: string, block: number) => Promise<Block>) {
    this.#load = load;
  }

  /** A block, at once if it is there; one that is being read is waited for. */
  get(pack: string, block: number): Block | Promise<Block> {
    const key = `${pack}/${block}`;
    const found = this.#blocks.get(key);
    if (found !== undefined) {
      this.#blocks.delete(key);
      this.#blocks.set(key, found);
      return found;
    }
    const loading = this.#load(pack, block).then(
      (bytes) => {
        if (this.#blocks.get(key) === loading) this.#blocks.set(key, bytes);
        return bytes;
      },
      (error) => {
        if (this.#blocks.get(key) === loading) this.#blocks.delete(key);
        throw error;
      },
    );
    this.#blocks.set(key, loading);
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= BLOCKS) break;
      this.#blocks.delete(oldest);
    }
    return loading;
  }

  clear(): void {
    this.#blocks.clear();
  }
}
