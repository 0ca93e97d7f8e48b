import { CommitTooLarge, LogError } from './errors.ts';
import { limits, type NewCommit, type StreamId } from './eventLog.ts';
import type { Row } from './rowIndex.ts';

/** The JSON that an adapter stores of a commit. */
export interface StoredCommit {
  readonly events: string;
  readonly state: string | null;
}

/** A call that no adapter accepts: a fault of the caller. Its code is `LOG_ARGUMENT`. */
export class LogArgument extends LogError {
  constructor(message: string) {
    super('LOG_ARGUMENT', message);
  }
}

/** What a commit weighs against `limits.commitBytes`: events, state, commit id and stream id, in bytes. */
export function storedBytes(stream: StreamId, commit: NewCommit): number {
  return bytesOf(stream, commit.commitId, toStored(commit));
}

/** @throws LogArgument | CommitTooLarge before anything is written. */
export function checkAppend(stream: StreamId, expectedRevision: number, commit: NewCommit): StoredCommit {
  checkName('stream id', stream, limits.streamIdBytes);
  checkName('commit id', commit.commitId, limits.streamIdBytes);
  if (!/^[a-z]+\/./.test(stream)) throw new LogArgument(`${stream} is not a stream id: <kind>/<id>`);
  checkWhole('expectedRevision', expectedRevision, 0, Number.MAX_SAFE_INTEGER);
  checkWhole('at', commit.at, 0, Number.MAX_SAFE_INTEGER);
  if (commit.events.length === 0) throw new LogArgument(`a commit to ${stream} needs at least one event`);
  const stored = toStored(commit);
  if (mayExceed(stored)) {
    const bytes = bytesOf(stream, commit.commitId, stored);
    if (bytes > limits.commitBytes) throw new CommitTooLarge(stream, bytes, limits.commitBytes);
  }
  return stored;
}

/** @throws LogArgument when partition, key, nonce or value are out of bounds. @returns the value as JSON. */
export function checkRow(row: Row): string {
  checkName('partition', row.partition, limits.streamIdBytes);
  checkName('key', row.key, limits.streamIdBytes);
  checkName('nonce', row.nonce, limits.streamIdBytes);
  if (row.expiresAt !== null) checkWhole('expiresAt', row.expiresAt, 0, Number.MAX_SAFE_INTEGER);
  const value = JSON.stringify(row.value);
  const bytes = Buffer.byteLength(value);
  if (bytes <= limits.commitBytes) return value;
  throw new LogArgument(`the row ${row.key} of ${row.partition} takes ${bytes} bytes; at most ${limits.commitBytes}`);
}

export function checkLimit(limit: number): void {
  checkWhole('limit', limit, 1, limits.feedPage);
}

export function checkFromRevision(fromRevision: number): void {
  checkWhole('fromRevision', fromRevision, 1, Number.MAX_SAFE_INTEGER);
}

function checkWhole(name: string, value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new LogArgument(`${name} is ${value}; it must be a whole number from ${min} to ${max}`);
  }
}

/** NUL and lone surrogates do not come back from every store as they went in. */
function checkName(what: string, name: string, bytesMax: number): void {
  if (name === '') throw new LogArgument(`the ${what} is empty`);
  if (name.includes('\0') || !name.isWellFormed()) throw new LogArgument(`the ${what} is not well-formed text`);
  if (name.length * 3 > bytesMax && Buffer.byteLength(name) > bytesMax) {
    throw new LogArgument(
      `the ${what} ${name.slice(0, 80)}… takes ${Buffer.byteLength(name)} bytes; at most ${bytesMax}`,
    );
  }
}

function toStored(commit: NewCommit): StoredCommit {
  return {
    events: JSON.stringify(commit.events),
    state: commit.state === null ? null : JSON.stringify(commit.state),
  };
}

/** A UTF-16 unit takes 3 bytes at most, and the two ids 2,048 together: short commits need no count. */
function mayExceed(stored: StoredCommit): boolean {
  const units = stored.events.length + (stored.state?.length ?? 0);
  return units * 3 + 2 * limits.streamIdBytes > limits.commitBytes;
}

function bytesOf(stream: string, commitId: string, stored: StoredCommit): number {
  return (
    Buffer.byteLength(stored.events) +
    (stored.state === null ? 0 : Buffer.byteLength(stored.state)) +
    Buffer.byteLength(stream) +
    Buffer.byteLength(commitId)
  );
}
