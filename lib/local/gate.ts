/** Lets at most `atOnce` acts run at a time; the others wait in the order in which they came. */
export type Gate = <T>(act: () => Promise<T>) => Promise<T>;

export function createGate(atOnce: number): Gate {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  let head = 0;
  const enter = (): Promise<void> | undefined => {
    if (free > 0) {
      free -= 1;
      return undefined;
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting[head];
    if (next === undefined) {
      free += 1;
      return;
    }
    head += 1;
    if (head === waiting.length || head > 1_024) {
      waiting.splice(0, head);
      head = 0;
    }
    next();
  };
  return async (act) => {
    await enter();
    try {
      return await act();
    } finally {
      leave();
    }
  };
}
