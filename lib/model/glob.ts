/** Says whether a partition ref is selected. */
export type GlobMatcher = (partitionRef: string) => boolean;

type Token =
  | { readonly kind: 'character'; readonly code: number }
  | { readonly kind: 'star' }
  | { readonly kind: 'starStar' }
  /** `**` and the slash after it: any number of whole segments, also none. */
  | { readonly kind: 'segments' };

const SLASH = 47;

/**
 * Makes a matcher of a glob over partition refs. `*` stands for any characters within a segment, also none; `**` for any
 * characters across segments; a whole segment `**` followed by a slash for any number of segments, also none (so
 * `a/**` + `/b` takes `a/b`). Every other character stands for itself.
 *
 * The matcher keeps the set of all positions it may be at, so it reads each character of the ref once and takes at most
 * (length of the ref) × (length of the glob) steps, whatever either of them is.
 */
export function compileGlob(pattern: string): GlobMatcher {
  if (!pattern.includes('*')) return (partitionRef) => partitionRef === pattern;
  const prefix = pattern.slice(0, -2);
  if (pattern.endsWith('/**') && !prefix.includes('*')) {
    return (partitionRef) => partitionRef.startsWith(prefix);
  }
  const tokens = tokensOf(pattern);
  return (partitionRef) => runs(tokens, partitionRef);
}

/** {@link compileGlob} for one use. */
export function matchGlob(pattern: string, partitionRef: string): boolean {
  return compileGlob(pattern)(partitionRef);
}

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] !== '*') {
      tokens.push({ kind: 'character', code: pattern.charCodeAt(at) });
    } else if (pattern[at + 1] !== '*') {
      tokens.push({ kind: 'star' });
    } else if (pattern[at + 2] === '/' && (at === 0 || pattern[at - 1] === '/')) {
      tokens.push({ kind: 'segments' });
      at += 2;
    } else {
      tokens.push({ kind: 'starStar' });
      at += 1;
    }
  }
  return tokens;
}

/**
 * Two bits per position: `AT` before the token, and, for `segments` only, `INSIDE` a segment that it is taking, which
 * only a slash leaves.
 */
const AT = 1;
const INSIDE = 2;

function runs(tokens: readonly Token[], text: string): boolean {
  let now = new Uint8Array(tokens.length + 1);
  let next = new Uint8Array(tokens.length + 1);
  enter(tokens, now, 0);
  for (let index = 0; index < text.length; index++) {
    next.fill(0);
    if (!step(tokens, now, next, text.charCodeAt(index))) return false;
    [now, next] = [next, now];
  }
  return now[tokens.length] !== 0;
}

/** Marks a position, and those behind tokens that may stand for nothing. */
function enter(tokens: readonly Token[], positions: Uint8Array, from: number): void {
  for (let at = from; ; at++) {
    if ((positions[at]! & AT) !== 0) return;
    positions[at]! |= AT;
    const token = tokens[at];
    if (token === undefined || token.kind === 'character') return;
  }
}

function step(tokens: readonly Token[], now: Uint8Array, next: Uint8Array, code: number): boolean {
  let alive = false;
  for (let at = 0; at < tokens.length; at++) {
    if (now[at] === 0) continue;
    const to = after(tokens[at]!, at, code);
    if (to === null) continue;
    alive = true;
    if (to === 'inside') next[at]! |= INSIDE;
    else enter(tokens, next, to);
  }
  return alive;
}

function after(token: Token, at: number, code: number): number | 'inside' | null {
  switch (token.kind) {
    case 'character':
      return token.code === code ? at + 1 : null;
    case 'star':
      return code === SLASH ? null : at;
    case 'starStar':
      return at;
    case 'segments':
      // Behind a slash another segment may begin, or the rest of the glob: `enter` marks both.
      return code === SLASH ? at : 'inside';
  }
}
