import { attempt } from '../attempt.js';
import type { Benchmark } from '../benchmark.js';
import { rowOf } from '../row.js';
import { GuestProcess } from './guest-process.js';
import { type GuestFiles, MACHINES, USUAL_MACHINES } from './machines.js';

const GROUP = 'guest';
const NAME = 'boot';
/** A boot takes seconds; more of them tell little more, and fewer must do where it takes many. */
const RUNS = 3;
const ENOUGH_SECONDS = 45;
/** Resident memory is read after the kernel has done what it does behind the prompt. */
const SETTLE_MS = 500;

/**
 * `guest/boot`: seconds from the process's start to the guest's prompt. With it `guest/boot-speed`, the
 * instructions a second from the start to then, which only this project counts, and `guest/resident`,
 * the process's memory after the boot.
 */
export function bootBenchmark(files: GuestFiles): Benchmark {
  return {
    group: GROUP,
    name: NAME,
    async run({ shrink }, sink) {
      for (const machine of shrink > 1 ? USUAL_MACHINES : MACHINES) {
        const subject = { group: GROUP, engine: machine.engine };
        const seconds: number[] = [];
        const mips: number[] = [];
        const resident: number[] = [];
        await attempt({ ...subject, name: NAME }, sink, async () => {
          const command = await machine.command(files);
          for (let spent = 0; seconds.length < RUNS && spent < ENOUGH_SECONDS; ) {
            await using guest = new GuestProcess(command);
            const took = await guest.prompt();
            seconds.push(took);
            spent += took;
            await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
            const usage = await guest.usage().catch(() => undefined);
            if (usage !== undefined) resident.push(usage.residentBytes / 2 ** 20);
            const speed = speedOf(await guest.end());
            if (speed !== undefined) mips.push(speed);
          }
          sink.row(rowOf({ ...subject, name: NAME, unit: 's', better: 'lower' }, seconds));
          if (mips.length > 0) {
            const named = {
              ...subject,
              name: 'boot-speed',
              unit: 'MIPS',
              better: 'higher',
            } as const;
            sink.row(rowOf(named, mips));
          }
          if (resident.length > 0) {
            const named = { ...subject, name: 'resident', unit: 'MiB', better: 'lower' } as const;
            sink.row(rowOf(named, resident));
          }
        });
      }
    },
  };
}

/** Million instructions a second until the prompt, from the summary of `--json`. */
function speedOf(output: string): number | undefined {
  const line = output.trimEnd().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) return undefined;
  const summary = JSON.parse(line) as { instructions: number; secondsToPrompt: number | null };
  // After the prompt the guest idles: what it retires there hardly counts.
  return summary.secondsToPrompt === null
    ? undefined
    : summary.instructions / summary.secondsToPrompt / 1e6;
}
