/** What a JSON text has that its value no longer shows, or that those who handle it cannot bear. */
export type ShapeFault =
  | { readonly kind: 'tooDeep' }
  /** The same field twice in one object: nobody knows which one was meant. */
  | { readonly kind: 'repeated'; readonly field: string };

const QUOTE = 34;
const COLON = 58;
const BACKSLASH = 92;
const OPENING_BRACE = 123;
const OPENING_BRACKET = 91;
const CLOSING_BRACE = 125;
const CLOSING_BRACKET = 93;

/** Reads a text that is valid JSON once, without recursion. `null` where nothing is wrong with its shape. */
export function shapeFault(text: string, depthMax: number): ShapeFault | null {
  /** The fields of each object that is open so far; `null` for a list. */
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) {
      const end = endOfString(text, at);
      const fields = open.at(-1);
      if (fields && isField(text, end)) {
        const field = JSON.parse(text.slice(at, end + 1)) as string;
        if (fields.has(field)) return { kind: 'repeated', field };
        fields.add(field);
      }
      at = end;
    } else if (character === OPENING_BRACE || character === OPENING_BRACKET) {
      if (open.push(character === OPENING_BRACE ? new Set() : null) > depthMax) return { kind: 'tooDeep' };
    } else if (character === CLOSING_BRACE || character === CLOSING_BRACKET) {
      open.pop();
    }
  }
  return null;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

function isField(text: string, end: number): boolean {
  let at = end + 1;
  while (text.charCodeAt(at) <= 32) at += 1;
  return text.charCodeAt(at) === COLON;
}
