const retryableBrand = Symbol.for('landfall.RetryableError');
const missingBrand = Symbol.for('landfall.MissingInputs');

/** Thrown by a job when the same run may succeed if tried again; any other error is final. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';
  readonly [retryableBrand] = true;
}

/** True for a `RetryableError` of any copy of this package. */
export function isRetryableError(error: unknown): boolean {
  return hasBrand(error, retryableBrand);
}

/** What `run.missing` throws to leave the job; not an error, and never shown. */
export class MissingInputs extends Error {
  override readonly name = 'MissingInputs';
  readonly [missingBrand] = true;
}

function hasBrand(value: unknown, brand: symbol): boolean {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}
