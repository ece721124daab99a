/**
 * Waits for all, then throws the first failure. Unlike `Promise.all` nothing is under way afterwards:
 * a buffer that was lent may be taken back, and a lock let go.
 */
export async function settleAll(tasks: readonly Promise<unknown>[]): Promise<void> {
  if (tasks.length === 1) {
    await tasks[0];
    return;
  }
  for (const result of await Promise.allSettled(tasks)) {
    if (result.status === 'rejected') throw result.reason;
  }
}
