import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findService } from '../../lib/local/autostart.ts';

const clone = fileURLToPath(new URL('../..', import.meta.url));
/** Short, because the demo prints it; in the clone, where the demo's own is. */
const folder = `.landfall/t${process.pid}`;

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Not a terminal: plain lines. */
async function run(program: string, args: readonly string[]): Promise<Said> {
  const { FORCE_COLOR: _forced, LANDFALL_DATA_DIR: _data, ...env } = process.env;
  const child = spawn(program, args, { cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, out, err };
}

const demo = (dir: string) => run(process.execPath, ['bin/landfall.mjs', 'demo', dir]);

/** Processes that have the folder in their command line or their environment. */
function processesOf(path: string): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.filter((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`].some((file) => holds(file, path)));
}

function holds(file: string, path: string): boolean {
  try {
    return readFileSync(file, 'latin1').includes(path);
  } catch {
    return false; // It has ended, or is another user's.
  }
}

describe('demo', () => {
  let said: Said;
  let lines: readonly string[];
  let left: readonly string[];

  beforeAll(async () => {
    mkdirSync(join(clone, '.landfall'), { recursive: true });
    said = await demo(folder);
    lines = said.out.trimEnd().split('\n');
    left = processesOf(folder);
  });

  afterAll(async () => {
    const service = await findService(join(clone, folder, '.landfall'));
    if (service !== null) process.kill(service.pid, 'SIGTERM');
    await vi.waitFor(() => expect(processesOf(folder)).toEqual([]), 20_000);
    rmSync(join(clone, folder), { recursive: true, force: true });
  });

  it('refuses a folder that holds something else, and leaves it as it is', async () => {
    const other = mkdtempSync(join(tmpdir(), 'landfall-demo-'));
    writeFileSync(join(other, 'thesis.txt'), 'x');
    const { code, err } = await demo(other);
    expect({ code, files: readdirSync(other) }).toEqual({ code: 2, files: ['thesis.txt'] });
    expect(err).toMatch(/holds something else/);
    rmSync(other, { recursive: true });
  });

  it('tells the whole story in at most 40 lines of 80 columns, and ends well', () => {
    expect(said.err).not.toContain('✗');
    expect(said.code).toBe(0);
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines.filter((line) => [...line].length > 80)).toEqual([]);
    const labels = lines.flatMap((line) => /^ {2}✓ (\w+) /.exec(line)?.[1] ?? []);
    expect(labels.join(' ')).toBe('wanted why killed retried shared built waiting why late expired built ended');
  });

  it('leaves no process behind', () => {
    expect(left).toEqual([]);
  });

  it('prints the figures that the measurements give', () => {
    const rows = lines.flatMap((line) => (/^ {2}\d{4} /.test(line) ? [line.trim().split(/ {2,}/)] : []));
    expect(rows).toEqual(['2012', '2013', '2014', '2015'].map(figuresOf));
  });

  it('names three commands that work', async () => {
    const commands = lines.slice(-3).map((line) => line.trim());
    const answers: Said[] = [];
    for (const command of commands) answers.push(await run('sh', ['-c', command]));
    expect(answers.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(answers[0]?.out).toMatch(/live +weather\/rolling\/2015-12-31/);
    expect(answers[1]?.out).toMatch(/blocked by weather\/raw\/2016-01-01/);
    expect(answers[2]?.out).toMatch(/weather\/yearly\/2014 +live/);
  });
});

interface Measured {
  readonly date: string;
  readonly rain: number;
  readonly max: number;
  readonly min: number;
}

const measured = readFileSync(join(clone, 'examples/weather/data/seattle-weather.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line): Measured => {
    const [date = '', rain, max, min] = line.split(',');
    return { date, rain: Number(rain), max: Number(max), min: Number(min) };
  });

/** A year's row, from the measurements alone. */
function figuresOf(year: string): readonly string[] {
  const days = measured.filter(({ date }) => date.startsWith(year));
  const rainTenths = days.reduce((sum, { rain }) => sum + Math.round(rain * 10), 0);
  const degreeTenths = days.reduce((sum, { max, min }) => sum + Math.round(max * 10) + Math.round(min * 10), 0);
  const hottest = days.toSorted((a, b) => b.max - a.max)[0]!;
  const coldest = days.toSorted((a, b) => a.min - b.min)[0]!;
  const rain = (rainTenths / 10).toFixed(1).replace(/(\d)(?=\d{3}\.)/, '$1,');
  const rainy = days.filter((day) => day.rain > 0).length;
  const on = ({ date }: Measured) => date.slice(5);
  return [
    ...[year, String(days.length), String(rainy), `${rain} mm`, `${(degreeTenths / 20 / days.length).toFixed(1)} °C`],
    ...[`${hottest.max.toFixed(1)} °C on ${on(hottest)}`, `${coldest.min.toFixed(1)} °C on ${on(coldest)}`],
  ];
}
