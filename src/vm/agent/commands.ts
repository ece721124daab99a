import type { WaitOptions, Waits } from '../waits.js';
import type { Agent } from './agent.js';
import { commandOpening } from './command.js';
import { type ExecOptions, type ExecResult, execute } from './exec.js';
import { Files } from './files.js';
import { type GuestIdentity, identify, type TakenIdentity } from './identity.js';
import { type GuestProcess, type SpawnOptions, spawnProcess } from './process.js';

/** What an agent does for its users, each call a wait that ends. */
export class GuestCommands {
  readonly files: Files;
  readonly #agent: Agent;
  readonly #waits: Waits;

  constructor(agent: Agent, waits: Waits) {
    this.#agent = agent;
    this.#waits = waits;
    this.files = new Files(agent, waits, this);
  }

  /** Runs a shell command to its end. @see Vm.exec */
  async exec(command: string, options: ExecOptions = {}): Promise<ExecResult> {
    const opening = commandOpening(command, options, options.stdin !== undefined);
    return this.#waits.until<ExecResult>('the command ended', options, (settle) =>
      execute(this.#agent, opening, options, settle),
    );
  }

  /** Gives the guest another name, and its network interface another address, without a process. */
  async identify(identity: GuestIdentity, options: WaitOptions = {}): Promise<TakenIdentity> {
    return this.#waits.until<TakenIdentity>(
      'the guest had taken its identity over',
      options,
      (settle) => identify(this.#agent, identity, settle),
    );
  }

  /** Starts a shell command. @see Vm.spawn */
  spawn(command: string, options: SpawnOptions = {}): GuestProcess {
    return spawnProcess(this.#agent, command, options, (begin) =>
      this.#waits.until<number>('the command ended', options, begin),
    );
  }
}
