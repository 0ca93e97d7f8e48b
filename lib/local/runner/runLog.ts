import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunHandle } from '../../engine/ports.ts';
import type { RunnerLimits } from './limits.ts';

/**
 * What a run prints. Its start is in one file; where that is full, the end is in a folder beside it, in at most two
 * files named by the position that they start at: so a crash loses nothing, and how much was dropped between them
 * needs no record of its own.
 */
export interface RunLog {
  /** Appends. Never throws: what cannot be written (a full disk) is dropped. */
  write(chunk: Uint8Array): void;
  /** All that was printed, dropped or not. */
  readonly bytes: number;
  close(): void;
}

/** @throws RangeError where the run's id is no file name. */
export function logPath(dataFolder: string, handle: RunHandle): string {
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(handle.runId)) throw new RangeError(`${handle.runId} is not the id of a run`);
  return join(dataFolder, 'logs', `${handle.runId}.${handle.attempt}.${handle.execution}.log`);
}

export function openRunLog(path: string, limits: Pick<RunnerLimits, 'logHeadBytes' | 'logTailBytes'>): RunLog {
  const segmentBytes = Math.ceil(limits.logTailBytes / 2);
  const segments: string[] = [];
  let file: number | null = null;
  let room = limits.logHeadBytes;
  let bytes = 0;
  let isClosed = false;

  const openNext = (): void => {
    if (file !== null) closeSync(file);
    file = null;
    const isHead = bytes < limits.logHeadBytes;
    const next = isHead ? path : join(tailFolder(path), String(bytes));
    file = openFile(next);
    room = (isHead ? limits.logHeadBytes : segmentBytes + bytes) - bytes;
    if (!isHead) segments.push(next);
    if (segments.length > 2) rmSync(segments.shift()!, { force: true });
  };

  const append = (chunk: Uint8Array): void => {
    for (let at = 0; at < chunk.length; ) {
      if (file === null || room === 0) openNext();
      const part = chunk.subarray(at, at + room);
      writeAll(file!, part);
      at += part.length;
      room -= part.length;
      bytes += part.length;
    }
  };

  return {
    write(chunk) {
      if (isClosed) return;
      const before = bytes;
      try {
        append(chunk);
      } catch {
        bytes = before + chunk.length;
      }
    },
    get bytes() {
      return bytes;
    },
    close() {
      isClosed = true;
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}

function tailFolder(path: string): string {
  return `${path}.tail`;
}

function openFile(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'w');
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** Part of a log, by positions in all that the run printed. */
export interface LogPart {
  readonly bytes: Buffer;
  /** Where `bytes` starts: later than asked for where what was asked for has been dropped. */
  readonly start: number;
  /** Ask for this next. */
  readonly next: number;
}

/** Reads on from a position; empty at the end of what is printed so far, and where there is no log. */
export async function readLogPart(path: string, from: number): Promise<LogPart> {
  for (const { file, start } of await logFiles(path)) {
    const bytes = await readFrom(file, Math.max(0, from - start));
    const at = Math.max(from, start);
    if (bytes.length > 0) return { bytes, start: at, next: at + bytes.length };
  }
  return { bytes: Buffer.alloc(0), start: from, next: from };
}

/** The whole log as it is kept, with a line where something was dropped. Bounded by the limits it was written under. */
export async function readWholeLog(path: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let position = 0;
  for (;;) {
    const part = await readLogPart(path, position);
    if (part.bytes.length === 0) return Buffer.concat(parts);
    const dropped = part.start - position;
    if (dropped > 0) parts.push(Buffer.from(`\n[landfall: ${dropped} bytes of output were dropped here]\n`));
    parts.push(part.bytes);
    position = part.next;
  }
}

async function logFiles(path: string): Promise<readonly { file: string; start: number }[]> {
  const tail = await readdir(tailFolder(path)).catch(() => []);
  const starts = tail.map(Number).toSorted((a, b) => a - b);
  return [{ file: path, start: 0 }, ...starts.map((start) => ({ file: join(tailFolder(path), String(start)), start }))];
}

/** Empty where the file has gone meanwhile: the run has printed on, and a later part is read instead. */
async function readFrom(path: string, from: number): Promise<Buffer> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return Buffer.alloc(0);
  try {
    const length = Math.max(0, (await file.stat()).size - from);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
