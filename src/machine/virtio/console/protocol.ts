/** What a console device and its driver say to each other (VIRTIO 1.2 §5.3). */
import { Struct } from '../struct.js';

/** Device type (§5). */
export const CONSOLE_TYPE = 3;

/** Feature bits (§5.3.3). */
export const Feature = { Size: 1n << 0n, MultiPort: 1n << 1n } as const;

/** The configuration space (§5.3.4), without the field for emergency writes, which are not offered. */
export const Config = new Struct({ columns: 2, rows: 2, mostPorts: 4 });

/** What every control message begins with (§5.3.6.2). */
export const Control = new Struct({ id: 4, event: 2, value: 2 });

/** What follows it in a Resize. Linux before 6.15 and its stable branches read rows first. */
export const Size = new Struct({ columns: 2, rows: 2 });

/** Control messages (§5.3.6.2); Ready are the driver's, Open goes both ways, the others are ours. */
export const Event = {
  DeviceReady: 0,
  PortAdd: 1,
  PortReady: 3,
  ConsolePort: 4,
  Resize: 5,
  PortOpen: 6,
  PortName: 7,
} as const;
export type Event = (typeof Event)[keyof typeof Event];

/** Queues (§5.3.2): port 0's, the control messages', then those of the other ports. */
export const CONTROL_RECEIVE = 2;
export const CONTROL_TRANSMIT = 3;
export const receiveQueue = (port: number) => (port === 0 ? 0 : 2 * port + 2);
export const transmitQueue = (port: number) => receiveQueue(port) + 1;
