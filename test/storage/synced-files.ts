import type { Vm } from '../../src/vm/vm.js';
import { inGuest } from './ext4-guest.js';

/** Files that are kept; older ones are removed, so that the disk's space is used again and again. */
const KEPT = 30;
/** Bytes that files are cut from. */
const PATTERN = Uint8Array.from({ length: 65_536 }, (_, at) => (at * 2_654_435_761) >>> 11);
const PATTERN_FILE = '/tmp/pattern';
/** Where synced files are, on the file system. */
export const SYNCED = '/synced';

const sizeOf = (number: number) => 1 + ((number * 7919) % 24_000);

/** The content of a file by its number. */
export function contentOf(number: number): Uint8Array {
  const size = sizeOf(number);
  return PATTERN.subarray(size, 2 * size);
}

/** The files that must be there once file `last` was said to be synced. */
export function mustBeThere(last: number): number[] {
  // The next one may be under way, and with it the oldest one's removal.
  const first = Math.max(1, last + 2 - KEPT);
  return Array.from({ length: Math.max(0, last + 1 - first) }, (_, index) => first + index);
}

/** What the folder of synced files lacks, or holds wrongly, when `last` was synced. */
export function faults(found: ReadonlyMap<string, Uint8Array>, last: number): string[] {
  return mustBeThere(last).flatMap((number) => {
    const content = found.get(`${number}`);
    if (content === undefined) return [`file ${number} is lost`];
    return Buffer.compare(content, contentOf(number)) === 0 ? [] : [`file ${number} is damaged`];
  });
}

/** Makes an ext4 on a drive and mounts it. */
export async function prepareExt4(vm: Vm, device: string, folder: string): Promise<void> {
  await vm.files.write(PATTERN_FILE, PATTERN);
  await inGuest(vm, `/sbin/mke2fs -q -t ext4 ${device} && mkdir -p ${folder}`);
  await inGuest(vm, `mount -t ext4 -o discard ${device} ${folder} && mkdir ${folder}${SYNCED}`);
  await inGuest(vm, `mkdir ${folder}/noise && sync`);
}

/**
 * Writes files in the guest, one after another, each with fsync, beside others that nobody waits for.
 * `synced` is told of each as soon as its fsync has returned, and the guest goes on after that.
 */
export async function writeSynced(
  vm: Vm,
  folder: string,
  count: number,
  synced: (number: number) => void,
): Promise<void> {
  const writer = vm.spawn(`
    while read -r n; do
      size=$((1 + n * 7919 % 24000))
      cat ${PATTERN_FILE} > ${folder}/noise/$((n % 5))
      [ $n -le ${KEPT} ] || rm ${folder}${SYNCED}/$((n - ${KEPT}))
      dd if=${PATTERN_FILE} bs=$size skip=1 count=1 conv=fsync \\
        of=${folder}${SYNCED}/$n 2> /dev/null || exit 1
      echo $n
    done`);
  const input = writer.stdin.getWriter();
  const encoder = new TextEncoder();
  const next = (number: number) => input.write(encoder.encode(`${number}\n`));
  await next(1);
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of writer.stdout) {
    text += decoder.decode(bytes, { stream: true });
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const number = Number(text.slice(0, end));
      text = text.slice(end + 1);
      synced(number);
      if (number === count) await input.close();
      else await next(number + 1);
    }
  }
  const status = await writer.status;
  if (status !== 0) throw new Error(`the guest could not write to ${folder}: status ${status}`);
}
