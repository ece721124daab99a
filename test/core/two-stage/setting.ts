import type { Access, Setting } from './model.js';

/** No translation, and nothing that opens more than usual; A and D bits are set by the walker. */
export const PLAIN: Setting = {
  satp: 0n,
  vsatp: 0n,
  hgatp: 0n,
  sum: false,
  mxr: false,
  guestSum: false,
  guestMxr: false,
  updates: true,
  guestUpdates: true,
  pageTypes: false,
  guestPageTypes: false,
};

/** A load by a guest's supervisor. */
export const guestRead = (va: bigint): Access => ({
  va,
  kind: 'read',
  user: false,
  virtual: true,
  executable: false,
});
