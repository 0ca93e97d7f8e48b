import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { defineJob, type Run } from 'landfall';

const hour = 3_600_000;

function* megabytes(count: number): Generator<Uint8Array> {
  const megabyte = Buffer.alloc(1024 * 1024, 'x');
  for (let made = 0; made < count; made += 1) yield megabyte;
}

/** What a job can do wrong, or unusually, by the value of its key `does`. */
const deeds: Record<string, (run: Run) => Promise<unknown>> = {
  nothing: async () => undefined,
  throws: async () => {
    throw new TypeError('this is not it');
  },
  throwsLater: () => new Promise(() => setTimeout(() => JSON.parse('{'), 1)),
  exits: async () => process.exit(7),
  exhausts: async () => {
    for (const kept: number[][] = []; ; ) kept.push(Array.from({ length: 10_000 }, Math.random));
  },
  blocks: async () => {
    for (;;);
  },
  saysAndBlocks: async (run) => {
    run.log(`pid ${process.pid}`);
    for (;;);
  },
  floods: async () => {
    for (let printed = 0; printed < 100; printed += 1) console.log('y'.repeat(1024 * 1024));
  },
  leavesTimer: async () => void setInterval(() => undefined, hour),
  leavesProcess: async () => {
    const left = spawn('sleep', ['1000'], { stdio: 'ignore' });
    left.unref();
    return { left: left.pid };
  },
  garbles: async () => {
    writeSync(3, '?\n');
    await new Promise(() => undefined);
  },
  chats: async (run) => {
    console.log('printed');
    console.error('complained');
    run.log('logged %d', 1);
  },
  talksAndWaits: async (run) => {
    run.progress(0.5);
    run.log('so far');
    await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
  },
  streams: async (run) => {
    await run.write(run.outputs[0], megabytes(1024));
    return { peakKilobytes: process.resourceUsage().maxRSS };
  },
  placesFile: async (run) => {
    await run.write(run.outputs[0], [{ a: 1 }, { a: 2 }]);
    for (const output of run.outputs.slice(1)) await writeFile(output.location, 'by other means');
  },
  reads: async (run) => {
    const days: unknown[] = [];
    for (const input of run.inputs) for await (const row of run.read(input).rows()) days.push(row);
    return { days };
  },
};

export default defineJob(async (run) => {
  const result = await deeds[run.keys.does ?? '']?.(run);
  return { pid: process.pid, ...(result as object) };
});
