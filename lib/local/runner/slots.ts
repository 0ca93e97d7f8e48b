/** Tasks that run at most so many at a time, in the order of their arrival. */
export interface Slots {
  /** @returns a function that drops the task if it has not started; true: it was dropped. */
  submit(task: () => Promise<void>): () => boolean;
}

export function createSlots(max: number): Slots {
  const waiting = new Set<() => Promise<void>>();
  let taken = 0;

  const next = (): void => {
    for (const task of waiting) {
      if (taken >= max) return;
      waiting.delete(task);
      taken += 1;
      void task().finally(() => {
        taken -= 1;
        next();
      });
    }
  };

  return {
    submit(task) {
      waiting.add(task);
      next();
      return () => waiting.delete(task);
    },
  };
}
