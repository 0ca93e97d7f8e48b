/** Parses JSON into a value that cannot be changed, so that a reader who tries finds out at once. */
export function frozenJson<T>(json: string): T {
  return freeze(JSON.parse(json)) as T;
}

function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
