/** The translator's part of the ABI: requests, batches, counters. */

/** Sets a tunable (`TranslatorSetting` in the host layer). */
export function translatorSet(which: u32, value: u32): void {}

/** Requests that wait. */
export function translatorQueued(): u32 {
  return 0;
}

/** Emits a module for at most `most` requests; its bytes. */
export function translatorEmit(table: u32, most: u32): u32 {
  return 0;
}

export function translatorEmitted(): u32 {
  return 0;
}

export function translatorInstall(): u32 {
  return 0;
}

export function translatorReject(): void {}

export function translatorForget(): void {}

export function translatorCounter(which: u32): u64 {
  return 0;
}
