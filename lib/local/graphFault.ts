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
