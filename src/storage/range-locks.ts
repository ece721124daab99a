/** A range of clusters that somebody holds or waits for. */
export interface RangeLock {
  readonly first: number;
  readonly end: number;
  readonly exclusive: boolean;
}

interface Claim extends RangeLock {
  /** Present while it waits. */
  grant?: (() => void) | undefined;
}

/**
 * Locks on ranges: any number of shared holders, or one exclusive one. Claims are served in the order
 * of their coming, so that nobody starves; a claim is granted whole or not at all, so that no two
 * wait for each other.
 */
export class RangeLocks {
  /** In the order of their coming; as many as there are requests under way, so a list will do. */
  readonly #claims: Claim[] = [];

  async acquire(first: number, end: number, exclusive: boolean): Promise<RangeLock> {
    const claim: Claim = { first, end, exclusive };
    this.#claims.push(claim);
    if (!this.#isFree(this.#claims.length - 1)) {
      await new Promise<void>((resolve) => {
        claim.grant = resolve;
      });
    }
    return claim;
  }

  /** A lock that nobody is in the way of, now; else undefined, and nothing is claimed. */
  tryAcquire(first: number, end: number, exclusive: boolean): RangeLock | undefined {
    const claim: Claim = { first, end, exclusive };
    this.#claims.push(claim);
    if (this.#isFree(this.#claims.length - 1)) return claim;
    this.#claims.pop();
    return undefined;
  }

  release(lock: RangeLock): void {
    this.#claims.splice(this.#claims.indexOf(lock), 1);
    for (const [index, claim] of this.#claims.entries()) {
      if (claim.grant === undefined || !this.#isFree(index)) continue;
      const { grant } = claim;
      claim.grant = undefined;
      grant();
    }
  }

  /** Whether nobody who came before is in the way. */
  #isFree(index: number): boolean {
    const claim = this.#claims[index] as Claim;
    for (let before = 0; before < index; before++) {
      const other = this.#claims[before] as Claim;
      const overlap = other.first < claim.end && claim.first < other.end;
      if (overlap && (other.exclusive || claim.exclusive)) return false;
    }
    return true;
  }
}
