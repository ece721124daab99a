/** A bound on memory that several share, and how much of it is in use; both in bytes. */
export class MemoryPool {
  readonly limit: number;
  bytes = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Whether `growth` bytes more would keep to the limit. */
  hasRoom(growth: number): boolean {
    return this.bytes + growth <= this.limit;
  }
}
