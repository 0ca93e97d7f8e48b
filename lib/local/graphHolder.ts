import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Graphs } from '../engine/context.ts';
import { compileGraph } from '../model/compile.ts';
import type { Graph } from '../model/graph.ts';
import type { Manifest } from '../model/manifest.ts';
import { type GraphFault, showFault } from './graphFault.ts';
import { loadGraph } from './loadGraph.ts';

/** The graph of a folder, and the manifests that open runs began under. */
export class GraphHolder implements Graphs {
  readonly #folder: string;
  readonly #manifests: string;
  readonly #known = new Map<string, Graph>();
  #current: Graph | null = null;
  #fault: string | null = null;

  constructor(graphFolder: string, dataFolder: string) {
    this.#folder = graphFolder;
    this.#manifests = join(dataFolder, 'manifests');
  }

  current(): Graph {
    if (this.#current === null) throw new Error('the graph is not loaded yet');
    return this.#current;
  }

  async byHash(hash: string): Promise<Graph | null> {
    const known = this.#known.get(hash);
    if (known !== undefined) return known;
    const text = await readFile(join(this.#manifests, `${hash}.json`), 'utf8').catch(() => null);
    if (text === null) return null;
    const graph = compileGraph(JSON.parse(text) as Manifest);
    this.#known.set(hash, graph);
    return graph;
  }

  /** Why the config on disk is not the one that serves; `null` where it is. */
  fault(): string | null {
    return this.#fault;
  }

  /** Loads the config anew. One that does not load leaves the graph that serves. */
  async load(): Promise<{ readonly changed: boolean; readonly faults: readonly GraphFault[] }> {
    const loaded = await loadGraph(this.#folder);
    if (loaded.kind === 'refused') {
      this.#fault = loaded.faults.map(showFault).join('\n');
      return { changed: false, faults: loaded.faults };
    }
    this.#fault = null;
    const { manifest, graph } = loaded;
    const changed = this.#current?.manifest.hash !== manifest.hash;
    if (changed) await this.#keep(manifest);
    this.#known.set(manifest.hash, graph);
    if (changed) this.#current = graph;
    return { changed, faults: [] };
  }

  /** Written before the first run is claimed under it. */
  async #keep(manifest: Manifest): Promise<void> {
    await mkdir(this.#manifests, { recursive: true });
    const path = join(this.#manifests, `${manifest.hash}.json`);
    await writeFile(`${path}.new`, JSON.stringify(manifest));
    await rename(`${path}.new`, path);
  }
}
