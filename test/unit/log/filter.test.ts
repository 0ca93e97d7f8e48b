import { describe, expect, it } from 'vitest';
import { compileEventFilter, refsOf } from '../../../lib/log/filter.ts';

const event = (fields: object) => ({ type: 'Happened', v: 1, ...fields });

describe('the refs that an event names', () => {
  it.each([
    [{}, []],
    [{ partitionRef: 'a' }, ['a']],
    [{ partitionRefs: ['a', 'b'] }, ['a', 'b']],
    [{ partitionRef: 'c', partitionRefs: ['a'] }, ['a', 'c']],
    [{ partitionRef: 1, partitionRefs: [null, 'a'] }, ['a']],
    [{ partitionRefs: 'a' }, []],
    [{ outputs: ['a', 'b'] }, ['a', 'b']],
  ])('of %j are %j', (fields, refs) => {
    expect(refsOf(event(fields))).toEqual(refs);
  });
});

describe('an event filter', () => {
  it('asks all its fields of one event', () => {
    const matches = compileEventFilter({ types: ['Happened'], partitionPattern: 'a/*', wantSources: ['cli'] });
    expect(matches(event({ partitionRef: 'a/b', source: 'cli' }))).toBe(true);
    expect(matches(event({ partitionRef: 'a/b' }))).toBe(false);
    expect(matches(event({ partitionRef: 'a/b/c', source: 'cli' }))).toBe(false);
    expect(matches({ ...event({ partitionRef: 'a/b', source: 'cli' }), type: 'Other' })).toBe(false);
  });
});
