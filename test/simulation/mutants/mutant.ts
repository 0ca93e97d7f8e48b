/** Where a rule stands in the source, and what stands there when it is switched off. */
export interface Edit {
  /** From the project's root. */
  readonly file: string;
  /** Occurs exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** The engine without one of its rules. */
export interface Mutant {
  readonly name: string;
  /** What is switched off. */
  readonly rule: string;
  readonly edits: readonly Edit[];
  /** Catches it, and passes with the rule; 0 where it is still to be searched. */
  readonly seed: number;
}

export function edit(file: string, find: string, replace: string): Edit {
  return { file, find, replace };
}

/** @throws Error where the text does not stand there once: the rule was rewritten, and so must its mutant be. */
export function applyEdit(source: string, { file, find, replace }: Edit): string {
  const count = source.split(find).length - 1;
  if (count === 1) return source.replace(find, () => replace);
  throw new Error(`a mutant looks for this text, which stands ${count} times in ${file}, not once:\n${find}`);
}
