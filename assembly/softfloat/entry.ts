/** Everything that the room's tests call: they compile this file alone. */
export * from './binary32';
export * from './binary64';
export { clearFlags, takeFlags } from './flags';
