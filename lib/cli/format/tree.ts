/** A node's own lines (as wide as its place allows, where they depend on it), and the nodes below it. */
export interface Tree {
  readonly lines: readonly string[] | ((width: number) => readonly string[]);
  readonly below: readonly Tree[];
}

const indent = 3;
const widthMin = 30;

/** Draws a tree within `width` columns. */
export function branch(tree: Tree, width: number): readonly string[] {
  const lines = typeof tree.lines === 'function' ? tree.lines(Math.max(widthMin, width)) : tree.lines;
  const below = tree.below.flatMap((child, i) => {
    const isLast = i === tree.below.length - 1;
    const [head, ...rest] = branch(child, width - indent);
    return [`${isLast ? '└─' : '├─'} ${head}`, ...rest.map((line) => `${isLast ? '  ' : '│ '} ${line}`)];
  });
  return [...lines, ...below];
}
