import type { Finding } from '../fault.ts';
import { GRAPH_LIMITS } from '../graphLimits.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

interface WholeRange {
  readonly min: number;
  readonly max: number;
}

/**
 * Reads the fields of a value that a config gives, and collects what is wrong with them: a config may be plain
 * JavaScript, or TypeScript that nobody has checked.
 */
export class Fields {
  readonly findings: Finding[] = [];
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #subject: string;

  /** `subject` begins each sentence, such as `The job clean`. */
  constructor(subject: string, value: unknown, known: readonly string[]) {
    this.#subject = subject;
    this.#values = isObject(value) ? value : {};
    if (!isObject(value)) this.refuse('takes an object of options', `Write { ${known[0]}: … }.`);
    for (const field of Object.keys(this.#values)) {
      if (!known.includes(field)) {
        this.refuse(
          `has the field "${field}", which this version does not know`,
          `Take it away; known are ${known.join(', ')}.`,
        );
      }
    }
  }

  get(field: string): unknown {
    return this.#values[field];
  }

  refuse(what: string, hint: string): void {
    this.findings.push({ code: 'value', message: `${this.#subject} ${what}.`, hint });
  }

  /** A short text, or `null` where absent. */
  text(field: string): string | null {
    const value = this.#values[field];
    if (value === undefined || value === null) return null;
    if (typeof value === 'string' && value !== '' && value.length <= GRAPH_LIMITS.textCharacters) return value;
    this.refuse(
      `has ${show(value)} as ${field}`,
      `Write a text of 1 to ${GRAPH_LIMITS.textCharacters} characters, or leave it away.`,
    );
    return null;
  }

  /** A name, or `null` where absent. */
  name(field: string): string | null {
    const value = this.#values[field];
    if (value === undefined || value === null) return null;
    if (isName(value)) return value;
    this.refuse(`has ${show(value)} as ${field}`, NAME_HINT);
    return null;
  }

  flag(field: string): boolean {
    const value = this.#values[field] ?? false;
    if (typeof value === 'boolean') return value;
    this.refuse(`has ${show(value)} as ${field}`, 'Write true or false.');
    return false;
  }

  /** A whole number, or the fallback where absent or wrong. */
  whole<Fallback extends number | null>(
    field: string,
    { min, max }: WholeRange,
    fallback: Fallback,
  ): number | Fallback {
    const value = this.#values[field];
    if (value === undefined || value === null) return fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    this.refuse(`has ${show(value)} as ${field}`, `Write a whole number from ${min} to ${max}.`);
    return fallback;
  }

  /** A list, empty where absent or wrong. Holes in it are `undefined`, which no walk over it passes by. */
  list(field: string): readonly unknown[] {
    const value = this.#values[field] ?? [];
    if (Array.isArray(value)) return [...value];
    this.refuse(`has ${show(value)} as ${field}`, 'Write a list: [ … ].');
    return [];
  }
}

export const NAME_HINT = `Write 1 to ${GRAPH_LIMITS.nameCharacters} letters, digits and . _ -, with a letter or digit first.`;

export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= GRAPH_LIMITS.nameCharacters && NAME.test(value);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as a config writes it, cut short. */
export function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (isObject(value)) return 'an object';
  if (Array.isArray(value)) return 'a list';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
