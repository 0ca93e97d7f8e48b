/** A promise that did not hold. */
export class Broken extends Error {
  override readonly name = 'Broken';
  readonly promise: string;

  constructor(promise: string, text: string) {
    super(text);
    this.promise = promise;
  }
}

export function demand(holds: boolean, promise: string, text: () => string): asserts holds {
  if (!holds) throw new Broken(promise, text());
}
