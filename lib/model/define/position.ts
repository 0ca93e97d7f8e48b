/** Where in a config something was written. */
export interface Position {
  /** As the stack names it: a `file:` URL or a path. */
  readonly file: string;
  /** From 1 on. */
  readonly line: number;
}

const OWN_FOLDER = new URL('.', import.meta.url).href;
const FRAME = /^\s*at (?:.*\()?((?:file:\/\/)?\/?[^()]+?):(\d+):\d+\)?$/;

/** Where the first caller outside the config language stands, for faults; `null` where the stack does not say. */
export function callerPosition(): Position | null {
  for (const frame of (new Error().stack ?? '').split('\n')) {
    const [, file, line] = FRAME.exec(frame) ?? [];
    if (file === undefined || line === undefined || file.startsWith(OWN_FOLDER)) continue;
    return file.startsWith('node:') ? null : { file, line: Number(line) };
  }
  return null;
}
