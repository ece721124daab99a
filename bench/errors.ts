/** A guest program ended with another result than it must. The bench run fails. */
export class WrongResultError extends Error {
  override readonly name = 'WrongResultError';
}

/** An engine, or the place the bench runs in, cannot do this. The other rows still run. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/** A request that cannot be right; the message lists what would be. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
