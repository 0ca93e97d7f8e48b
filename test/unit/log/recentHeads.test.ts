import { describe, expect, it } from 'vitest';
import { type HeadJson, RecentHeads } from '../../../lib/log/recentHeads.ts';

function head(id: string, chars: number): HeadJson {
  const events = JSON.stringify([{ type: 'WantCreated', v: 1, pad: 'x'.repeat(chars) }]);
  return { stream: `want/${id}`, revision: 1, commitId: id, at: 1, events, state: null };
}

describe('RecentHeads', () => {
  it('gives the commit that was set, and none of a stream that it does not keep', () => {
    const heads = new RecentHeads(100_000);
    heads.set(head('a', 10));
    expect(heads.get('want/a')).toMatchObject({ revision: 1, events: [{ type: 'WantCreated' }], state: null });
    expect(heads.get('want/b')).toBeNull();
  });

  it('forgets what was deleted', () => {
    const heads = new RecentHeads(100_000);
    heads.set(head('a', 10));
    heads.delete('want/a');
    expect(heads.get('want/a')).toBeNull();
  });

  it('lets those written longest ago go when it is full', () => {
    const heads = new RecentHeads(10_000);
    for (let i = 0; i < 200; i++) heads.set(head(`w${i}`, 40));
    expect(heads.get('want/w0')).toBeNull();
    expect(heads.get('want/w199')).not.toBeNull();
  });

  it('does not let one large commit push all others out', () => {
    const heads = new RecentHeads(10_000);
    heads.set(head('small', 10));
    heads.set(head('large', 5_000));
    expect(heads.get('want/large')).toBeNull();
    expect(heads.get('want/small')).not.toBeNull();
  });
});
