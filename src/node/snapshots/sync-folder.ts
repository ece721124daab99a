import { open } from 'node:fs/promises';

/** Makes names in a folder durable: what was made, renamed or removed in it. Windows has no such thing. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
