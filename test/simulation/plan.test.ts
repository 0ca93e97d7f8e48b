import { describe, expect, it } from 'vitest';
import { compileGraph } from '../../lib/model/compile.ts';
import { validateManifest } from '../../lib/model/validate/index.ts';
import { refsOf } from './plan/manifest.ts';
import { planOf } from './plan/plan.ts';
import { Random } from './plan/random.ts';

const plans = Array.from({ length: 300 }, (_, seed) => planOf(seed));

describe('drawn graphs', () => {
  it('have no fault', () => {
    expect(plans.flatMap(({ manifest }) => validateManifest(manifest))).toEqual([]);
  });

  it('have refs that the graph knows', () => {
    const unknown = plans.slice(0, 50).flatMap(({ manifest }) => {
      const graph = compileGraph(manifest);
      return manifest.partitions.flatMap(({ pattern }) => refsOf(pattern)).filter((ref) => graph.locate(ref) === null);
    });
    expect(unknown).toEqual([]);
  });

  it('have every mapping, event jobs, two outputs, pools, weights and reserved shares among them', () => {
    const jobs = plans.flatMap(({ manifest }) => manifest.jobs);
    const mappings = new Set(jobs.flatMap((job) => job.inputs.map(({ mapping }) => mapping.kind)));
    expect([...mappings].sort()).toEqual(['every', 'fixed', 'last', 'previous', 'same']);
    expect(jobs.some((job) => job.run.kind === 'event')).toBe(true);
    expect(jobs.some((job) => job.outputs.length === 2)).toBe(true);
    expect(jobs.some((job) => job.pool !== null && job.weight > 1)).toBe(true);
    const pools = plans.flatMap(({ manifest }) => Object.values(manifest.pools));
    expect(pools.some((pool) => pool.reservedForDeadlines > 0)).toBe(true);
  });
});

describe('drawn plans', () => {
  it('have every action and every fault among them', () => {
    const actions = plans.flatMap(({ rounds }) =>
      rounds.flatMap((round) => round.actions.map(({ action }) => action.kind)),
    );
    const kinds = ['cancelRun', 'cancelWant', 'report', 'taint', 'wait', 'want', 'wantAgain'];
    expect([...new Set(actions)].sort()).toEqual(kinds);
    const faults = new Set(plans.flatMap((plan) => plan.faults.map(({ kind }) => kind)));
    const all = ['crashAfter', 'crashBefore', 'serviceCrash', 'unavailableAfter', 'unavailableBefore'];
    expect([...faults].sort()).toEqual(all);
  });
});

describe('chance', () => {
  it('is the same for the same seed on every machine', () => {
    const random = new Random('a name', 7);
    expect([random.int(1000), random.int(1000), random.int(1000), random.int(1000)]).toEqual([877, 588, 146, 637]);
  });
});
