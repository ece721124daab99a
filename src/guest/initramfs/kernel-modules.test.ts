import { expect, it } from 'vitest';
import { inLoadOrder, type KernelModule } from './kernel-modules.js';

const module = (name: string, depends: string): KernelModule => ({
  name,
  data: new TextEncoder().encode(`\x7fELF…\0license=GPL\0depends=${depends}\0intree=Y\0`),
});

it('puts each module behind those it needs, and keeps the order else', () => {
  const modules = [
    module('virtio_mmio', ''),
    module('virtio_net', 'net-failover'.replace('-', '_')),
    module('net-failover', 'failover'),
    module('failover', ''),
  ];
  expect(inLoadOrder(modules).map(({ name }) => name)).toEqual([
    'virtio_mmio',
    'failover',
    'net-failover',
    'virtio_net',
  ]);
});

it('names a module that the recipe lacks', () => {
  expect(() => inLoadOrder([module('virtio_net', 'failover')])).toThrow(
    /virtio_net needs failover/,
  );
});

it('is not led in a circle by what modules ask for softly', () => {
  const soft = (name: string, info: string): KernelModule => ({
    name,
    data: new TextEncoder().encode(`ELF\0${info}\0depends=\0`),
  });
  const modules = [
    soft('jbd2', 'softdep=pre: crypto-crc32c'),
    soft('crc32c_generic', 'alias=crypto-crc32c\0softdep=pre: crypto-crc32c jbd2'),
  ];
  expect(inLoadOrder(modules).map(({ name }) => name)).toEqual(['crc32c_generic', 'jbd2']);
});
