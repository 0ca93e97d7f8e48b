import { stripVTControlCharacters, styleText } from 'node:util';
import { formatCounts } from './testReport.ts';
import type { SuiteResult } from './testRunner.ts';

const plainLineSeconds = 20;

/** Shows one running suite: a moving line on a terminal, elsewhere a plain line now and then. On standard error. */
export class SuiteProgress {
  readonly #name: string;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  #filesDone = 0;
  #nextLineSeconds = 0;

  constructor(name: string) {
    this.#name = name;
    this.#timer = setInterval(() => this.#show(), 200);
    this.#show();
  }

  /** Counts vitest's lines of finished test files. */
  add(output: string): void {
    this.#filesDone += stripVTControlCharacters(output).match(/^ ?[✓❯×↓] .*\.test\.ts \(\d+ tests?\b/gm)?.length ?? 0;
  }

  end(): void {
    clearInterval(this.#timer);
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }

  #show(): void {
    const seconds = Math.floor((performance.now() - this.#startedAt) / 1000);
    const files = this.#filesDone > 0 ? `, ${this.#filesDone} files done` : '';
    const line = seconds === 0 ? `${this.#name} …` : `${this.#name} … ${seconds} s${files}`;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
    else if (seconds >= this.#nextLineSeconds) {
      this.#nextLineSeconds = seconds + plainLineSeconds;
      process.stderr.write(`${line}\n`);
    }
  }
}

/** A suite's line in the summary. */
export function suiteLine(result: SuiteResult): string {
  const bad = result.counts.failed > 0;
  const mark = styleText(bad ? 'red' : 'green', bad ? '✗' : '✓');
  const fault = result.fault ? `: ${result.fault}` : '';
  return `${mark} ${result.name.padEnd(11)} ${formatCounts(result.counts)} (${result.seconds.toFixed(1)} s)${fault}`;
}
