/** The compiled graph as plain data: what a deployment holds, and what every run names by `hash`. */
export interface Manifest {
  readonly format: 1;
  readonly name: string;
  readonly owner: string | null;
  readonly partitions: readonly ManifestPartition[];
  readonly jobs: readonly ManifestJob[];
  readonly pools: Readonly<Record<string, ManifestPool>>;
  readonly upstreams: readonly ManifestUpstream[];
  /** SHA-256 over everything else in canonical JSON, in hex. */
  readonly hash: string;
}

export interface ManifestPartition {
  /** Such as `weather/daily/{date:day}`. */
  readonly pattern: string;
  /** True where this graph does not build it: it is reported available. */
  readonly external: boolean;
  /** Who to ask about it; where `null`, the graph's owner. */
  readonly owner: string | null;
  /** First value of its one time key; refs before it do not exist, and mappings are clipped to it. */
  readonly from: string | null;
}

export interface ManifestJob {
  /** The job's identity in build streams; its name unless given. */
  readonly id: string;
  readonly name: string;
  readonly owner: string | null;
  /** Patterns; all have the same keys. */
  readonly outputs: readonly string[];
  readonly inputs: readonly ManifestInput[];
  readonly run: RunSpec;
  readonly pool: string | null;
  /** How much of the pool's capacity one run takes. At least 1. */
  readonly weight: number;
  readonly timeoutSeconds: number;
  /** Without a sign of life for this long a run is timed out; `null`: only `timeoutSeconds` counts. */
  readonly heartbeatSeconds: number | null;
  readonly retry: { readonly attempts: number; readonly backoffSeconds: number; readonly maxBackoffSeconds: number };
  readonly expectedSeconds: number | null;
  /** Hash of what the job runs. */
  readonly codeVersion: string;
}

/** Where a job's code is; paths are relative to the graph's folder. */
export type RunSpec =
  | { readonly kind: 'module'; readonly path: string }
  | { readonly kind: 'command'; readonly command: readonly string[]; readonly runtime: string | null }
  | { readonly kind: 'event' };

export interface ManifestInput {
  readonly pattern: string;
  readonly mapping: Mapping;
}

/**
 * How a job's key gives the keys of one input. Every key of the input that the mapping does not name has the same
 * name and value as the job's key. All are invertible.
 */
export type Mapping =
  | { readonly kind: 'same' }
  /** Every `unit` of the job's longer period: input key `key`, job key `of`. */
  | { readonly kind: 'every'; readonly key: string; readonly of: string }
  /** The `count` periods that end with the job's own, oldest first. */
  | { readonly kind: 'last'; readonly key: string; readonly count: number }
  /** These values of the input's key, whatever the job's keys are. */
  | { readonly kind: 'fixed'; readonly key: string; readonly values: readonly string[] }
  /** The period before the job's own. */
  | { readonly kind: 'previous'; readonly key: string };

export interface ManifestPool {
  readonly capacity: number;
  /** How much of the capacity runs without a deadline never take. */
  readonly reservedForDeadlines: number;
}

export interface ManifestUpstream {
  readonly graph: string;
  /** Globs over partition refs. */
  readonly patterns: readonly string[];
}
