import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type GraphDefinition, isGraphDefinition, type Placed } from '../model/define/graph.ts';
import type { Fault } from '../model/fault.ts';
import type { Manifest } from '../model/manifest.ts';
import type { GraphFault } from './graphFault.ts';
import { readJobCode } from './loadGraphCode.ts';
import { pathOf, thrownFault } from './loadGraphErrors.ts';
import { readModules, relativePath } from './loadGraphModules.ts';
import { registerLandfallResolve } from './resolveLandfall.ts';

/** What this process tells the one that started it: once, by its channel. */
export type Loaded =
  | ({ readonly kind: 'defined'; readonly manifest: Omit<Manifest, 'hash'> } & Said)
  | { readonly kind: 'failed'; readonly faults: readonly GraphFault[] };

export interface Said {
  /** What the config language found; they stand at the places below. */
  readonly faults: readonly Fault[];
  /** Files are relative to the graph's folder. */
  readonly positions: readonly Placed[];
  readonly codeFaults: readonly GraphFault[];
}

async function load(folder: string, config: string): Promise<Loaded> {
  const path = join(folder, config);
  const { faults } = readModules(folder, path);
  if (faults.length > 0) return { kind: 'failed', faults };
  registerLandfallResolve();
  try {
    const exported = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
    if (isGraphDefinition(exported.default)) return readDefinition(folder, config, exported.default);
    const message = `${config} does not export a graph.`;
    return failed({ message, hint: 'Write export default defineGraph({ … }).', file: config, line: null });
  } catch (error) {
    return failed(thrownFault(error, folder, config));
  }
}

function failed(fault: GraphFault): Loaded {
  return { kind: 'failed', faults: [fault] };
}

function readDefinition(folder: string, config: string, { draft, faults, positions }: GraphDefinition): Loaded {
  const placed = positions.map(({ place, position: { file, line } }) => {
    return { place, position: { file: relativePath(folder, pathOf(file)), line } };
  });
  const codeFaults: GraphFault[] = [];
  const jobs = draft.jobs.map((job) => {
    const at = placed.find(({ place }) => place.kind === 'job' && place.name === job.name)?.position;
    const code = readJobCode(folder, job.run, at ?? { file: config, line: null });
    codeFaults.push(...code.faults);
    return { ...job, codeVersion: code.codeVersion };
  });
  return { kind: 'defined', manifest: { ...draft, jobs }, faults, positions: placed, codeFaults };
}

const [, , folder, config] = process.argv;
const loaded = await load(folder!, config!);
process.send!(loaded, () => process.exit(0));
