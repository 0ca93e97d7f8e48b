import type { PartitionView } from '../../query/views.ts';
import type { Look } from '../terminal.ts';
import { colourOf, paintState } from './states.ts';
import { type Column, formatFields, formatTable } from './table.ts';
import { oneLine } from './text.ts';
import { formatAge, formatMomentNear } from './time.ts';

export function formatPartitions(partitions: readonly PartitionView[], look: Look): readonly string[] {
  const columns: readonly Column<PartitionView>[] = [
    { title: 'PARTITION', cell: (one) => one.partitionRef, keep: 'end' },
    { title: 'STATE', cell: (one) => one.state, colour: (one) => colourOf(one.state) },
    { title: 'AGE', cell: ({ instance }) => (instance === null ? '' : formatAge(instance.at, look.now)) },
    { title: 'INSTANCE', cell: ({ instance }) => instance?.instanceId ?? '' },
  ];
  return formatTable(columns, partitions, look);
}

export function formatPartition({ partitionRef, state, instance, instances }: PartitionView, look: Look) {
  const fields = formatFields([
    ['partition', partitionRef],
    ['state', paintState(look.paint, state)],
    ['instance', instance?.instanceId ?? null],
    ['since', instance === null ? null : formatMomentNear(instance.at, look.now)],
    ['run', instance?.runId ?? null],
    ['location', instance?.location === undefined || instance.location === null ? null : oneLine(instance.location)],
  ]);
  const earlier = instances.filter((one) => one.instanceId !== instance?.instanceId);
  const columns: readonly Column<(typeof earlier)[number]>[] = [
    { title: 'EARLIER', cell: (one) => one.instanceId },
    { title: 'SINCE', cell: (one) => formatMomentNear(one.at, look.now) },
  ];
  return [...fields, ...(earlier.length === 0 ? [] : ['', ...formatTable(columns, earlier, look)])];
}
