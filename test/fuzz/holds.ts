import { expect } from 'vitest';
import { problemAnswer } from '../../lib/api/answers.ts';
import { createMatcher } from '../../lib/api/match.ts';
import { routesOf } from '../../lib/api/routes.ts';
import type { Answer, RealWorld, Sent } from './realWorld.ts';

/** Time of the processor, which other work on the machine takes nothing from. */
const computeMsMax = 1_000;
/** A call that is still waiting then hangs. */
const answerMsMax = 10_000;

const match = createMatcher(routesOf());

/**
 * Sends a request and checks what holds of every answer: no fault of the service, in no time, of the promised shape,
 * and where it was refused, or only asks, nothing was committed.
 */
export async function holds(world: RealWorld, sent: Sent): Promise<Answer> {
  await world.idle();
  await world.committed();
  const before = process.cpuUsage();
  const answer = await inTime(world.ask(sent), JSON.stringify(sent));
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(computeMsMax);
  expect(answer.status < 500, `${JSON.stringify(sent)} → ${answer.status} ${answer.text}`).toBe(true);
  if (answer.status >= 400) checkProblem(answer);
  else checkShape(sent, answer);
  await world.idle();
  if (answer.status >= 400 || sent.method === 'GET' || sent.path === '/plan') {
    expect(await world.committed(), JSON.stringify(sent)).toEqual([]);
  }
  expect(world.parked).toEqual([]);
  return answer;
}

async function inTime<T>(asked: Promise<T>, what: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${answerMsMax} ms to ${what}`)), answerMsMax);
  try {
    return await Promise.race([asked, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function checkProblem({ status, headers, text }: Answer): void {
  expect(headers['content-type']).toBe('application/problem+json');
  const problem = problemAnswer.parse(JSON.parse(text));
  expect(problem.status).toBe(status);
  expect(problem.detail).not.toMatch(/\n\s+at |undefined|\[object/);
  if (status === 422) expect(problem.errors?.length).toBeGreaterThan(0);
}

function checkShape({ method, path }: Sent, { status, text }: Answer): void {
  const { success } = match(method, `/api/v1${path}`).route;
  expect(status).toBe(success.status);
  success.schema?.parse(JSON.parse(text));
}
