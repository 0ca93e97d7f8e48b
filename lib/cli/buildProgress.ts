import type { EventView } from '../query/views.ts';
import { count } from './format/text.ts';
import { formatDuration } from './format/time.ts';

const redrawMs = 250;
const plainLineMs = 2_000;
const barWidth = 24;

/** How far the partitions of a want are, from the feed's events. */
export class BuildCount {
  readonly #expected: ReadonlySet<string>;
  readonly #live = new Set<string>();
  readonly #running = new Set<string>();
  failed = 0;

  constructor(expected: ReadonlySet<string>) {
    this.#expected = expected;
  }

  add(event: EventView): void {
    const { type, runId, partitionRef, state } = event;
    if (type === 'RunStarted') this.#running.add(String(runId));
    if (type === 'RunEnded') {
      this.#running.delete(String(runId));
      if (state === 'failed' || state === 'timedOut') this.failed += 1;
    }
    if (type === 'PartitionLive' && this.#expected.has(String(partitionRef))) this.#live.add(String(partitionRef));
  }

  /** Everything that is wanted was there before. */
  get isEmpty(): boolean {
    return this.#expected.size === 0;
  }

  get share(): number {
    return this.isEmpty ? 1 : this.#live.size / this.#expected.size;
  }

  toString(): string {
    const of = `${this.#live.size.toLocaleString('en-US')} of ${count(this.#expected.size, 'partition')}`;
    const running = this.#running.size > 0 ? `, ${this.#running.size} running` : '';
    return `${of}${running}${this.failed > 0 ? `, ${this.failed} failed` : ''}`;
  }
}

/** Shows a count on standard error: a bar on a terminal, elsewhere a plain line now and then. */
export class BuildProgress {
  readonly #count: BuildCount;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout | null;
  #saidAt = Number.NEGATIVE_INFINITY;
  #said = '';

  constructor(counted: BuildCount) {
    this.#count = counted;
    this.#timer = process.stderr.isTTY ? setInterval(() => this.#draw(), redrawMs) : null;
  }

  add(event: EventView): void {
    this.#count.add(event);
    if (this.#timer === null && performance.now() >= this.#saidAt + plainLineMs) this.#say();
  }

  /** Ends with the last count said, and the line free. */
  end(): void {
    if (this.#timer === null) {
      this.#say();
      return;
    }
    clearInterval(this.#timer);
    process.stderr.write('\r\x1b[K');
  }

  #say(): void {
    const line = String(this.#count);
    this.#saidAt = performance.now();
    if (line !== this.#said && !this.#count.isEmpty) process.stderr.write(`${line}\n`);
    this.#said = line;
  }

  #draw(): void {
    const full = Math.floor(this.#count.share * barWidth);
    const bar = `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`;
    const line = `${bar} ${this.#count}, ${formatDuration((performance.now() - this.#startedAt) / 1000)}`;
    process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  }
}
