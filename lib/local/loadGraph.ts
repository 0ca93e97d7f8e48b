import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../model/canonicalJson.ts';
import { compileGraph } from '../model/compile.ts';
import type { Fault } from '../model/fault.ts';
import type { Graph } from '../model/graph.ts';
import type { Json } from '../model/json.ts';
import type { Manifest } from '../model/manifest.ts';
import { validateManifest } from '../model/validate/index.ts';
import type { GraphFault } from './graphFault.ts';
import type { Loaded, Said } from './loadGraphChild.ts';
import { loadInProcess } from './loadGraphProcess.ts';
import { sha256 } from './sha256.ts';

/** The first of these that a graph's folder has is its config. */
export const CONFIG_FILES = ['landfall.config.ts', 'landfall.config.mjs', 'landfall.config.js'] as const;

const TIMEOUT_SECONDS = 10;

export type LoadedGraph =
  | { readonly kind: 'loaded'; readonly manifest: Manifest; readonly graph: Graph; readonly configFile: string }
  | { readonly kind: 'refused'; readonly faults: readonly GraphFault[] };

/** The name of a folder's config, relative to it; `null` where it has none. */
export function findConfig(folder: string): string | null {
  return CONFIG_FILES.find((name) => existsSync(join(folder, name))) ?? null;
}

/**
 * Loads the graph of a folder anew, with every fault at once. Never rejects for what a config says or does; user code
 * runs in a process of its own, for at most `timeoutSeconds`.
 */
export async function loadGraph(folder: string, { timeoutSeconds = TIMEOUT_SECONDS } = {}): Promise<LoadedGraph> {
  const configFile = findConfig(folder);
  if (configFile === null) {
    const message = 'There is no landfall.config.ts in this folder.';
    const hint = 'Go to the folder of a graph, or write one that exports defineGraph({ … }).';
    return refused([{ message, hint, file: CONFIG_FILES[0], line: null }]);
  }
  const loaded = await loadInProcess(realpathSync(folder), configFile, timeoutSeconds);
  return loaded.kind === 'failed' ? refused(loaded.faults) : judge(loaded, configFile);
}

function judge(loaded: Loaded & { kind: 'defined' }, configFile: string): LoadedGraph {
  const manifest = { ...loaded.manifest, hash: sha256(canonicalJson(loaded.manifest as unknown as Json)) };
  const found = [...loaded.faults, ...validateManifest(manifest)];
  const faults = [...found.map((fault) => placeFault(fault, loaded, configFile)), ...loaded.codeFaults];
  if (faults.length > 0) return refused(faults);
  return { kind: 'loaded', manifest, graph: compileGraph(manifest), configFile };
}

function refused(faults: readonly GraphFault[]): LoadedGraph {
  return { kind: 'refused', faults };
}

function placeFault({ code, message, hint, where }: Fault, { positions }: Said, configFile: string): GraphFault {
  const isThere = ({ place }: Said['positions'][number]) => place.kind === where.kind && place.name === where.name;
  // Of two with one name the later one is to blame. Pools and upstreams stand in the graph's own call.
  const said = code === 'duplicate' ? positions.findLast(isThere) : positions.find(isThere);
  const position = (said ?? positions.find(({ place }) => place.kind === 'graph'))?.position;
  return { message, hint, file: position?.file ?? configFile, line: position?.line ?? null };
}
