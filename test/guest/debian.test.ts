/** Prepares the default guest from a real mirror; packages that the cache has are not fetched again. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openArchive } from '../../src/guest/debian/archive.js';
import { recipeHash } from '../../src/guest/debian/recipe.js';
import { FileCache } from '../../src/node/file-cache.js';
import { debianGuest } from '../../src/node/guest-store.js';
import { debianMirror } from '../../src/node/mirror.js';

it('prepares the guest, and then has it without a network', async () => {
  const unpacked = new Set<string>();
  const made = await debianGuest({
    refresh: true,
    progress: ({ step, what }) => step === 'unpack' && unpacked.add(what.split(' ')[0] ?? ''),
  });
  expect([...unpacked]).toEqual(['package', 'busybox-static', `linux-image-${made.release}`]);
  expect(made.name).toBe('debian');
  expect(made.append.split(' ')).toContain('console=ttyS0');
  expect(made.release).toMatch(/^6\.12\..*-riscv64$/);
  const latin1 = new TextDecoder('latin1');
  expect(latin1.decode(made.kernel.subarray(48, 60))).toBe('RISCV\0\0\0RSC\x05');
  const initrd = latin1.decode(made.initrd);
  expect(initrd).toContain('virtio_mmio virtio_blk failover net_failover virtio_net virtio-rng\n');
  expect(initrd).toContain('hartwood agent: cannot use the port');

  const again = await debianGuest({ mirror: 'http://127.0.0.1:1/nothing' });
  expect(again.release).toBe(made.release);
  expect(Buffer.compare(again.kernel, made.kernel)).toBe(0);
  expect(Buffer.compare(again.initrd, made.initrd)).toBe(0);
});

it('has one name in the cache, whichever way the library is loaded', async () => {
  const built = new URL('../../dist/src/guest/debian/recipe.js', import.meta.url);
  const script = `import('${built}').then(async (recipe) => console.log(await recipe.recipeHash()))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script]);
  expect(stdout.trim()).toBe(await recipeHash());
});

it("trusts the mirror's own keyring by its pinned keys", async () => {
  const options = {
    mirror: await debianMirror(),
    cache: new FileCache(),
    keyring: () => Promise.resolve([]),
  };
  const index = await openArchive(options, (name) => name === 'busybox-static');
  expect(index.find('busybox-static').size).toBeGreaterThan(100_000);
});

it('names the mirror that cannot be reached', async () => {
  const preparing = debianGuest({ refresh: true, mirror: 'http://127.0.0.1:1/debian' });
  await expect(preparing).rejects.toMatchObject({ code: 'guest-network' });
  await expect(preparing).rejects.toThrow('http://127.0.0.1:1/debian/dists/trixie/InRelease: ');
});
