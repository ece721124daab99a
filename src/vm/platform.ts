import type { Engine } from '../core/engine.js';
import type { Translation } from '../core/translate/translation.js';
import type { GuestImage, ReportProgress } from '../guest/image.js';

/** What the host layer needs of the place it runs in; Node's and the browser's doors supply it. */
export interface Platform {
  /**
   * The engine of this name; 'wasm' is everywhere.
   *
   * @param translate whether it translates, and how; without, as is best for it
   * @throws ConfigurationError for a name that none has, and a translation that cannot be right
   */
  engine(name: string, translate?: boolean | Translation): Promise<Engine>;
  /** Resolves in a later turn of the event loop, as soon as others had theirs. */
  yieldToEvents(): Promise<void>;
  /** The default guest, fetched and cached; absent where no guest can be fetched. */
  debian?(options: FetchOptions): Promise<GuestImage>;
}

/** How a guest is fetched. */
export interface FetchOptions {
  readonly progress?: ReportProgress;
  readonly signal?: AbortSignal;
}
