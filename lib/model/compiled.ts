import type { Bounds } from './bounds.ts';
import type { ManifestJob, ManifestPartition } from './manifest.ts';
import type { BoundMapping } from './mapping.ts';
import type { Pattern, PatternKey } from './pattern.ts';

/** A partition of the manifest with what is looked up for each of its refs. */
export interface CompiledPartition {
  readonly partition: ManifestPartition;
  readonly pattern: Pattern;
  /** `null`: external. */
  job: CompiledJob | null;
  bounds: Bounds;
}

export interface CompiledInput {
  readonly source: CompiledPartition;
  readonly mapping: BoundMapping;
  readonly declared: ManifestJob['inputs'][number];
}

export interface CompiledJob {
  readonly job: ManifestJob;
  /** In the order of the first output's pattern. */
  readonly keys: readonly PatternKey[];
  readonly outputs: readonly CompiledPartition[];
  readonly inputs: readonly CompiledInput[];
  /** A key part up to this length surely gives refs that are not too long. */
  readonly safePartLength: number;
  bounds: Bounds;
}
