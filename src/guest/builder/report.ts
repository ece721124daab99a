/** What the building machine says on its console, line by line. */

/** Begins a line that is for the host. */
export const REPORT = 'HARTWOOD-BUILD';

/** Lines kept for the message about a failure. */
const TAIL = 12;
/** Characters of a line; a program may print one without end. */
const LONGEST = 2000;

export type BuildStep = 'format' | 'unpack' | 'configure' | 'finish';
const STEPS: readonly string[] = ['format', 'unpack', 'configure', 'finish'];

/** Reads the console of a building machine. */
export class BuildReport {
  /** KiB that the file system holds; there when all is done. */
  used: number | undefined;
  /** Why the machine gave up, in its own words. */
  failure: string | undefined;
  step: BuildStep | undefined;
  /** Packages whose configuration has begun. */
  readonly configured = new Set<string>();
  readonly #tell: (step: BuildStep, what: string) => void;
  readonly #decoder = new TextDecoder();
  #tail: string[] = [];
  #line = '';

  /** @param tell is told of each step, and of each package that is being configured */
  constructor(tell: (step: BuildStep, what: string) => void) {
    this.#tell = tell;
  }

  receive(bytes: Uint8Array): void {
    const pieces = this.#decoder.decode(bytes, { stream: true }).split('\n');
    for (const [i, piece] of pieces.entries()) {
      this.#line = (this.#line + piece).slice(0, LONGEST);
      if (i === pieces.length - 1) break;
      this.#take(this.#line.trimEnd());
      this.#line = '';
    }
  }

  #take(line: string): void {
    const [, kind, rest = ''] = new RegExp(`^${REPORT} (\\w+) ?(.*)$`).exec(line) ?? [];
    if (kind === 'step' && STEPS.includes(rest)) {
      this.step = rest as BuildStep;
      this.#tell(this.step, '');
    } else if (kind === 'failed') {
      this.failure = rest;
    } else if (kind === 'done' && /^\d{1,12}$/.test(rest)) {
      this.used = Number(rest);
    } else {
      this.#takeOther(line);
    }
  }

  /** dpkg's own reports (`--status-fd`, dpkg(1)), and what anybody prints. */
  #takeOther(line: string): void {
    const configured = /^processing: configure: (\S+)$/.exec(line)?.[1];
    if (configured !== undefined && this.step === 'configure') {
      this.configured.add(configured);
      this.#tell('configure', configured.replace(/:.*$/, ''));
    }
    if (/^(processing|status): /.test(line) || line === '') return;
    this.#tail = [...this.#tail, line].slice(-TAIL);
  }

  /**
   * Why no guest came of it. What befell a disk of the host's comes first: of it the machine saw only that
   * writing failed.
   *
   * @param stop how the machine ended
   * @param disk the error of a disk
   */
  problem(stop: string, disk?: string): string {
    if (disk !== undefined) return disk;
    const complaint = this.complaint();
    return `${this.failure || stop}${complaint === undefined ? '' : ` (${complaint})`}`;
  }

  /** The line that says best what went wrong, of those printed last. */
  complaint(): string | undefined {
    const telling = this.#tail.filter((line) =>
      /error|cannot|can't|failed|no space|panic|killed/i.test(line),
    );
    return (telling[0] ?? this.#tail.at(-1))?.trim();
  }
}
