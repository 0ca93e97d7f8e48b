// CSI and OSC sequences whole, so that no letters of theirs stay behind.
const escapes = /\p{Cc}\[[\d;:?]*[ -/]*[@-~]|\p{Cc}\][^\p{Cc}]*(?:\p{Cc}\\|\p{Cc})/gu;
const unseen = /[\p{Cc}\p{Cf}]/gu;
const unseenInLine = /(?![\n\t])[\p{Cc}\p{Cf}]/gu;

/**
 * A foreign text (a comment, an error, an owner's name) as one line that cannot move the cursor: control characters,
 * escape sequences and marks that turn the direction of writing are taken out.
 */
export function oneLine(text: string): string {
  return text.replace(escapes, '').replace(/\s+/g, ' ').replace(unseen, '').trim();
}

/** The same for a text of many lines, such as a log. */
export function manyLines(text: string): string {
  return text.replace(escapes, '').replace(/\r\n?/g, '\n').replace(unseenInLine, '');
}

/** Columns of a text, one for each character. */
export function widthOf(text: string): number {
  return [...text].length;
}

/** Shortens to `width` columns, and marks where something is left out. A ref keeps its end: its key stands there. */
export function shorten(text: string, width: number, keep: 'start' | 'end' = 'start'): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  if (width <= 1) return width === 1 ? '…' : '';
  return keep === 'start' ? `${characters.slice(0, width - 1).join('')}…` : `…${characters.slice(1 - width).join('')}`;
}

/** Breaks a text at spaces into lines of at most `width` columns; a longer word stays whole. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || widthOf(longer) <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** `1 run`, `2 runs`, `1,461 runs`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? noun : plural}`;
}

/** The first of them, and how many more there are. */
export function firstOf(texts: readonly string[]): string {
  const [first = '', ...rest] = texts;
  return rest.length === 0 ? first : `${first} +${rest.length}`;
}
