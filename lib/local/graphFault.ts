/** What keeps a graph from being loaded. */
export interface GraphFault {
  /** What is wrong, as a sentence. */
  readonly message: string;
  /** What to do about it, as a sentence. */
  readonly hint: string;
  /** Relative to the graph's folder. */
  readonly file: string;
  /** From 1 on; `null` where the whole file is meant. */
  readonly line: number | null;
}

/** `landfall.config.ts:12: what is wrong. What to do.` */
export function showFault({ message, hint, file, line }: GraphFault): string {
  return `${file}${line === null ? '' : `:${line}`}: ${message} ${hint}`;
}
