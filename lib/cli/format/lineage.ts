import type { LineageView } from '../../query/views.ts';
import type { Look } from '../terminal.ts';
import { paintState } from './states.ts';
import { shorten } from './text.ts';
import { branch, type Tree } from './tree.ts';

export type Direction = 'up' | 'down';

/** Of one node; the others are counted. */
const childrenShown = 12;

/** What a partition is made from, or what is made from it, as a tree; what stands in it twice is drawn once. */
export function formatLineage(
  ref: string,
  { nodes, edges }: LineageView,
  direction: Direction,
  look: Look,
): readonly string[] {
  const states = new Map(nodes.map((node) => [node.partitionRef, node.state]));
  const children = Map.groupBy(edges, (edge) => (direction === 'up' ? edge.to : edge.from));
  const drawn = new Set<string>();

  const draw = (at: string, learned: boolean, depth: number): Tree => {
    const known = drawn.has(at);
    drawn.add(at);
    const edgesBelow = children.get(at) ?? [];
    const note = `${learned ? ' (found by a run)' : ''}${known && edgesBelow.length > 0 ? ' (see above)' : ''}`;
    const state = states.get(at) ?? 'missing';
    const name = shorten(at, Math.max(20, look.tableWidth - depth * 3 - state.length - 2 - note.length), 'end');
    const line = `${name}  ${paintState(look.paint, state)}${note}`;
    if (known) return { lines: [line], below: [] };
    const below = edgesBelow.map((edge) => ({ ref: direction === 'up' ? edge.from : edge.to, learned: edge.learned }));
    const shown = foremost(below, states);
    const others = below.filter((one) => !shown.includes(one)).map((one) => states.get(one.ref) ?? 'missing');
    return { lines: [line], below: [...shown.map((one) => draw(one.ref, one.learned, depth + 1)), ...rest(others)] };
  };
  return branch(draw(ref, false, 0), look.width);
}

/** Where there are too many, those that are not live come first: they are what one looks for. */
function foremost<T extends { readonly ref: string }>(below: readonly T[], states: ReadonlyMap<string, string>) {
  if (below.length <= childrenShown) return below;
  const [live, others] = [true, false].map((is) => below.filter((one) => (states.get(one.ref) === 'live') === is));
  return [...others!, ...live!].slice(0, childrenShown);
}

/** `… 353 more: 350 live, 3 missing`. */
function rest(states: readonly string[]): readonly Tree[] {
  if (states.length === 0) return [];
  const counts = [...Map.groupBy(states, (state) => state)].map(([state, of]) => `${of.length} ${state}`);
  return [{ lines: [`… ${states.length.toLocaleString('en-US')} more: ${counts.join(', ')}`], below: [] }];
}
