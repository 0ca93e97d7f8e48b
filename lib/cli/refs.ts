import { refFault } from '../model/ref.ts';
import { usageError } from './problem.ts';

/** A partition ref as the end of a path. */
export function refPath(ref: string): string {
  const fault = refFault(ref);
  if (fault !== null) throw usageError(`The partition ref ${JSON.stringify(ref)} ${fault}.`);
  return ref;
}

/** Wants are named by ids of this form; a partition ref of one segment that looks like it is not reached. */
export function isWantId(text: string): boolean {
  return text.startsWith('want_') && !text.includes('/');
}

/** An id as one segment of a path. */
export function idPath(id: string): string {
  return encodeURIComponent(id);
}
