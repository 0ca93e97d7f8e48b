import { isRefused, type Refused, type RefusedKind } from '../engine/refused.ts';
import { type CursorGone, hasCode, isLogUnavailable } from '../log/errors.ts';
import { apiLimits } from './limits.ts';
import { type ApiRequest, type ApiResponse, faultOf } from './message.ts';
import { Problem, type ProblemFault, type ProblemKind, problemResponse } from './problems.ts';

const kinds: Readonly<Record<RefusedKind, ProblemKind>> = {
  invalid: 'invalid-request',
  notFound: 'not-found',
  conflict: 'conflict',
  forbidden: 'forbidden',
};

const retryAfterSeconds = 1;

/** The answer to a request that ended with an error: what is wrong with it, or that the service is at fault. */
export function answerTo(error: unknown, request: Pick<ApiRequest, 'method' | 'path'>): ApiResponse {
  const problem = problemOf(error);
  if (problem !== null) return problemResponse(problem);
  const fault = faultOf(request, error);
  const detail = 'this is a fault of the service, whose log says more under the id at the end of `instance`';
  return { ...problemResponse(new Problem('internal', detail, { instance: `urn:landfall:fault:${fault.id}` })), fault };
}

/** `null` for an error that says nothing to a caller. */
function problemOf(error: unknown): Problem | null {
  if (error instanceof Problem) return error;
  if (isRefused(error)) return refusal(error);
  const message = error instanceof Error ? error.message : '';
  if (hasCode(error, 'CURSOR_INVALID')) return new Problem('invalid-cursor', message);
  if (hasCode(error, 'CURSOR_GONE')) {
    return new Problem('cursor-gone', message, { restartCursor: (error as CursorGone).restartCursor });
  }
  if (hasCode(error, 'COMMIT_TOO_LARGE')) return invalidRequest([{ pointer: '', detail: message }]);
  if (!isLogUnavailable(error)) return null;
  const detail = 'it is not known whether the request had its effect: try it again, with the same Idempotency-Key';
  return new Problem('unavailable', detail, {}, { 'retry-after': `${retryAfterSeconds}` });
}

function refusal({ kind, message, faults }: Refused): Problem {
  return kind === 'invalid' ? invalidRequest(faults, message) : new Problem(kinds[kind], message);
}

/** 422 with all faults. */
export function invalidRequest(faults: readonly ProblemFault[], message = summary(faults)): Problem {
  return new Problem('invalid-request', message, { errors: listed(faults) });
}

/** 400 with all faults of the query. */
export function invalidQuery(faults: readonly ProblemFault[]): Problem {
  return new Problem('invalid-query', summary(faults), { errors: listed(faults) });
}

/** Too large in one respect: 422 that names the limit. */
export function tooLarge(pointer: string, detail: string, limit: number): Problem {
  return new Problem('invalid-request', detail, { errors: [{ pointer, detail, limit }], limit });
}

function listed(faults: readonly ProblemFault[]): readonly ProblemFault[] {
  return faults.slice(0, apiLimits.faults);
}

function summary(faults: readonly ProblemFault[]): string {
  const [first] = faults;
  return `${first?.detail ?? 'the request is not valid'}${faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''}`;
}
