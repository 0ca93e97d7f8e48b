const redrawMs = 100;
const plainLineMs = 10_000;
const barWidth = 24;

/** How far something is. */
export interface Progress {
  readonly done: number;
  readonly of: number;
  readonly text: string;
}

/** Shows on standard error how far something is while it lasts: a bar on a terminal, elsewhere a line now and then. */
export async function withProgress<T>(progress: () => Progress, work: () => Promise<T>): Promise<T> {
  const isTerminal = process.stderr.isTTY === true;
  const draw = isTerminal
    ? () => process.stderr.write(`\r\x1b[K${barOf(progress()).slice(0, (process.stderr.columns || 80) - 1)}`)
    : () => process.stderr.write(`    … ${progress().text}\n`);
  const timer = setInterval(draw, isTerminal ? redrawMs : plainLineMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (isTerminal) process.stderr.write('\r\x1b[K');
  }
}

/** Says on a terminal what takes a moment, while it lasts. */
export async function withNote<T>(note: string, work: () => Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return work();
  process.stderr.write(`    ${note} …`);
  try {
    return await work();
  } finally {
    process.stderr.write('\r\x1b[K');
  }
}

function barOf({ done, of, text }: Progress): string {
  const full = Math.floor((done / of) * barWidth);
  return `    ${'█'.repeat(full)}${'░'.repeat(barWidth - full)}  ${text}`;
}
