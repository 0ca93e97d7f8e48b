import type { Fault, FaultPlace, Finding } from '../fault.ts';
import { GRAPH_LIMITS } from '../graphLimits.ts';
import { keyTypeText } from '../key.ts';
import type { Manifest, ManifestJob } from '../manifest.ts';
import type { Pattern } from '../pattern.ts';
import { inputsMax, mappingFindings } from './mapping.ts';
import type { Patterns } from './partitions.ts';

export function jobPlace(job: ManifestJob): FaultPlace {
  return { kind: 'job', name: job.name };
}

/** What is wrong with each job's outputs and inputs, and with jobs that cannot be told apart. */
export function jobFaults(manifest: Manifest, patterns: Patterns): readonly Fault[] {
  const faults = manifest.jobs.flatMap((job) => {
    const findings = [...outputFindings(job, manifest, patterns), ...inputFindings(job, manifest, patterns)];
    return findings.map((finding) => ({ ...finding, where: jobPlace(job) }));
  });
  return [...faults, ...identityFaults(manifest.jobs)];
}

function identityFaults(jobs: readonly ManifestJob[]): readonly Fault[] {
  const ids = new Map<string, ManifestJob>();
  const names = new Set<string>();
  return jobs.flatMap((job) => {
    const sameId = ids.get(job.id);
    const sameName = names.has(job.name);
    ids.set(job.id, job);
    names.add(job.name);
    if (sameId === undefined && !sameName) return [];
    const message = sameName
      ? `Two jobs have the name ${job.name}.`
      : `The jobs ${sameId!.name} and ${job.name} have the same id ${job.id}.`;
    const hint = 'Give each job its own name and id: builds are kept under the id.';
    return [{ code: 'duplicate', message, hint, where: jobPlace(job) } satisfies Fault];
  });
}

function outputFindings(job: ManifestJob, manifest: Manifest, patterns: Patterns): readonly Finding[] {
  if (job.outputs.length === 0) {
    return [
      { code: 'noOutputs', message: `The job ${job.name} has no outputs.`, hint: 'Name what it makes in outputs.' },
    ];
  }
  const undeclared = undeclaredFindings(job, job.outputs, manifest);
  const known = job.outputs.flatMap((text) => patterns.get(text) ?? []);
  const [first, ...others] = known;
  if (undeclared.length > 0 || first === undefined) return undeclared;
  return [...others.flatMap((other) => keysFinding(job, first, other)), ...fromFinding(job, manifest)];
}

function undeclaredFindings(job: ManifestJob, texts: readonly string[], manifest: Manifest): readonly Finding[] {
  const declared = new Set(manifest.partitions.map(({ pattern }) => pattern));
  return texts
    .filter((text) => !declared.has(text))
    .map((text) => ({
      code: 'unknownPartition',
      message: `The job ${job.name} names ${text}, which is not declared.`,
      hint: 'Declare it by partitions(…).',
    }));
}

function keysFinding(job: ManifestJob, first: Pattern, other: Pattern): readonly Finding[] {
  const describe = ({ keys }: Pattern) => keys.map(({ name, type }) => `${name}:${keyTypeText(type)}`);
  const [own, others] = [describe(first), describe(other)];
  if (own.length === others.length && own.every((key) => others.includes(key))) return [];
  return [
    {
      code: 'outputKeys',
      message: `The outputs of the job ${job.name} have different keys: ${first.text} and ${other.text}.`,
      hint: 'Give all outputs of a job the same keys and types, or make two jobs.',
    },
  ];
}

/** A build owns all its outputs, so they exist from the same moment on. */
function fromFinding(job: ManifestJob, manifest: Manifest): readonly Finding[] {
  const froms = manifest.partitions.filter(({ pattern }) => job.outputs.includes(pattern)).map(({ from }) => from);
  if (new Set(froms).size <= 1) return [];
  return [
    {
      code: 'outputFrom',
      message: `The outputs of the job ${job.name} do not exist from the same moment on: ${froms.map((from) => from ?? 'always').join(', ')}.`,
      hint: 'Give all outputs of the job the same from.',
    },
  ];
}

function inputFindings(job: ManifestJob, manifest: Manifest, patterns: Patterns): readonly Finding[] {
  const inputs = job.inputs.map(({ pattern }) => pattern);
  return [...undeclaredFindings(job, inputs, manifest), ...fittingFindings(job, patterns)];
}

function fittingFindings(job: ManifestJob, patterns: Patterns): readonly Finding[] {
  const keys = patterns.get(job.outputs[0] ?? '')?.keys;
  if (keys === undefined) return [];
  let count = 0;
  const findings = job.inputs.flatMap(({ pattern, mapping }) => {
    const input = patterns.get(pattern);
    if (input === undefined) return [];
    const found = mappingFindings(mapping, keys, input);
    if (found.length === 0) count += inputsMax(mapping, keys, input);
    return found;
  });
  return [...findings, ...countFinding(job, count)];
}

function countFinding(job: ManifestJob, count: number): readonly Finding[] {
  if (count <= GRAPH_LIMITS.inputsPerBuild) return [];
  return [
    {
      code: 'limit',
      message: `A build of the job ${job.name} would have ${count} inputs; at most ${GRAPH_LIMITS.inputsPerBuild} are allowed.`,
      hint: 'Go through a period in between, such as days from hours and months from days.',
    },
  ];
}
