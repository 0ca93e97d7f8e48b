import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import type { PartitionView } from '../../query/views.ts';
import { count } from '../format/text.ts';
import { cast, refs } from './cast.ts';
import { typedPaths } from './folder.ts';
import type { Stage } from './stage.ts';

interface Day {
  readonly date: string;
  readonly maxC: number;
  readonly minC: number;
}

interface Year {
  readonly year: string;
  readonly days: number;
  readonly rainMm: number;
  readonly rainyDays: number;
  readonly meanC: number;
  readonly hottest: Day;
  readonly coldest: Day;
}

/** The four years' figures as they were built, how much it took, and what to do next. */
export async function closing(stage: Stage, seconds: number): Promise<void> {
  const years = await Promise.all(cast.years.map((year) => readYear(stage, year)));
  stage.print('');
  for (const line of table(years)) stage.print(`  ${line}`);
  stage.print('');
  for (const line of ending(stage, seconds)) stage.print(`  ${line}`);
}

async function readYear({ client }: Stage, year: string): Promise<Year> {
  const { instance } = await client.get<PartitionView>(`/partitions/${refs.yearly(year)}`);
  return JSON.parse(readFileSync(instance?.location ?? '', 'utf8')) as Year;
}

const columns: readonly { readonly title: string; readonly cell: (year: Year) => string }[] = [
  { title: 'year', cell: ({ year }) => year },
  { title: 'days', cell: ({ days }) => String(days) },
  { title: 'rainy', cell: ({ rainyDays }) => String(rainyDays) },
  { title: 'rain', cell: ({ rainMm }) => `${fixed(rainMm)} mm` },
  { title: 'mean', cell: ({ meanC }) => `${fixed(meanC)} °C` },
  { title: 'hottest', cell: ({ hottest }) => `${fixed(hottest.maxC)} °C on ${hottest.date.slice(5)}` },
  { title: 'coldest', cell: ({ coldest }) => `${fixed(coldest.minC)} °C on ${coldest.date.slice(5)}` },
];

function table(years: readonly Year[]): readonly string[] {
  const cells = [columns.map(({ title }) => title), ...years.map((year) => columns.map(({ cell }) => cell(year)))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  const [head = '', ...rows] = cells.map((row) => row.map((cell, i) => cell.padStart(widths[i]!)).join('  '));
  return [styleText('dim', head), ...rows];
}

function fixed(value: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

function ending({ ledger, folder }: Stage, seconds: number): readonly string[] {
  const { program, folder: typed } = typedPaths(folder);
  const derived = [...ledger.wants.values()].filter((source) => source === 'derived').length;
  const wants = `${count(ledger.wants.size, 'want')} (${ledger.wants.size - derived} asked for)`;
  const counts = [wants, count(ledger.runs.size, 'run'), count(ledger.events.length, 'event')];
  const next = [
    'build weather/rolling/2015-12-31',
    'why weather/rolling/2016-01-01',
    `lineage weather/raw/${cast.missingDay} --down`,
  ];
  return [
    `${counts.join(', ')}, ${seconds.toFixed(1)} s`,
    `The data is in ${typed}, a copy of examples/weather. Type next:`,
    ...next.map((words) => styleText('cyan', `${program} ${words} --graph ${typed}`)),
  ];
}
