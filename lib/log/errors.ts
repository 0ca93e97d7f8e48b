/**
 * Errors of the log and index ports. Recognised by `code`, not by class: a graph may carry its own copy of the package.
 */
export class LogError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

export class RevisionConflict extends LogError {
  readonly stream: string;
  readonly expected: number;
  readonly actual: number;
  constructor(stream: string, expected: number, actual: number) {
    super('REVISION_CONFLICT', `${stream} is at revision ${actual}, not ${expected}: read it and decide again`);
    this.stream = stream;
    this.expected = expected;
    this.actual = actual;
  }
}

export class CommitTooLarge extends LogError {
  readonly stream: string;
  readonly bytes: number;
  constructor(stream: string, bytes: number, bytesMax: number) {
    super('COMMIT_TOO_LARGE', `a commit to ${stream} takes ${bytes} bytes; at most ${bytesMax} are stored`);
    this.stream = stream;
    this.bytes = bytes;
  }
}

/** It is not known whether the write happened. Trying the same write again is safe. */
export class LogUnavailable extends LogError {
  constructor(message: string, options?: ErrorOptions) {
    super('LOG_UNAVAILABLE', message, options);
  }
}

export class CursorGone extends LogError {
  /** Where a reader starts again: the beginning of the present feed. */
  readonly restartCursor: string;
  constructor(restartCursor: string) {
    super('CURSOR_GONE', 'the cursor is of an earlier generation of this feed: start again from restartCursor');
    this.restartCursor = restartCursor;
  }
}

export class CursorInvalid extends LogError {
  constructor() {
    super('CURSOR_INVALID', 'the cursor is not one that this feed gave out');
  }
}

/** The data cannot be opened or trusted: another version, damaged, read-only, or in use. The message says what to do. */
export class LogRefused extends LogError {
  constructor(message: string, options?: ErrorOptions) {
    super('LOG_REFUSED', message, options);
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && (error as { code?: unknown }).code === code;
}

export function isRevisionConflict(error: unknown): error is RevisionConflict {
  return hasCode(error, 'REVISION_CONFLICT');
}

export function isLogUnavailable(error: unknown): error is LogUnavailable {
  return hasCode(error, 'LOG_UNAVAILABLE');
}
