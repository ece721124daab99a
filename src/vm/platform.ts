import type { Engine } from '../core/engine.js';
import type { GuestImage, ReportProgress } from '../guest/image.js';

/** What the host layer needs of the place it runs in; Node's and the browser's doors supply it. */
export interface Platform {
  /**
   * The engine of this name; 'wasm' is everywhere.
   *
   * @throws ConfigurationError for a name that none has
   */
  engine(name: string): Promise<Engine>;
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
