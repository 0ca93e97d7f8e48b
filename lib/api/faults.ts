import type * as z from 'zod';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** A fault at a place of a JSON value. */
export type ValueFault = {
  /** JSON pointer (RFC 6901). */
  readonly pointer: string;
  readonly detail: string;
  readonly limit?: number;
};

const nameCharsMax = 100;

/** Every fault that validation found, in words, each beginning with the field's name. */
export function faultsOf(issues: readonly Issue[], value: unknown): readonly ValueFault[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField([...issue.path, key]));
    const detail = `${nameOf(issue.path)} ${whatIsWrong(issue, value)}`;
    return [{ pointer: pointerOf(issue.path), detail, ...limitOf(issue) }];
  });
}

function unknownField(path: Path): ValueFault {
  return { pointer: pointerOf(path), detail: `${nameOf(path)} is not a field that is taken here` };
}

/** RFC 6901: `~` and `/` inside a name are escaped. */
function pointerOf(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function nameOf(path: Path): string {
  if (path.length === 0) return 'the body';
  const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return name.replace(/^\./, '').slice(0, nameCharsMax);
}

function whatIsWrong(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, valueAt(value, issue.path));
    case 'too_big':
      return amount(issue.origin, 'at most', issue.maximum);
    case 'too_small':
      return amount(issue.origin, 'at least', issue.minimum);
    case 'invalid_value':
      return `must be ${oneOf(issue.values)}`;
    case 'invalid_union':
      return `must be ${oneOf('options' in issue ? (issue.options as readonly unknown[]) : [])}`;
    default:
      return issue.message;
  }
}

function amount(origin: string, bound: string, limit: number | bigint): string {
  if (origin === 'array') return `must have ${bound} ${limit} ${limit === 1 ? 'item' : 'items'}`;
  if (origin === 'string') return `must have ${bound} ${limit} ${limit === 1 ? 'character' : 'characters'}`;
  return `must be ${bound} ${limit}`;
}

function limitOf(issue: Issue): { readonly limit?: number } {
  if (issue.code === 'too_big') return { limit: Number(issue.maximum) };
  const limit: unknown = issue.code === 'custom' ? issue.params?.limit : undefined;
  return typeof limit === 'number' ? { limit } : {};
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

const nouns: Readonly<Record<string, string>> = { int: 'whole number', record: 'object', array: 'list' };

function wrongType(expected: string, found: unknown): string {
  if (found === undefined) return 'is missing';
  return `must be ${withArticle(nouns[expected] ?? expected)}, not ${kindOf(found)}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'number' ? String(value) : withArticle(typeof value);
}

function withArticle(noun: string): string {
  return `${/^[aeio]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((at, part) => (at as Record<PropertyKey, unknown> | null | undefined)?.[part], value);
}
