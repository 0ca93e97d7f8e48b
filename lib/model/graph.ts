import type { Manifest, ManifestJob } from './manifest.ts';

/** `<job id>/<key values joined by />`, such as `summarise/2012-01`; a job without keys: its id alone. */
export type BuildId = string;

export type Keys = Readonly<Record<string, string>>;

/** What a partition ref is in this graph. */
export type Located = BuiltPartition | ExternalPartition;

export interface BuiltPartition {
  readonly kind: 'built';
  readonly partitionRef: string;
  readonly pattern: string;
  readonly keys: Keys;
  readonly owner: string | null;
  readonly buildId: BuildId;
  readonly job: ManifestJob;
}

export interface ExternalPartition {
  readonly kind: 'external';
  readonly partitionRef: string;
  readonly pattern: string;
  readonly keys: Keys;
  readonly owner: string | null;
  /** The graph that makes it: an upstream's name where its patterns match, else this graph's own name. */
  readonly graph: string;
}

export interface BuildInput {
  readonly partitionRef: string;
  readonly pattern: string;
  readonly keys: Keys;
}

/** One job at one key. */
export interface Build {
  readonly buildId: BuildId;
  readonly job: ManifestJob;
  readonly keys: Keys;
  /** In the order of the job's outputs. */
  readonly outputs: readonly BuildInput[];
  /** Declared inputs in the order of the job's inputs and then of time, without repetition. */
  readonly inputs: readonly BuildInput[];
}

/** The manifest, ready to answer. Pure; matching takes time linear in the ref's length. */
export interface Graph {
  readonly manifest: Manifest;
  /** `null` where no pattern of this graph matches. */
  locate(partitionRef: string): Located | null;
  /** `null` where no such job exists or the keys do not fit it. */
  build(buildId: BuildId): Build | null;
  /** The builds that have this partition among their declared inputs: the mappings' inverse. */
  dependents(partitionRef: string): readonly BuildId[];
  /** The pattern that matches a ref which does not exist because its time lies before the first one; else `null`. */
  tooEarly(partitionRef: string): string | null;
  /** The patterns most like a ref that is unknown, best first. */
  nearest(partitionRef: string, count: number): readonly string[];
}
