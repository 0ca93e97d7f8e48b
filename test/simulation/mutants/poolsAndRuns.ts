import { edit, type Mutant } from './mutant.ts';

const pools = 'lib/engine/pools.ts';
const builds = 'lib/engine/evaluateBuild.ts';
const react = 'lib/engine/react.ts';
const runs = 'lib/engine/runs.ts';
const commands = 'lib/engine/runCommands.ts';
const decide = 'lib/model/build.decide.ts';
const lookAtEnd = '  if (event.pool !== undefined) await lookAtPool(engine, event.pool);\n  switch (event.state) {';

/** Pools, and how runs start, restart and end. */
export const poolsAndRuns: readonly Mutant[] = [
  {
    name: 'pool-looks-first',
    rule: 'a queued run puts its row, then looks',
    edits: [
      edit(
        pools,
        'await putPoolRow(engine, run.pool, buildId, run, earliest(run.deadline ?? null, deadline));\n  await lookAtPool(engine, run.pool);',
        'await lookAtPool(engine, run.pool);\n  await putPoolRow(engine, run.pool, buildId, run, earliest(run.deadline ?? null, deadline));',
      ),
    ],
    seed: 0,
  },
  {
    name: 'joining-puts-no-row',
    rule: 'whoever finds a run queued puts its row, too',
    edits: [
      edit(builds, "if (run.status === 'queued') await waitInPool(engine, buildId, run, demand.deadline);", ''),
      edit(react, 'await waitInPool(engine, buildId, state.run, null);', 'await Promise.resolve();'),
    ],
    seed: 21,
  },
  {
    name: 'no-look-at-end',
    rule: 'whoever ends a run looks at its pool',
    edits: [
      edit(
        react,
        lookAtEnd,
        lookAtEnd.replace('event.pool !== undefined', "event.pool !== undefined && event.state === 'dropped'"),
      ),
    ],
    seed: 21,
  },
  {
    name: 'no-look-at-drop',
    rule: 'whoever drops a run looks at its pool',
    edits: [
      edit(
        react,
        lookAtEnd,
        lookAtEnd.replace('event.pool !== undefined', "event.pool !== undefined && event.state !== 'dropped'"),
      ),
    ],
    seed: 0,
  },
  {
    name: 'no-look-at-retry',
    rule: 'a run that waits for its next attempt lets others into its pool',
    edits: [
      edit(
        react,
        'event.retryAt);\n      if (event.pool !== undefined) await lookAtPool(engine, event.pool);',
        'event.retryAt);',
      ),
    ],
    seed: 0,
  },
  {
    name: 'queued-holders-are-not-helped',
    rule: 'a holder that is found queued is started: its granter died',
    edits: [edit(pools, "if (status === 'queued' && !(await startGranted(engine, holder))) refused = true;", '')],
    seed: 25,
  },
  {
    name: 'queued-holders-are-released',
    rule: 'a holder that is found queued keeps its share',
    edits: [
      edit(
        pools,
        '(status === null ? released : kept).push(holder);',
        "(status === 'running' ? kept : released).push(holder);",
      ),
    ],
    seed: 1,
  },
  {
    name: 'ended-holders-are-kept',
    rule: 'a holder that ended is released',
    edits: [edit(pools, '(status === null ? released : kept).push(holder);', 'kept.push(holder);')],
    seed: 1,
  },
  {
    name: 'blind-grant',
    rule: 'a grant is appended at the revision that was read',
    edits: [
      edit(
        pools,
        'return append(engine, pools, pool, loaded, [event]);',
        'return append(engine, pools, pool, await load(engine, pools, pool), [event]);',
      ),
    ],
    seed: 7,
  },
  {
    name: 'refused-grant-is-given-up',
    rule: 'a look whose grant was refused looks again',
    edits: [edit(pools, "=== null) return 'again';", "=== null) return 'done';")],
    seed: 0,
  },
  {
    name: 'start-before-grant',
    rule: 'a run starts only after its grant was committed',
    edits: [
      edit(
        pools,
        '  if (released.length + granted.length > 0) {',
        '  const started = await Promise.all(granted.map((run) => startGranted(engine, run)));\n  if (released.length + granted.length > 0) {',
      ),
      edit(
        pools,
        '  const started = await Promise.all(granted.map((run) => startGranted(engine, run)));\n  return',
        '  return',
      ),
    ],
    seed: 1,
  },
  {
    name: 'start-from-anything',
    rule: 'a run starts from queued alone',
    edits: [
      edit(
        decide,
        "if (run?.status !== 'queued' || run.runId !== runId || run.attempt !== attempt) return [];",
        'if (run == null || run.runId !== runId || run.attempt !== attempt) return [];',
      ),
    ],
    seed: 1,
  },
  {
    name: 'row-removed-before-grant',
    rule: 'a row is removed only once its run is not queued any more',
    edits: [
      edit(
        pools,
        '    granted.push(run);\n  }\n  return granted;',
        '    await engine.index.deleteExact(row);\n    granted.push(run);\n  }\n  return granted;',
      ),
    ],
    seed: 0,
  },
  {
    name: 'overtaking',
    rule: 'nothing overtakes a big run that waits',
    edits: [
      edit(
        pools,
        'if (!fits(limits, [...kept, ...granted], run)) break;',
        'if (!fits(limits, [...kept, ...granted], run)) continue;',
      ),
    ],
    seed: 0,
  },
  {
    name: 'grants-ignore-each-other',
    rule: 'the runs that one look grants fit together',
    edits: [
      edit(pools, 'if (!fits(limits, [...kept, ...granted], run)) break;', 'if (!fits(limits, kept, run)) break;'),
    ],
    seed: 13,
  },
  {
    name: 'attempts-share-a-row',
    rule: 'each attempt has a row of its own in its pool',
    edits: [edit(pools, '${orderedMoment(run.createdAt)}/${name}`,', '${orderedMoment(run.createdAt)}/${buildId}`,')],
    seed: 0,
  },
  {
    name: 'no-reserved-share',
    rule: 'a share of the pool is kept for runs with a deadline',
    edits: [edit('lib/model/pool.ts', 'if (run.hasDeadline) return true;', 'if (run.weight > 0) return true;')],
    seed: 0,
  },
  {
    name: 'late-answers-count',
    rule: 'an answer counts for its own attempt and execution alone',
    edits: [
      edit(decide, 'if (run.attempt !== handle.attempt || run.execution !== handle.execution) return [];', ''),
      edit(
        runs,
        'const same = run?.runId === handle.runId && run.attempt === handle.attempt && run.execution === handle.execution;',
        'const same = run?.runId === handle.runId;',
      ),
    ],
    seed: 5,
  },
  {
    name: 'restart-counts-an-attempt',
    rule: 'an attempt that was cut off is started again without counting',
    edits: [
      edit(
        decide,
        "return [{ type: 'RunRestarted', v: 1, runId, attempt, execution: run.execution + 1, timeoutAt }];",
        "return [{ type: 'RunRetrying', v: 1, runId, attempt, execution: run.execution, state: 'failed', error: '', retryAt: timeoutAt }];",
      ),
    ],
    seed: 5,
  },
  {
    name: 'partial-success',
    rule: 'a run produces all its outputs or none',
    edits: [
      edit(
        runs,
        'return without === undefined ? null : `the run ended',
        "return without === undefined || without !== '' ? null : `the run ended",
      ),
    ],
    seed: 2,
  },
  {
    name: 'any-capability',
    rule: 'a report needs the capability that was given for its run',
    edits: [
      edit(
        commands,
        'run.acceptedBy === undefined || !engine.sameSecret(capability, capabilityOf(engine, run))',
        'run.acceptedBy === undefined',
      ),
    ],
    seed: 1,
  },
  {
    name: 'accepted-by-many',
    rule: "an event job's run is given to one",
    edits: [
      edit(
        commands,
        "if (run.acceptedBy !== undefined) throw new Refused('conflict', `run ${runId} was accepted already`);",
        '',
      ),
    ],
    seed: 1,
  },
  {
    name: 'retry-at-once',
    rule: 'a retry waits for its moment',
    edits: [
      edit(
        builds,
        "return run.status === 'retrying' && (run.retryAt ?? 0) <= now;",
        "return run.status === 'retrying' && now > 0;",
      ),
    ],
    seed: 5,
  },
  {
    name: 'retry-is-not-rung',
    rule: 'a retry has a due moment',
    edits: [edit(react, 'await putDue(engine, `build/${buildId}`, event.retryAt);', '')],
    seed: 1,
  },
  {
    name: 'runs-never-time-out',
    rule: 'a run has a due moment for its duration limit',
    edits: [edit(react, 'await putDue(engine, `build/${buildId}`, event.timeoutAt + timeoutGraceMs);', '')],
    seed: 1,
  },
];
