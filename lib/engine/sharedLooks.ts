/** Makes one look at a thing at a time. */
export type SharedLooks = (name: string, look: () => Promise<void>) => Promise<void>;

interface Looks {
  readonly now: Promise<void>;
  next: Promise<void> | null;
}

/**
 * Looks that do the same work and contend for one stream: while one is under way, all that are asked for meanwhile share
 * the next one. What was written before a look was asked for is seen by it: the one that it shares begins later.
 */
export function createSharedLooks(): SharedLooks {
  const byName = new Map<string, Looks>();

  const begin: SharedLooks = (name, look) => {
    const now = look().finally(() => {
      if (byName.get(name)?.next === null) byName.delete(name);
    });
    byName.set(name, { now, next: null });
    return now;
  };

  return (name, look) => {
    const looks = byName.get(name);
    if (looks === undefined) return begin(name, look);
    const after = () => begin(name, look);
    looks.next ??= looks.now.then(after, after);
    return looks.next;
  };
}
