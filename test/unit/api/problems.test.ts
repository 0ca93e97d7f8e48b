import { describe, expect, it } from 'vitest';
import { problemKinds } from '../../../lib/api/problems.ts';
import { Refused } from '../../../lib/engine/refused.ts';
import { CommitTooLarge, CursorGone, CursorInvalid, LogUnavailable } from '../../../lib/log/errors.ts';
import { bench } from './ask.ts';

describe('an error of the application', () => {
  const answered = async (error: unknown) => {
    const { ask, application } = bench();
    application.on('getWant', () => Promise.reject(error));
    return ask('GET /wants/want_1');
  };

  it.each([
    ['invalid', 422],
    ['notFound', 404],
    ['conflict', 409],
    ['forbidden', 403],
  ] as const)('that refuses as %s is %i with its message', async (kind, status) => {
    const asked = await answered(new Refused(kind, 'this is why'));
    expect([asked.status, asked.body.status, asked.body.detail]).toEqual([status, status, 'this is why']);
    expect(asked.headers['content-type']).toBe('application/problem+json');
  });

  it('about a foreign cursor is 400', async () => {
    expect((await answered(new CursorInvalid())).body.type).toBe('urn:landfall:problem:invalid-cursor');
  });

  it('about a cursor of a lost generation is 410 and says where to restart', async () => {
    const { status, body } = await answered(new CursorGone('again'));
    expect([status, body.restartCursor]).toEqual([410, 'again']);
  });

  it('about an unreachable log is 503 with Retry-After, and keeps its inside to itself', async () => {
    const { status, headers, text } = await answered(new LogUnavailable('disk sda1 is on fire'));
    expect([status, headers['retry-after']]).toEqual([503, '1']);
    expect(text).not.toContain('sda1');
  });

  it('about something too large to be stored is 422', async () => {
    expect((await answered(new CommitTooLarge('build/x', 400_000, 350_000))).status).toBe(422);
  });

  it.each([[new TypeError('x of undefined')], ['a string'], [null], [{ code: 'OTHER' }]])(
    'that nobody foresaw is 500 with an id to look for in the log, and nothing else (%s)',
    async (error) => {
      const { status, body, text, response } = await answered(error);
      expect(status).toBe(500);
      expect(text).not.toMatch(/undefined|a string|TypeError|\.ts/);
      expect(body.instance).toBe(`urn:landfall:fault:${response.fault?.id}`);
      expect(response.fault?.error).toBe(error);
    },
  );
});

describe('a problem', () => {
  it('has a stable type, and the status of its kind', () => {
    expect(Object.entries(problemKinds).map(([kind, { status }]) => `${status} ${kind}`)).toMatchInlineSnapshot(`
      [
        "400 unreadable",
        "400 invalid-query",
        "400 invalid-cursor",
        "401 unauthorized",
        "403 forbidden",
        "404 not-found",
        "405 method-not-allowed",
        "408 request-timeout",
        "409 conflict",
        "410 cursor-gone",
        "413 body-too-large",
        "415 unsupported-media-type",
        "421 foreign-host",
        "422 invalid-request",
        "429 too-busy",
        "431 headers-too-large",
        "500 internal",
        "503 unavailable",
      ]
    `);
  });
});
