import { applyIdentity, type Identity, type IdentityOptions, newIdentity } from './identity.js';
import type { Works } from './works.js';

/** Who a VM is, and how it becomes another. */
export class Selfhood {
  readonly #works: Works;
  #identity: Identity;
  #successors = 0n;

  constructor(works: Works) {
    this.#works = works;
    this.#identity = works.spec.identity;
  }

  get identity(): Identity {
    return this.#identity;
  }

  /** An identity for a copy of the VM; under a virtual clock always the same ones, one after another. */
  successor(): Identity {
    if (this.#works.spec.clock.kind === 'real') return newIdentity();
    this.#successors += 1n;
    return newIdentity(BigInt(`0x${this.#identity.id}`) + this.#successors);
  }

  /**
   * Makes the VM another machine; a guest without an agent knows by the machine alone.
   *
   * @throws VmTimeoutError, VmStoppedError
   */
  async become(identity: Identity, options: IdentityOptions = {}): Promise<void> {
    const { core, machine, peripherals, commands, hold, loop } = this.#works;
    const { agent, devices } = peripherals;
    this.#identity = identity;
    // A seeded source goes on as another one as well.
    if (devices.entropy.state !== null) devices.entropy.state = String(BigInt(`0x${identity.id}`));
    const reachable = agent.ready && !hold.holds;
    const { network } = devices;
    const target = { core, machine, network, loop, commands: reachable ? commands : undefined };
    await applyIdentity(target, identity, options);
  }

  /**
   * The same for a VM that was restored, which is told what time it is as well: it slept since, and its own clock
   * went on where it stood.
   */
  async comeBack(hostName: string | undefined): Promise<void> {
    const other = this.successor();
    const isReal = this.#works.spec.clock.kind === 'real';
    await this.become(
      hostName === undefined ? other : { ...other, hostName },
      isReal ? { time: BigInt(Date.now()) * 1_000_000n } : {},
    );
  }
}
