import type { JsonObject } from './json.ts';

/** One fact, as stored: `type` in the past tense, `v` the version of its fields (1, 2, …), and the fields. */
export interface StoredEvent extends JsonObject {
  readonly type: string;
  readonly v: number;
}
