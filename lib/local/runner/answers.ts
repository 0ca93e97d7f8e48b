import { checkedMetadata } from '../../job/metadata.ts';
import { checkedMissingRefs } from '../../job/missingRefs.ts';
import type { JsonObject } from '../../model/json.ts';
import { ANSWER_BYTES_MAX } from './limits.ts';

export interface Reported {
  readonly rows: number | null;
  readonly bytes: number | null;
}

/** What a command has answered so far. */
export interface Answers {
  readonly wrote: ReadonlyMap<string, Reported>;
  readonly missing: readonly string[] | null;
  readonly metadata: JsonObject;
  /** Of several `error` lines the first; `retryable` is `null` where it does not say. */
  readonly error: { readonly message: string; readonly retryable: boolean | null } | null;
  /** The first answer that landfall cannot take, in a sentence. */
  readonly fault: string | null;
}

export interface AnswerReader extends Answers {
  /** Takes one line of standard output; false where it is no answer. */
  take(line: string): boolean;
  /** Told of a line that is too long to be an answer. */
  overlong(start: string): void;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the answers of a command. A line is an answer if it is a JSON object whose `type` is one of ours; what is wrong
 * in an answer is a fault, never passed over.
 *
 * @param locations of the outputs, by ref.
 */
export function answerReader(
  locations: ReadonlyMap<string, string>,
  onProgress: (value: number) => void,
): AnswerReader {
  const wrote = new Map<string, Reported>();
  const answers: { -readonly [K in keyof Answers]: Answers[K] } = {
    wrote,
    missing: null,
    metadata: {},
    error: null,
    fault: null,
  };

  const readers: Record<string, (fields: Fields) => void> = {
    progress: ({ value }) => onProgress(progressOf(value)),
    wrote: (fields) => {
      const partitionRef = wroteRef(fields, locations);
      if (wrote.has(partitionRef)) throw new TypeError(`${partitionRef} was reported as written twice`);
      wrote.set(partitionRef, { rows: countOf(fields, 'rows'), bytes: countOf(fields, 'bytes') });
    },
    missing: ({ partitionRefs }) => {
      answers.missing = checkedMissingRefs([...(answers.missing ?? []), ...checkedMissingRefs(partitionRefs)]);
    },
    metadata: ({ metadata }) => {
      answers.metadata = checkedMetadata(metadata);
    },
    error: (fields) => {
      answers.error ??= errorOf(fields);
    },
  };

  const take = (line: string): boolean => {
    const fields = parseAnswer(line);
    if (fields === null || !Object.hasOwn(readers, fields.type)) return false;
    try {
      readers[fields.type]?.(fields);
    } catch (error) {
      answers.fault ??= `The command answered with a ${fields.type} line that cannot be taken: ${(error as Error).message}.`;
    }
    return true;
  };

  const overlong = (start: string): void => {
    const type = /^\{\s*"type"\s*:\s*"(\w+)"/.exec(start)?.[1];
    if (type === undefined || !Object.hasOwn(readers, type)) return;
    answers.fault ??= `The command answered with a ${type} line longer than ${ANSWER_BYTES_MAX} bytes.`;
  };

  return Object.assign(answers, { take, overlong });
}

function parseAnswer(line: string): (Fields & { readonly type: string }) | null {
  try {
    const value = JSON.parse(line) as Fields;
    return typeof value.type === 'string' ? { ...value, type: value.type } : null;
  } catch {
    return null;
  }
}

function progressOf(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('value must be a number from 0 to 1');
  return Math.min(Math.max(value, 0), 1);
}

function wroteRef({ partitionRef, location }: Fields, locations: ReadonlyMap<string, string>): string {
  if (typeof partitionRef !== 'string') throw new TypeError('partitionRef must be a string');
  const own = locations.get(partitionRef);
  if (own === undefined) throw new TypeError(`${partitionRef} is not one of the run's outputs`);
  if (location !== undefined && location !== own) {
    throw new TypeError(`${partitionRef} belongs at ${own}, not at another location`);
  }
  return partitionRef;
}

function countOf(fields: Fields, name: 'rows' | 'bytes'): number | null {
  const value = fields[name];
  if (value === undefined || value === null) return null;
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new TypeError(`${name} must be a whole number`);
}

function errorOf({ message, retryable }: Fields): Answers['error'] {
  if (typeof message !== 'string' || message === '') throw new TypeError('message must be a string');
  if (retryable !== undefined && typeof retryable !== 'boolean') throw new TypeError('retryable must be true or false');
  return { message, retryable: retryable ?? null };
}
