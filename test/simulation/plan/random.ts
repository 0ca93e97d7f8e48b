/** Chance that depends on nothing but its seed: sfc32, the same on every machine. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(...seed: readonly (string | number)[]) {
    this.#a = hashOf('a', ...seed);
    this.#b = hashOf('b', ...seed);
    this.#c = hashOf('c', ...seed);
    for (let i = 0; i < 12; i++) this.next();
  }

  /** Uniform in [0, 1). */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  }

  /** 0 to `below` − 1. */
  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** Both ends included. */
  between(first: number, last: number): number {
    return first + this.int(last - first + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)]!;
  }

  /** One key of a table of weights. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries<number>(weights) as [K, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return entries.at(-1)![0];
  }

  /** Some of the list, in its order, at least one. */
  some<T>(list: readonly T[], most: number): T[] {
    const wanted = this.between(1, Math.min(most, list.length));
    const chosen = new Set<number>();
    while (chosen.size < wanted) chosen.add(this.int(list.length));
    return list.filter((_, i) => chosen.has(i));
  }
}

/** 32 bits of a list of names and numbers (FNV-1a with a final mix). */
export function hashOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const char of parts.join('|')) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
