/** The driver's side of a block device under test. */
import { BlockDevice, type BlockOptions } from '../../src/machine/virtio/block/block-device.js';
import { type FakeRequest, FakeTransport } from './fake-transport.js';
import { TestDisk } from './test-disk.js';

/** Request types and statuses (VIRTIO 1.2 §5.2.6), written down anew so that a test can find them wrong. */
export const IN = 0;
export const OUT = 1;
export const FLUSH = 4;
export const GET_ID = 8;
export const DISCARD = 11;
export const WRITE_ZEROES = 13;
export const OK = 0;
export const IO_ERROR = 1;
export const UNSUPPORTED = 2;

export const MIB = 2 ** 20;

function bytesOf(...words: [value: number | bigint, width: 4 | 8][]): Uint8Array {
  return Uint8Array.from(
    words.flatMap(([value, width]) =>
      Array.from({ length: width }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 255n)),
    ),
  );
}

/** A request's readable part: header, then data. */
export function message(
  type: number,
  sector: number | bigint,
  data: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const header = bytesOf([type, 4], [0, 4], [sector, 8]);
  const bytes = new Uint8Array(header.length + data.length);
  bytes.set(header);
  bytes.set(data, header.length);
  return bytes;
}

export const segment = (sector: number | bigint, sectors: number, flags = 0) =>
  bytesOf([sector, 8], [sectors, 4], [flags, 4]);
export const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);
export const status = (request: FakeRequest) => request.answer[request.writable - 1];

export function setUp(disk = new TestDisk(MIB), options: BlockOptions = {}, features?: bigint) {
  const device = new BlockDevice(disk, options);
  return { disk, device, transport: new FakeTransport(device, features) };
}
