/** What the platform gives: raw deflate (RFC 1951) and SHA-256. Each may answer at once or later. */
export interface SnapshotTools {
  /** Blocks that may be deflated beside each other: threads that leave one processor to the VMs. */
  readonly deflates: number;
  deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * @param size what comes out, exactly; never more than that is allocated
   * @throws anything, if the bytes are no deflate stream of that size
   */
  inflate(
    bytes: Uint8Array<ArrayBuffer>,
    size: number,
  ): Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>;
  /** 32 bytes. */
  sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> | Uint8Array;
}
