import { RAM_BASE, TIMEBASE, VIRTIO_SLOTS } from '../core/abi.js';
import { type CpuModel, isaExtensions, isaString, mmuType } from './cpu-model.js';
import { flattenTree, type PropertyValue, type TreeNode } from './flattened-tree.js';

/** What one VM's device tree depends on. */
export interface BoardOptions {
  readonly memory: number;
  readonly cpus: number;
  readonly cpu: CpuModel;
  readonly bootargs?: string;
  /** Guest-physical range of the initial RAM disk. */
  readonly initrd?: { readonly start: bigint; readonly end: bigint };
  readonly rngSeed?: Uint8Array;
}

/** Bytes that a driver sends at one interrupt; the core takes 4,096 before it wants to hand over. */
const UART_BURST = 256;

const FINISHER = 0x10_0000n;
const RTC = 0x10_1000n;
const VMGENID = 0x10_2000n;
const CLINT = 0x200_0000n;
const PLIC = 0xc00_0000n;
const UART = 0x1000_0000n;
const VIRTIO = 0x1000_1000n;

const UART_IRQ = 10;
const RTC_IRQ = 11;
const VMGENID_IRQ = 12;
const INTERRUPT_SOURCES = 60;

/** What the test finisher takes (SiFive test device, as QEMU has it). */
const FINISHER_PASS = 0x5555;
const FINISHER_RESET = 0x7777;

/** Interrupt numbers of a hart (Privileged, table of mcause): MSI 3, MTI 7, MEI 11, SEI 9. */
const MACHINE_SOFTWARE = 3;
const MACHINE_TIMER = 7;
const MACHINE_EXTERNAL = 11;
const SUPERVISOR_EXTERNAL = 9;

/** Phandles: the PLIC, the finisher, then each hart's interrupt controller. */
const PLIC_HANDLE = 1;
const FINISHER_HANDLE = 2;
const hartHandle = (hart: number) => 3 + hart;

function cpuNode(options: BoardOptions, hart: number): TreeNode {
  return {
    properties: {
      device_type: 'cpu',
      reg: hart,
      status: 'okay',
      compatible: 'riscv',
      'riscv,isa': isaString(options.cpu),
      'riscv,isa-base': 'rv64i',
      'riscv,isa-extensions': isaExtensions(options.cpu),
      'mmu-type': mmuType(options.cpu),
    },
    children: {
      'interrupt-controller': {
        properties: {
          '#interrupt-cells': 1,
          'interrupt-controller': true,
          compatible: 'riscv,cpu-intc',
          phandle: hartHandle(hart),
        },
      },
    },
  };
}

function node(
  name: string,
  address: bigint,
  size: bigint,
  properties: Record<string, PropertyValue>,
): Record<string, TreeNode> {
  return {
    [`${name}@${address.toString(16)}`]: { properties: { ...properties, reg: [address, size] } },
  };
}

function soc(options: BoardOptions): TreeNode {
  const harts = Array.from({ length: options.cpus }, (_, hart) => hart);
  const interrupt = (irq: number) => ({ 'interrupt-parent': PLIC_HANDLE, interrupts: irq });
  return {
    properties: {
      '#address-cells': 2,
      '#size-cells': 2,
      compatible: 'simple-bus',
      ranges: true,
    },
    children: {
      ...node('test', FINISHER, 0x1000n, {
        phandle: FINISHER_HANDLE,
        compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
      }),
      ...node('rtc', RTC, 0x1000n, { ...interrupt(RTC_IRQ), compatible: 'google,goldfish-rtc' }),
      ...node('rng', VMGENID, 16n, {
        ...interrupt(VMGENID_IRQ),
        compatible: 'microsoft,vmgenid',
      }),
      ...node('clint', CLINT, 0x1_0000n, {
        'interrupts-extended': harts.flatMap((hart) => [
          hartHandle(hart),
          MACHINE_SOFTWARE,
          hartHandle(hart),
          MACHINE_TIMER,
        ]),
        compatible: ['sifive,clint0', 'riscv,clint0'],
      }),
      ...node('plic', PLIC, 0x60_0000n, {
        phandle: PLIC_HANDLE,
        'riscv,ndev': INTERRUPT_SOURCES,
        'interrupts-extended': harts.flatMap((hart) => [
          hartHandle(hart),
          MACHINE_EXTERNAL,
          hartHandle(hart),
          SUPERVISOR_EXTERNAL,
        ]),
        'interrupt-controller': true,
        compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
        '#address-cells': 0,
        '#interrupt-cells': 1,
      }),
      ...node('serial', UART, 0x100n, {
        ...interrupt(UART_IRQ),
        'clock-frequency': 3686400,
        compatible: 'ns16550a',
        // The transmitter never fills, so Linux need not wait for it after each 16 bytes.
        'fifo-size': UART_BURST,
      }),
      ...Object.assign(
        {},
        ...Array.from({ length: VIRTIO_SLOTS }, (_, slot) =>
          node('virtio_mmio', VIRTIO + BigInt(slot) * 0x1000n, 0x1000n, {
            ...interrupt(slot + 1),
            compatible: 'virtio,mmio',
          }),
        ),
      ),
    },
  };
}

function chosen(options: BoardOptions): TreeNode {
  const serial = UART.toString(16);
  return {
    properties: {
      'stdout-path': `/soc/serial@${serial}`,
      ...(options.bootargs === undefined ? {} : { bootargs: options.bootargs }),
      ...(options.rngSeed === undefined ? {} : { 'rng-seed': options.rngSeed }),
      ...(options.initrd === undefined
        ? {}
        : {
            'linux,initrd-start': options.initrd.start,
            'linux,initrd-end': options.initrd.end,
          }),
    },
  };
}

/** The board's device tree. */
export function boardTree(options: BoardOptions): TreeNode {
  const cpus: Record<string, TreeNode> = {};
  for (let hart = 0; hart < options.cpus; hart++) cpus[`cpu@${hart}`] = cpuNode(options, hart);
  return {
    properties: {
      '#address-cells': 2,
      '#size-cells': 2,
      compatible: ['hartwood,virt', 'riscv-virtio'],
      model: 'hartwood,virt',
    },
    children: {
      aliases: {
        properties: {
          serial0: `/soc/serial@${UART.toString(16)}`,
        },
      },
      chosen: chosen(options),
      ...node('memory', RAM_BASE, BigInt(options.memory), { device_type: 'memory' }),
      cpus: {
        properties: { '#address-cells': 1, '#size-cells': 0, 'timebase-frequency': TIMEBASE },
        children: cpus,
      },
      poweroff: {
        properties: {
          value: FINISHER_PASS,
          offset: 0,
          regmap: FINISHER_HANDLE,
          compatible: 'syscon-poweroff',
        },
      },
      reboot: {
        properties: {
          value: FINISHER_RESET,
          offset: 0,
          regmap: FINISHER_HANDLE,
          compatible: 'syscon-reboot',
        },
      },
      soc: soc(options),
    },
  };
}

/** The board's device tree as a blob. */
export function boardBlob(options: BoardOptions): Uint8Array {
  return flattenTree(boardTree(options));
}
