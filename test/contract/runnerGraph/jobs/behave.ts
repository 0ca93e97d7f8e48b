import { setTimeout as delay } from 'node:timers/promises';
import { defineJob, RetryableError, type Run } from 'landfall';

async function writeAll(run: Run): Promise<void> {
  for (const output of run.outputs) await run.write(output, `content of ${output.partitionRef}`);
}

const written = { rows: 1 };

const behaviours: Record<string, (run: Run) => Promise<object | undefined>> = {
  async writes(run) {
    await writeAll(run);
    return written;
  },
  writesNothing: async () => written,
  async writesAnother(run) {
    await writeAll(run);
    await run.write('elsewhere/1', 'x').catch(() => undefined);
    return written;
  },
  async writesTwice(run) {
    await writeAll(run);
    await run.write('made/1', 'x').catch(() => undefined);
    return written;
  },
  async fails(run) {
    await writeAll(run);
    throw new Error('no luck');
  },
  failsForNow: async () => {
    throw new RetryableError('try later');
  },
  quits: async () => process.exit(3),
  isMissing: async (run) => run.missing(['other/1', 'other/2']),
  namesNothingMissing: async (run) => run.missing([]),
  async boasts(run) {
    await writeAll(run);
    return { text: 'x'.repeat(5_000) };
  },
  hangs: (run) => new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason))),
  isDeaf: async () => {
    for (;;);
  },
  async beats(run) {
    for (let beat = 1; beat <= 25; beat += 1) {
      run.progress(beat / 25);
      await delay(100);
    }
    await writeAll(run);
    return written;
  },
};

export default defineJob(async (run) => behaviours[run.keys.does ?? '']?.(run));
