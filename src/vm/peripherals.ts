import type { JsonObject } from '../core/json.js';
import { CONSOLE_PORT } from '../guest/initramfs/init-script.js';
import { type BusState, VirtioBus } from '../machine/virtio/bus.js';
import { Agent, type AgentState } from './agent/agent.js';
import { Console } from './console.js';
import { makeDevices, type VmDevices } from './devices.js';
import type { ResolvedSpec } from './spec.js';
import { TerminalPort } from './terminal-port.js';

/** What of a VM's peripherals is not in the core, as JSON. */
export interface PeripheralsState extends JsonObject {
  readonly bus: BusState;
  readonly agent: AgentState;
  /** The last that was printed on each console. */
  readonly serial: string;
  readonly terminal: string;
}

/** All that stands around a VM's harts on the host's side: consoles, the guest agent's end, virtio devices. */
export class Peripherals {
  readonly serial: Console;
  readonly terminal: Console;
  /** That of the two where the guest's shell is. */
  readonly console: Console;
  readonly agent: Agent;
  readonly devices: VmDevices;
  readonly bus: VirtioBus;

  /**
   * @param greeted called whenever a guest agent has answered
   * @param wake called whenever there may be something to do for the guest
   */
  constructor(spec: ResolvedSpec, greeted: () => void, wake: () => void) {
    this.serial = new Console(wake);
    this.terminal = new Console(wake);
    this.console = spec.console === 'serial' ? this.serial : this.terminal;
    const virtual = spec.clock.kind === 'virtual';
    // What the guest sees of a virtual clock's machine repeats.
    this.agent = virtual ? new Agent(greeted, wake, (last) => last + 1n) : new Agent(greeted, wake);
    const ports = [new TerminalPort(CONSOLE_PORT, this.terminal), this.agent];
    const { cpus, seed } = spec.shape;
    this.devices = makeDevices(spec.devices, ports, {
      cpus,
      virtual,
      mac: spec.identity.mac,
      ...(seed === undefined ? {} : { seed }),
    });
    this.bus = new VirtioBus(this.devices.plan, wake);
  }

  /** What another VM's peripherals must know to go on for the same guest; no request is under way. */
  save(): PeripheralsState {
    return {
      bus: this.bus.save(),
      agent: this.agent.save(),
      serial: this.serial.tail,
      terminal: this.terminal.tail,
    };
  }

  /** Goes on where others were; their bus's state is the machine's to adopt. */
  adopt(state: PeripheralsState): void {
    this.agent.adopt(state.agent);
    this.serial.tail = state.serial;
    this.terminal.tail = state.terminal;
  }
}
