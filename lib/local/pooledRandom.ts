import { randomFillSync } from 'node:crypto';

const poolNumbers = 1_024;

/** Cryptographic randomness in [0, 1), fetched from the system many numbers at a time: one by one costs too much. */
export function pooledRandom(): () => number {
  const pool = new Uint32Array(poolNumbers);
  let next = poolNumbers;
  return () => {
    if (next === poolNumbers) {
      randomFillSync(pool);
      next = 0;
    }
    const number = pool[next] as number;
    next += 1;
    return number / 2 ** 32;
  };
}
