import type { Fault, FaultPlace } from '../fault.ts';
import { isKeyValue, keyTypeText } from '../key.ts';
import type { Manifest, ManifestPartition } from '../manifest.ts';
import { patternsOverlap } from '../overlap.ts';
import { type Pattern, PatternError, parsePattern } from '../pattern.ts';

export type Patterns = ReadonlyMap<string, Pattern>;

/** The patterns that can be read, and what is wrong with the others. */
export function readPatterns(manifest: Manifest): { patterns: Patterns; faults: readonly Fault[] } {
  const patterns = new Map<string, Pattern>();
  const faults: Fault[] = [];
  for (const { pattern: text } of manifest.partitions) {
    if (patterns.has(text)) {
      faults.push({
        code: 'duplicate',
        message: `The partition ${text} is declared twice.`,
        hint: 'Declare it once and use that value in every job.',
        where: partitionPlace(text),
      });
      continue;
    }
    try {
      patterns.set(text, parsePattern(text));
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      faults.push({ code: 'pattern', message: error.message, hint: error.hint, where: partitionPlace(text) });
    }
  }
  return { patterns, faults };
}

export function partitionPlace(pattern: string): FaultPlace {
  return { kind: 'partition', name: pattern };
}

export function fromFaults(manifest: Manifest, patterns: Patterns): readonly Fault[] {
  return manifest.partitions.flatMap((partition) => {
    const pattern = patterns.get(partition.pattern);
    return pattern === undefined || partition.from === null ? [] : fromFault(partition, partition.from, pattern);
  });
}

function fromFault(partition: ManifestPartition, from: string, pattern: Pattern): readonly Fault[] {
  const timeKeys = pattern.keys.filter(({ type }) => type.kind === 'time');
  const where = partitionPlace(partition.pattern);
  const [key] = timeKeys;
  if (key === undefined || timeKeys.length > 1) {
    return [
      {
        code: 'from',
        message: `The partition ${pattern.text} has a from, but ${timeKeys.length === 0 ? 'no time key' : 'more than one time key'}.`,
        hint: 'Leave from away, or give the pattern exactly one key of the type hour, day, month or year.',
        where,
      },
    ];
  }
  if (isKeyValue(key.type, from)) return [];
  return [
    {
      code: 'from',
      message: `The from "${from}" of ${pattern.text} is no ${keyTypeText(key.type)}.`,
      hint: `Write it as ${{ hour: '2012-01-31T05', day: '2012-01-31', month: '2012-01', year: '2012' }[keyTypeText(key.type)]}.`,
      where,
    },
  ];
}

/** Every partition has exactly one maker: one job, or the outside. */
export function makerFaults(manifest: Manifest, patterns: Patterns): readonly Fault[] {
  const makers = makersByPattern(manifest);
  const faults: Fault[] = [];
  for (const { pattern } of manifest.partitions) {
    const of = makers.get(pattern)!;
    if (of.length === 0) {
      faults.push({
        code: 'noMaker',
        message: `No job makes ${pattern}, and it is not external.`,
        hint: 'Add it to the outputs of a job, or declare it with { external: true }.',
        where: partitionPlace(pattern),
      });
    } else if (of.length > 1) {
      faults.push(twoMakers(pattern, of[0]!, pattern, of[1]!));
    }
  }
  return [...faults, ...overlapFaults(makers, patterns)];
}

function makersByPattern(manifest: Manifest): ReadonlyMap<string, readonly string[]> {
  const makers = new Map<string, string[]>();
  for (const { pattern, external } of manifest.partitions) makers.set(pattern, external ? ['is external'] : []);
  for (const job of manifest.jobs) {
    for (const output of job.outputs) makers.get(output)?.push(`is made by the job ${job.name}`);
  }
  return makers;
}

function overlapFaults(makers: ReadonlyMap<string, readonly string[]>, patterns: Patterns): readonly Fault[] {
  const faults: Fault[] = [];
  const all = [...patterns.values()];
  for (const [index, one] of all.entries()) {
    for (const other of all.slice(0, index)) {
      if (!patternsOverlap(one, other)) continue;
      const maker = (pattern: Pattern) => makers.get(pattern.text)?.[0] ?? 'has no maker';
      faults.push(twoMakers(one.text, maker(one), other.text, maker(other)));
    }
  }
  return faults;
}

function twoMakers(one: string, maker: string, other: string, otherMaker: string): Fault {
  const same = one === other;
  return {
    code: 'twoMakers',
    message: same
      ? `The partition ${one} has two makers: it ${maker} and it ${otherMaker}.`
      : `Some partitions would belong to two patterns: ${one} ${maker}, and ${other} ${otherMaker}.`,
    hint: same ? 'Leave it to one of them.' : 'Begin the patterns differently, so that no partition matches both.',
    where: partitionPlace(one),
  };
}
