import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../../lib/log/sqlite.ts';
import { holds } from './holds.ts';
import { memoryPorts, openRealWorld, type Ports, type RealWorld, type Sent } from './realWorld.ts';
import { anyJson, anyText, fixed } from './values.ts';

const get = (path: string, query: string): Sent => ({ method: 'GET', path, query });
const post = (path: string, body: unknown): Sent => ({ method: 'POST', path, body });
const lists = ['wants', 'runs', 'partitions', 'sla/violations', 'sla/at-risk', 'timeline', 'events'] as const;
type List = (typeof lists)[number];

interface OpenPorts {
  readonly ports: Ports;
  close(): Promise<void>;
}

function sqlitePorts(): OpenPorts {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-fuzz-'));
  const store = openSqlite(join(folder, 'log.db'));
  return {
    ports: store,
    async close() {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

describe.each([
  ['memory', (): OpenPorts => ({ ports: memoryPorts(), close: async () => undefined })],
  ['SQLite', sqlitePorts],
])('cursors over %s', (_name, open) => {
  let opened: OpenPorts;
  let world: RealWorld;
  let wantId: string;
  beforeEach(async () => {
    opened = open();
    world = openRealWorld(opened.ports);
    await world.ask(post('/available', { partitions: [{ partitionRef: 'raw/2012-01-01' }] }));
    for (const partitionRef of ['daily/2012-01-01', 'by/eu/1', 'by/eu/2', 'text/a']) {
      wantId = JSON.parse((await world.ask(post('/wants', { partitionRef }))).text).wantId;
    }
    await world.idle();
  });
  afterEach(async () => {
    await world.close();
    await opened.close();
  });

  const calling = (list: List, cursor: string): Sent => {
    const encoded = encodeURIComponent(cursor);
    if (list === 'events') return get('/events', `limit=1&since=${encoded}`);
    return get(list === 'timeline' ? `/wants/${wantId}/timeline` : `/${list}`, `limit=1&cursor=${encoded}`);
  };

  /** One that was given out for the second page. */
  async function given(list: List): Promise<string> {
    const { path } = calling(list, '');
    const { nextCursor } = JSON.parse((await world.ask(get(path, 'limit=1'))).text);
    return nextCursor ?? '';
  }

  async function isRefusedOrRead(list: List, cursor: string): Promise<void> {
    const { status, text } = await holds(world, calling(list, cursor));
    expect([200, 400, 410]).toContain(status);
    if (status === 410) expect((await holds(world, calling(list, JSON.parse(text).restartCursor))).status).toBe(200);
  }

  it('that were given out lead through the whole list once', async () => {
    for (const list of ['wants', 'runs', 'partitions'] as const) {
      const { path } = calling(list, '');
      const whole = JSON.parse((await world.ask(get(path, ''))).text).items;
      const walked: unknown[] = [];
      for (let sent: Sent | null = get(path, 'limit=1'); sent !== null; ) {
        const { items, nextCursor }: { items: unknown[]; nextCursor: string | null } = JSON.parse(
          (await holds(world, sent)).text,
        );
        walked.push(...items);
        sent = nextCursor === null ? null : calling(list, nextCursor);
      }
      expect(walked).toEqual(whole);
      expect(whole.length).toBeGreaterThan(1);
    }
  });

  it('with bits flipped, cut, or of another list are read or refused', async () => {
    const spoil = fc.record({ of: fc.constantFrom(...lists), at: fc.nat(200), bit: fc.nat(7), cut: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...lists), spoil, async (list, { of, at, bit, cut }) => {
        const bytes = Buffer.from(await given(of), cut === 0 ? 'latin1' : 'base64url');
        if (bytes.length > 0) bytes[at % bytes.length]! ^= 1 << bit;
        const flipped = bytes.toString(cut === 0 ? 'latin1' : 'base64url');
        await isRefusedOrRead(list, cut === 1 ? flipped.slice(0, at) : flipped);
      }),
      { ...fixed, numRuns: 250 },
    );
  });

  it('that somebody made up are read or refused', async () => {
    const anyPart = fc.oneof(fc.nat(3), fc.constantFrom(-1, 1.5, 2 ** 53, 1e308), anyJson);
    const key = fc.oneof(anyText, fc.constantFrom(null, '', '\ud800', '\0', '0'.repeat(1_000)), anyJson);
    const forged = fc
      .tuple(fc.constantFrom(...lists), anyPart, key, fc.boolean())
      .map(([list, part, afterKey, mine]) => ({ list, fields: [mine, list, part, afterKey] }));
    const position = fc.oneof(fc.nat(20).map(String), fc.constantFrom('9007199254740993', '9999999999999999', '007'));
    const feed = fc.tuple(position, fc.constantFrom('', '0', 'zzzzzzz')).map(([at, witness]) => ({ at, witness }));
    await fc.assert(
      fc.asyncProperty(forged, feed, async ({ list, fields }, { at, witness }) => {
        const [mine, ...rest] = fields;
        const { generation } = opened.ports;
        const cursor = Buffer.from(JSON.stringify([mine ? generation : 'other', ...rest])).toString('base64url');
        await isRefusedOrRead(list, cursor);
        const written = Buffer.from(`1.${mine ? generation : 'other'}.${at}.${witness}`).toString('base64url');
        await isRefusedOrRead('events', written);
      }),
      { ...fixed, numRuns: 250 },
    );
  });
});
