import { ensureService, type FoundService } from '../../local/autostart.ts';
import { Client } from '../client.ts';
import type { DemoFolder } from './folder.ts';
import { endProcess, killProcess } from './processes.ts';

const startSecondsMax = 30;
/** Only matters where the demo itself is killed: its service then ends by itself, once its wants have. */
const idleSeconds = 60;

/** The real service, as a process of its own, and a client of its HTTP API. */
export class DemoService {
  readonly client = new Client(() => this.#current());
  readonly #folder: DemoFolder;
  #running: Promise<FoundService> | null = null;
  #stopped = false;

  constructor(folder: DemoFolder) {
    this.#folder = folder;
  }

  /** Also after it was killed. Resolves when it answers. */
  async start(): Promise<void> {
    if (this.#stopped) throw new Error('the demo has been ended');
    this.#running = ensureService({ ...this.#folder, idleSeconds, limitSeconds: startSecondsMax });
    await this.#running;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await killProcess((await this.#current()).pid);
  }

  /** For good, also one that is just starting. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const running = await this.#running?.catch(() => null);
    if (running) await endProcess(running.pid);
  }

  async #current(): Promise<FoundService> {
    if (this.#running === null) throw new Error('the demo called its service before it was started');
    return this.#running;
  }
}
