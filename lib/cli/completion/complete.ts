import type { Command } from 'commander';
import type { PartitionView, RunView, WantView } from '../../query/views.ts';
import type { Cli } from '../cli.ts';
import type { CallOptions, Client } from '../client.ts';
import { findRunning } from '../connect.ts';
import type { Globals } from '../target.ts';
import { madeBySomebody } from '../wantRequest.ts';
import { type Candidate, type Wanted, wantedAt } from './words.ts';

/** A key must not hang on a service. */
const limitMs = 300;
/** Of each list. */
const itemsAsked = 200;

/** Prints what may stand at the cursor, one a line, a description behind a tab. It never fails, and starts nothing. */
export async function complete(cli: Cli, program: Command, words: readonly string[]): Promise<number> {
  const current = words.at(-1) ?? '';
  const candidates = await candidatesFor(wantedAt(program, words), current, globalsIn(words));
  const fitting = candidates.filter((one) => one.text.startsWith(current));
  cli.terminal.print(fitting.map((one) => (one.description === '' ? one.text : `${one.text}\t${one.description}`)));
  return 0;
}

async function candidatesFor(wanted: Wanted, current: string, globals: Globals): Promise<readonly Candidate[]> {
  if (wanted.kind === 'fixed') return wanted.candidates;
  const until = performance.now() + limitMs;
  try {
    const client = await findRunning(globals, limitMs / 1000);
    if (client === null) return [];
    const options = { signal: AbortSignal.timeout(Math.max(1, Math.ceil(until - performance.now()))) };
    return (await lookUp(client, wanted.kind, current, options)).map((text) => ({ text, description: '' }));
  } catch {
    return [];
  }
}

async function lookUp(
  client: Client,
  kind: Exclude<Wanted['kind'], 'fixed'>,
  current: string,
  options: CallOptions,
): Promise<readonly string[]> {
  switch (kind) {
    case 'runs':
      return (await list<RunView>(client, '/runs', {}, options)).map((run) => run.runId);
    case 'wants':
      return (await list<WantView>(client, '/wants', { source: madeBySomebody }, options)).map((want) => want.wantId);
    case 'refs':
      return refs(client, current, options);
    case 'refsAndWants': {
      const [found, wants] = await Promise.all([refs(client, current, options), lookUp(client, 'wants', '', options)]);
      return [...found, ...wants];
    }
    default:
      kind satisfies never;
      return [];
  }
}

/** Refs of which there is a record or a want, up to their next slash, as with folders. */
async function refs(client: Client, current: string, options: CallOptions): Promise<readonly string[]> {
  const pattern = `${current}**`;
  const [partitions, wants] = await Promise.all([
    list<PartitionView>(client, '/partitions', { pattern }, options),
    list<WantView>(client, '/wants', { partition: pattern, source: madeBySomebody }, options),
  ]);
  const known = [...partitions.map((one) => one.partitionRef), ...wants.flatMap((want) => want.partitionRefs)];
  return nextSegments(known, current);
}

/** Each ref that begins so, cut behind the next slash; without repetition, in order. */
export function nextSegments(known: readonly string[], current: string): readonly string[] {
  const cut = known
    .filter((ref) => ref.startsWith(current))
    .map((ref) => {
      const slash = ref.indexOf('/', current.length);
      return slash === -1 ? ref : ref.slice(0, slash + 1);
    });
  return [...new Set(cut)].sort();
}

async function list<T>(client: Client, path: string, query: CallOptions['query'], options: CallOptions) {
  const page = await client.get<{ readonly items: readonly T[] }>(path, { ...query, limit: itemsAsked }, options);
  return page.items;
}

/** The line is not whole, so it is not parsed: only what says which service is meant is picked out of it. */
function globalsIn(words: readonly string[]): Globals {
  const after = (name: string) => {
    const at = words.indexOf(name);
    return at === -1 ? undefined : words[at + 1];
  };
  const given = {
    graph: after('--graph'),
    data: after('--data') ?? process.env.LANDFALL_DATA_DIR,
    url: after('--url'),
  };
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const tokenFile = after('--token-file');
  return { color: false, ...named, ...(tokenFile === undefined ? {} : { tokenFile }) };
}
