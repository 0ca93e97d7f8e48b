import type { Keys } from './graph.ts';
import { type Pattern, type PatternSegment, segmentValue } from './pattern.ts';

/** The pattern that takes a ref, with the ref's keys. */
export interface Found<Entry> {
  readonly entry: Entry;
  readonly keys: Keys;
}

interface Node<Entry> {
  readonly literals: Map<string, Node<Entry>>;
  readonly keyed: { readonly segment: PatternSegment & { kind: 'key' }; readonly node: Node<Entry> }[];
  end: { readonly entry: Entry; readonly names: readonly string[] } | null;
}

/**
 * Finds the one pattern that takes a ref: a tree of segments, so that patterns with the same beginning are looked at
 * once. Every node is visited at most once per ref, and every segment of the ref is read once per node.
 */
export class PartitionIndex<Entry extends { readonly pattern: Pattern }> {
  readonly #root: Node<Entry> = emptyNode();

  constructor(entries: readonly Entry[]) {
    for (const entry of entries) this.#insert(entry);
  }

  find(partitionRef: string): Found<Entry> | null {
    const values: string[] = [];
    const end = descend(this.#root, partitionRef.split('/'), 0, values);
    if (end === null) return null;
    const keys: Record<string, string> = {};
    for (let index = 0; index < values.length; index++) keys[end.names[index]!] = values[index]!;
    return { entry: end.entry, keys };
  }

  #insert(entry: Entry): void {
    let node = this.#root;
    for (const segment of entry.pattern.segments) node = childFor(node, segment);
    node.end = { entry, names: entry.pattern.keys.map((key) => key.name) };
  }
}

function emptyNode<Entry>(): Node<Entry> {
  return { literals: new Map(), keyed: [], end: null };
}

function childFor<Entry>(node: Node<Entry>, segment: PatternSegment): Node<Entry> {
  const child = emptyNode<Entry>();
  if (segment.kind === 'key') {
    node.keyed.push({ segment, node: child });
    return child;
  }
  const known = node.literals.get(segment.text);
  if (known === undefined) node.literals.set(segment.text, child);
  return known ?? child;
}

function descend<Entry>(
  node: Node<Entry>,
  texts: readonly string[],
  depth: number,
  values: string[],
): Node<Entry>['end'] {
  if (depth === texts.length) return node.end;
  const text = texts[depth]!;
  const literal = node.literals.get(text);
  if (literal !== undefined) {
    const end = descend(literal, texts, depth + 1, values);
    if (end !== null) return end;
  }
  for (const { segment, node: child } of node.keyed) {
    const value = segmentValue(segment, text);
    if (value === null) continue;
    values.push(value);
    const end = descend(child, texts, depth + 1, values);
    if (end !== null) return end;
    values.pop();
  }
  return null;
}
