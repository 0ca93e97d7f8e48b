import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Bench, type Figure, freshFolder } from '../figure.ts';
import { pairsOf, spreadOf } from '../measure.ts';
import { firstKey } from '../world/openWants.ts';
import { type BenchService, startService } from '../world/service.ts';

const client = fileURLToPath(new URL('../programs/client.ts', import.meta.url));
const bareServer = fileURLToPath(new URL('../programs/bareServer.ts', import.meta.url));

interface Seen {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly bad: number;
  /** The next key to ask for. */
  readonly key: number;
}

export const http: Figure = {
  name: 'http',
  cost: `The service does more than take the want: in the same process it evaluates each, which reads and writes more than
    the request itself does, while the next ones come in. The limit answers and forgets.`,
  async run(bench) {
    const folder = freshFolder(bench, 'http');
    const service = await startService(folder, bench.profileFolder);
    const bare = await startBare(join(freshFolder(bench, 'http-bare'), 'hand.db'));
    const seconds = bench.size(4, 1);
    const seen: [Seen[], Seen[]] = [[], []];
    const backlogs: number[] = [];
    let key = firstKey;
    for (let turn = 0; turn <= bench.repetitions; turn++) {
      const ours = await post(service.url, service.token, seconds, key);
      const backlog = await lagOf(service);
      await untilCaughtUp(service);
      const theirs = await post(bare.url, 'none', seconds, key);
      key = ours.key;
      if (turn === 0) continue;
      seen[0].push(ours);
      seen[1].push(theirs);
      backlogs.push(backlog);
    }
    await service.stop();
    bare.end();
    return { results: resultsOf(bench, seen, backlogs) };
  },
};

function resultsOf(
  bench: Bench,
  [ours, theirs]: readonly [readonly Seen[], readonly Seen[]],
  backlogs: readonly number[],
) {
  const of = (field: 'perSecond' | 'p99Ms') =>
    pairsOf(
      ours.map((one) => one[field]),
      theirs.map((one) => one[field]),
    );
  const backlog = spreadOf(backlogs);
  const bad = ours.reduce((sum, one) => sum + one.bad, 0);
  const limitIs = '`node:http` + SQLite group commit, any JSON taken, the same client';
  return [
    {
      title: 'HTTP durable POST /wants, validated, authorised, 64 connections',
      unit: 'requests/s',
      ...of('perSecond'),
      goal: { of: 'ratio', sense: '≥', value: 0.4 } as const,
      limitIs,
      notes: [
        `${bench.size(4, 1)} s each; ${bad} answers were not 201. Each want is for a partition of its own and is evaluated meanwhile.`,
        `Not evaluated yet when the client stopped: ${backlog.median} wants (at most ${backlog.max}).`,
      ],
    },
    {
      title: 'the same, p99',
      unit: 'ms',
      ...of('p99Ms'),
      goal: { of: 'ratio', sense: '≤', value: 2 } as const,
      limitIs,
      notes: [],
    },
  ];
}

async function post(url: string, token: string, seconds: number, key: number): Promise<Seen> {
  const { stdout } = await promisify(execFile)(process.execPath, [client, url, token, `${seconds}`, `${key}`]);
  return JSON.parse(stdout) as Seen;
}

async function lagOf(service: BenchService): Promise<number> {
  return ((await (await service.get('/health')).json()) as { readonly lag: number }).lag;
}

async function untilCaughtUp(service: BenchService): Promise<void> {
  while ((await lagOf(service)) > 0) await delay(20);
}

async function startBare(path: string): Promise<{ url: string; end(): void }> {
  const child = spawn(process.execPath, [bareServer, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { url, end: () => void child.kill() };
}
