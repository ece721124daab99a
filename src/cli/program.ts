import { Command, type HelpConfiguration } from 'commander';
import { bold, hasColours } from './colours.js';
import { writeComplaint } from './complaint.js';
import { addCompletionCommand } from './completion/command.js';
import { addCpCommand } from './copy/cp-options.js';
import { addDisasmCommand, type DisasmOptions } from './disasm/options.js';
import { ExitStatus } from './exit-status.js';
import { addGuestCommand, type GuestActions } from './guest-options.js';
import { addHelpCommand, TOPICS_HELP } from './help-command.js';
import { addLockstepCommand, type LockstepCommandOptions } from './lockstep/options.js';
import { addRunCommand, type RunOptions } from './run-options.js';
import { addSnapshotCommand, type SnapshotActions } from './snapshot/options.js';
import { addTopCommand, type TopOptions } from './top/options.js';
import { addTranslateCommand, type TranslateOptions } from './translate/options.js';
import { addVersionCommand, VERSION } from './version-command.js';

/** What the commands do; each is loaded when it is wanted. */
export interface Actions {
  readonly run: (options: RunOptions) => Promise<void>;
  readonly lockstep: (options: LockstepCommandOptions) => Promise<void>;
  readonly translate: (address: string, options: TranslateOptions) => Promise<void>;
  readonly disasm: (file: string | undefined, options: DisasmOptions) => Promise<void>;
  readonly cp: (places: readonly string[]) => Promise<void>;
  readonly guest: () => Promise<GuestActions>;
  readonly top: (options: TopOptions) => Promise<void>;
  readonly snapshot: () => Promise<SnapshotActions>;
}

const STYLES: HelpConfiguration = {
  // Help on standard error is coloured by `getErrHasColors`, which strips what is not wanted.
  styleTitle: (text) => bold(text, process.stdout),
};

/** The command line of `hartwood`. It throws CommanderError instead of ending the process. */
export function makeProgram(actions: Actions): Command {
  const program = new Command('hartwood')
    .description('Runs RISC-V virtual machines on WebAssembly.')
    .usage('[options] <command>')
    .version(VERSION, '-V, --version', 'the version; hartwood version tells more')
    .option('--no-color', 'no colours, as with the environment variable NO_COLOR')
    .helpOption('-h, --help', 'this help')
    .configureHelp(STYLES)
    .exitOverride()
    .configureOutput({
      getOutHasColors: () => hasColours(process.stdout),
      getErrHasColors: () => hasColours(process.stderr),
      outputError: (text) => {
        const line = text
          .trim()
          .replace(/^error: /, '')
          .replaceAll('\n', ' ');
        writeComplaint('usage', line, ExitStatus.Usage);
      },
    })
    .addHelpText('after', TOPICS_HELP);
  addRunCommand(program, actions.run);
  addGuestCommand(program, actions.guest);
  addSnapshotCommand(program, actions.snapshot);
  addCpCommand(program, actions.cp);
  addTopCommand(program, actions.top);
  addLockstepCommand(program, actions.lockstep);
  addTranslateCommand(program, actions.translate);
  addDisasmCommand(program, actions.disasm);
  addCompletionCommand(program);
  addVersionCommand(program);
  addHelpCommand(program);
  return program;
}
