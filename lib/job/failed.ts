import type { RunOutcome } from '../engine/ports.ts';
import { MESSAGE_LENGTH_MAX } from './limits.ts';

/** @param message a sentence that names what happened. */
export function failed(message: string, retryable: boolean): Extract<RunOutcome, { kind: 'failed' }> {
  return { kind: 'failed', message: message.slice(0, MESSAGE_LENGTH_MAX), retryable };
}
