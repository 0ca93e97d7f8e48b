import type { PartitionView } from '../../query/views.ts';
import { type Cli, show } from '../cli.ts';
import { formatPartition, formatPartitions } from '../format/partition.ts';
import { firstLines } from '../format/table.ts';
import { type ListOptions, showList } from '../lists.ts';
import { usageError } from '../problem.ts';
import { refPath } from '../refs.ts';

export interface PartitionListOptions extends ListOptions {
  readonly pattern?: string;
  readonly state?: readonly string[];
}

export function listPartitions(cli: Cli, options: PartitionListOptions): Promise<number> {
  const { pattern, state } = options;
  const nothing = 'There is no record of such a partition.';
  return showList<PartitionView>(cli, '/partitions', { pattern, state }, options, formatPartitions, nothing);
}

export async function showPartition(cli: Cli, ref: string): Promise<number> {
  show(cli, await (await cli.client()).get<PartitionView>(`/partitions/${refPath(ref)}`), formatPartition);
  return 0;
}

export interface ReportOptions {
  readonly upstream?: string;
  readonly instance?: string;
  readonly location?: string;
  readonly at?: string;
}

interface Reported {
  readonly partitions: readonly {
    readonly partitionRef: string;
    readonly instanceId: string;
    readonly changed: boolean;
  }[];
}

/** Says that external partitions are there: all of them, or none. */
export async function reportPartitions(cli: Cli, refs: readonly string[], options: ReportOptions): Promise<number> {
  const { upstream: graph, instance, location, at } = options;
  if (refs.length > 1 && (instance !== undefined || location !== undefined)) {
    throw usageError('--instance and --location are of one partition: report each with a call of its own.');
  }
  const partitions = refs.map((partitionRef) => ({ partitionRef, graph, instance, location, at }));
  const answer = await (await cli.client()).post<Reported>('/available', { partitions });
  show(cli, answer, ({ partitions: reported }) =>
    reported.map((one) => `${one.partitionRef}  ${one.changed ? 'live' : 'known already'}  ${one.instanceId}`),
  );
  return 0;
}

export interface TaintOptions {
  readonly reason: string;
  readonly yes?: boolean;
}

interface Tainted {
  readonly partitionRefs: readonly string[];
  readonly affected: readonly string[];
}

const affectedShown = 20;

/** Shows what a taint would mark; with `--yes` it marks it. */
export async function taintPartitions(cli: Cli, refs: readonly string[], options: TaintOptions): Promise<number> {
  const body = { partitionRefs: refs, reason: options.reason, dryRun: options.yes !== true };
  const answer = await (await cli.client()).post<Tainted>('/taint', body);
  show(cli, answer, ({ partitionRefs, affected }) => {
    const verb = options.yes ? 'is tainted' : 'would be tainted';
    return [
      ...partitionRefs.map((ref) => `${ref} ${verb}`),
      ...firstLines(
        affected.map((ref) => `${ref} ${verb} with it`),
        affectedShown,
      ),
    ];
  });
  if (!options.yes && !cli.globals.json) cli.terminal.note('Nothing was changed: the same with --yes does it.');
  return 0;
}
