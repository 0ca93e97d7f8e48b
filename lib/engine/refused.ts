/** What was wrong with one field of a request. */
export interface Fault {
  /** JSON pointer into the request, such as `/partitionRefs/3`. */
  readonly pointer: string;
  readonly detail: string;
}

export type RefusedKind = 'invalid' | 'notFound' | 'conflict' | 'forbidden';

/** A command that is understood and refused. Nothing was written. */
export class Refused extends Error {
  readonly code = 'REFUSED';
  readonly kind: RefusedKind;
  /** All faults at once, for `invalid`. */
  readonly faults: readonly Fault[];
  constructor(kind: RefusedKind, message: string, faults: readonly Fault[] = []) {
    super(message);
    this.name = 'Refused';
    this.kind = kind;
    this.faults = faults;
  }
}

export function isRefused(error: unknown): error is Refused {
  return typeof error === 'object' && error !== null && (error as { code?: unknown }).code === 'REFUSED';
}

export function invalid(faults: readonly Fault[]): Refused {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return new Refused('invalid', `${first?.detail ?? 'the request is not valid'}${more}`, faults);
}

/** Refuses a change that was decided on another revision than the present one. */
export function checkRevision(what: string, present: number, expected: number | undefined): void {
  if (expected === undefined || expected === present) return;
  throw new Refused('conflict', `${what} is at revision ${present}, not ${expected}: read it again`);
}
