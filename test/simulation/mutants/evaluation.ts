import { edit, type Mutant } from './mutant.ts';

const wants = 'lib/engine/evaluateWant.ts';
const builds = 'lib/engine/evaluateBuild.ts';
const inputs = 'lib/engine/inputs.ts';
const react = 'lib/engine/react.ts';
const release = 'lib/engine/release.ts';
const wake = 'lib/engine/wake.ts';
const derived = 'lib/engine/derived.ts';
const taint = 'lib/engine/taint.ts';
const external = 'lib/engine/externalCommands.ts';
const model = 'lib/model/build.ts';
const decide = 'lib/model/build.decide.ts';

/** Registering and looking, derived wants, claims, pins and taint. */
export const evaluation: readonly Mutant[] = [
  {
    name: 'wants-look-once',
    rule: 'a want looks at its targets again after it registered',
    edits: [edit(wants, 'const still = await openTargets(engine, want, open);', 'const still = open;')],
    seed: 0,
  },
  {
    name: 'builds-look-once',
    rule: 'a build looks at its inputs again after it registered',
    edits: [
      edit(
        inputs,
        'const still = missingOf(await viewAll(new PartitionReader(engine), missing));',
        'const still = missing;',
      ),
    ],
    seed: 0,
  },
  {
    name: 'dependencies-look-once',
    rule: 'a want looks at its external dependencies again after it registered',
    edits: [
      edit(wants, 'if ((await externalLive(engine, dependency)) === null) return false;', 'return false;'),
      edit(
        wants,
        'return (await areDependenciesLive(engine, want)) ? lookAtWant(engine, want) : null;',
        'return null;',
      ),
    ],
    seed: 0,
  },
  {
    name: 'dependencies-hold-nothing',
    rule: 'external dependencies hold back the demand of their want',
    edits: [
      edit(wants, 'if (demand) return askForBuilds(engine, want, open);', 'return askForBuilds(engine, want, open);'),
    ],
    seed: 2,
  },
  {
    name: 'undemanding-rows-stay',
    rule: 'a want that registered without demand looks at its dependencies again',
    edits: [
      edit(
        wants,
        'return (await areDependenciesLive(engine, want)) ? lookAtWant(engine, want) : null;',
        'return null;',
      ),
    ],
    seed: 0,
  },
  {
    name: 'undemanding-rows-count',
    rule: 'a want that is held back by its dependencies lets no build be made',
    edits: [edit('lib/engine/demand.ts', ' || !waiter.demand) return null;', ') return null;')],
    seed: 20,
  },
  {
    name: 'expiry-looks-not',
    rule: 'expiry looks once more',
    edits: [
      edit(
        wants,
        '  const open = await openTargets(engine, want, targets);\n  const [first] = open;',
        '  const open = targets;\n  const [first] = open;',
      ),
    ],
    seed: 1,
  },
  {
    name: 'wants-watch-what-came',
    rule: 'a want watches one that is still missing at its second look',
    edits: [edit(wants, 'if (still.includes(watched)) return still;', 'if (still.length > 0) return still;')],
    seed: 0,
  },
  {
    name: 'builds-watch-what-came',
    rule: 'a build watches one that is still missing at its second look',
    edits: [
      edit(
        inputs,
        "if (still.includes(watched)) return { kind: 'missing', missing: still };",
        "if (still.length > 0) return { kind: 'missing', missing: still };",
      ),
    ],
    seed: 0,
  },
  {
    name: 'wants-forget-what-was-tainted',
    rule: 'a target that was there at the first look and is not at the last is registered on',
    edits: [
      edit(
        wants,
        '  return [];\n}\n\nasync function register(',
        '  return openTargets(engine, want, targets);\n}\n\nasync function register(',
      ),
    ],
    seed: 0,
  },
  {
    name: 'fresh-wants-watch-one',
    rule: 'a want for fresh data watches all its targets',
    edits: [edit(wants, " || want.freshAfter !== undefined ? 'watch'", " ? 'watch'")],
    seed: 0,
  },
  {
    name: 'no-need-rows',
    rule: 'a row stands on every missing input, not on the watched one alone',
    edits: [
      edit(
        inputs,
        "for (const input of missing) await register(engine, build, input, input === watched ? 'watch' : 'need', demand);",
        "await register(engine, build, watched, 'watch', demand);",
      ),
    ],
    seed: 12,
  },
  {
    name: 'need-rows-sleep',
    rule: 'whoever needs a partition wakes when it will not come',
    edits: [
      edit(wake, "if (cause === 'live') return waiter.kind === 'watch';", "if (waiter.kind !== 'watch') return false;"),
    ],
    seed: 1,
  },
  {
    name: 'walk-ends-early',
    rule: 'a walk over waiters goes on with its next page',
    edits: [edit(wake, 'return next === null ? null : { ...wake, cursor: next };', 'return null;')],
    seed: 2,
  },
  {
    name: 'row-after-derived-want',
    rule: 'the row of whoever needs a partition stands before its derived want is looked at',
    edits: [
      edit(
        builds,
        "  return inputs.missing.length === 0 ? 'again' : demandMissing(engine, build, inputs.missing, demand);",
        `  if (inputs.missing.length === 0) return 'again';
  const asked = await demandMissing(engine, build, inputs.missing, demand);
  await lookAtInputs(engine, build, state.learned, demand);
  return asked;`,
      ),
      edit(
        inputs,
        "for (const input of missing) await register(engine, build, input, input === watched ? 'watch' : 'need', demand);",
        `const before = await Promise.all(missing.map((input) => getWaiter(engine, awaitedOf(input), \`build/\${build.buildId}\`)));
    if (before.includes(null) && !seen.has(demand)) {
      seen.add(demand);
      return { kind: 'missing', missing };
    }
    for (const input of missing) await register(engine, build, input, input === watched ? 'watch' : 'need', demand);`,
      ),
      edit(
        inputs,
        'export async function viewAll(',
        'const seen = new WeakSet<object>();\n\nexport async function viewAll(',
      ),
    ],
    seed: 15,
  },
  {
    name: 'derived-end-wakes-nobody',
    rule: 'the end of a derived want wakes those who need its partition',
    edits: [edit(react, "? event.partitionRefs.map((ref) => wakeAll(`partition/${ref}`, 'derivedEnded'))", '? []')],
    seed: 7,
  },
  {
    name: 'no-self-check',
    rule: 'what was put for a want that ended meanwhile is given back',
    edits: [
      edit(wants, "if (await isStillOpen(engine, wantId)) return 'open';", "return 'open';"),
      edit(
        react,
        "if (event.source === 'derived') for (const ref of event.partitionRefs) await releaseDerived(engine, ref);",
        '',
      ),
    ],
    seed: 0,
  },
  {
    name: 'release-looks-not-first',
    rule: 'a build that is wanted when it is released is looked at',
    edits: [
      edit(
        release,
        'if (await lookIfWanted(engine, build)) return;',
        'if ((await unmetDemand(engine, build)) !== null) return;',
      ),
    ],
    seed: 0,
  },
  {
    name: 'release-looks-not-last',
    rule: 'a build that is wanted again when it was released is looked at',
    edits: [edit(release, 'if ((await unmetDemand(engine, build)) === null) return;', 'return;')],
    seed: 0,
  },
  {
    name: 'release-trusts-its-first-look',
    rule: 'a build that was looked at for whoever ended meanwhile is released',
    edits: [edit(release, 'return (await unmetDemand(engine, build)) !== null;', 'return true;')],
    seed: 0,
  },
  {
    name: 'waking-trusts-its-first-look',
    rule: 'a build that was woken for whoever ended meanwhile is released',
    edits: [
      edit(
        wake,
        'if (!mayBeHeldBack(look, build) || (await demandOf(engine, build)) !== null) return look;',
        'if (look !== null) return look;',
      ),
    ],
    seed: 0,
  },
  {
    name: 'derived-wants-of-the-dead',
    rule: 'a derived want looks at its creation whether it is needed',
    edits: [
      edit(
        react,
        "if (event.source === 'derived') for (const ref of event.partitionRefs) await releaseDerived(engine, ref);",
        '',
      ),
    ],
    seed: 0,
  },
  {
    name: 'queued-runs-of-the-dead',
    rule: 'a queued run looks after its claim whether it is wanted',
    edits: [
      edit(
        react,
        'if (await isWanted(engine, buildId)) await waitInPool',
        'if (typeof isWanted === "function") await waitInPool',
      ),
    ],
    seed: 0,
  },
  {
    name: 'watched-rows-become-needed',
    rule: 'a watched row stays watched when its owner registers again',
    edits: [
      edit(
        'lib/engine/waiters.ts',
        "return before?.kind === 'watch' ? 'watch' : kind;",
        'return before === null ? kind : kind;',
      ),
    ],
    seed: 0,
  },
  {
    name: 'met-demand-holds',
    rule: 'a want that has what a build makes, and waits for something else, holds nothing back there',
    edits: [
      edit(
        release,
        'return state !== null && isMade(build, state, demand) ? null : demand;',
        'return state === null ? demand : demand;',
      ),
    ],
    seed: 0,
  },
  {
    name: 'derived-wants-are-not-shared',
    rule: 'a derived want that another build needs is kept',
    edits: [edit(release, 'if (await isNeeded(engine, partitionRef)) return;', '')],
    seed: 11,
  },
  {
    name: 'derived-wants-stay',
    rule: 'a derived want that nobody needs is cancelled',
    edits: [edit(release, "if (located.kind === 'built') await releaseDerived(engine, partitionRef);", '')],
    seed: 14,
  },
  {
    name: 'ended-wants-keep-rows',
    rule: 'a want that ended without success gives back what it holds',
    edits: [
      edit(
        wants,
        "    if (want.status !== 'open') {\n      await releaseWant(engine, want);",
        "    if (want.status !== 'open') {",
      ),
    ],
    seed: 6,
  },
  {
    name: 'queued-runs-stay',
    rule: 'a queued run that nobody wants is dropped',
    edits: [edit(release, "await dropRun(engine, buildId, 'nobody wants it any more');", '')],
    seed: 21,
  },
  {
    name: 'inexact-delete',
    rule: 'a row is removed only as the registration that was read',
    edits: [
      edit(
        'lib/log/memoryIndex.ts',
        'if (place?.rows.get(key)?.nonce !== nonce) return false;',
        'if (!place?.rows.has(key)) return false;',
      ),
    ],
    seed: 0,
  },
  {
    name: 'blind-claim',
    rule: 'a claim is appended at the revision that was read',
    edits: [
      edit(
        builds,
        'return await append(engine, builds, build.buildId, loaded, events);',
        'return await append(engine, builds, build.buildId, await load(engine, builds, build.buildId), events);',
      ),
    ],
    seed: 4,
  },
  {
    name: 'pins-are-not-looked-at',
    rule: 'after a claim its pinned instances are looked at again',
    edits: [
      edit(
        react,
        'const bad = await taintedPin(engine, buildId, run.claimRevision);',
        'const bad = null as Awaited<ReturnType<typeof taintedPin>>;',
      ),
    ],
    seed: 0,
  },
  {
    name: 'pins-are-not-claimed',
    rule: 'a claim names the instances of its inputs',
    edits: [edit(builds, 'pins: pinsOf(inputs),', 'pins: [],')],
    seed: 1,
  },
  {
    name: 'inputs-of-two-runs',
    rule: 'inputs that come from one build are pinned from one run',
    edits: [edit('lib/engine/partitions.ts', 'if (known !== undefined) return known;', '')],
    seed: 0,
  },
  {
    name: 'taint-after-pins',
    rule: 'a taint is written before the pins of what was made from it are read',
    edits: [
      edit(
        external,
        'if (!dryRun) for (const target of targets) await taintInstance(engine, target, reason);',
        `for (const target of targets) {
    await taintDependents(engine, target);
    await taintInstance(engine, target, reason);
  }`,
      ),
      edit(external, 'currentInstance, taintInstance,', 'currentInstance, taintDependents, taintInstance,'),
      edit(
        react,
        "    case 'PartitionTainted':\n      await taintDependents(engine, event);\n      return [];",
        "    case 'PartitionTainted':\n      if (event.because !== undefined) await taintDependents(engine, event);\n      return [];",
      ),
      edit(
        react,
        "wakeAll(`external/${id}`, 'live')];\n  await taintDependents(engine, event);",
        "wakeAll(`external/${id}`, 'live')];",
      ),
    ],
    seed: 4,
  },
  {
    name: 'instances-before-open-run',
    rule: 'a taint looks at the open run before it looks at the instances',
    edits: [
      edit(
        taint,
        '    await taintOpenRun(engine, buildId, source); // First, since one that ends meanwhile is then among the instances.\n',
        '',
      ),
      edit(
        taint,
        'await taintInstance(engine, output, reason, source.partitionRef);\n    }\n',
        'await taintInstance(engine, output, reason, source.partitionRef);\n    }\n    await taintOpenRun(engine, buildId, source);\n',
      ),
    ],
    seed: 0,
  },
  {
    name: 'replaced-instances-lose-their-taint',
    rule: 'an instance that was replaced remembers its taint',
    edits: [edit(model, '...(tainted.length === 0 ? {} : { tainted }) };', '};')],
    seed: 25,
  },
  {
    name: 'replaced-instances-are-not-tainted',
    rule: 'an instance that was replaced can still be tainted',
    edits: [edit(model, 'return { ...state, earlier };', 'return state;')],
    seed: 0,
  },
  {
    name: 'tainted-runs-publish-as-good',
    rule: 'a run whose input was tainted publishes as tainted',
    edits: [edit(decide, 'if (run.tainted === undefined) return [live];', 'if (run.runId !== "") return [live];')],
    seed: 6,
  },
  {
    name: 'taint-stops-at-its-children',
    rule: 'a taint goes on from what it tainted',
    edits: [
      edit(
        react,
        "    case 'PartitionTainted':\n      await taintDependents(engine, event);\n      return [];",
        "    case 'PartitionTainted':\n      if (event.because === undefined) await taintDependents(engine, event);\n      return [];",
      ),
    ],
    seed: 11,
  },
  {
    name: 'learned-inputs-are-forgotten',
    rule: 'an input that a run discovered is an input of the next',
    edits: [edit(inputs, ', ...learned]);', ']);')],
    seed: 3,
  },
  {
    name: 'learned-edges-are-not-tainted',
    rule: 'a taint follows the edges that runs discovered',
    edits: [edit(react, 'if (event.missing !== undefined) await rememberLearned(engine, buildId, event.missing);', '')],
    seed: 0,
  },
  {
    name: 'failure-is-tried-again',
    rule: 'a partition whose build failed gets no derived want until something changed',
    edits: [edit(derived, "if (standing !== null) return { kind: 'failed', reason: standing };", '')],
    seed: 12,
  },
  {
    name: 'failed-builds-run-again',
    rule: 'a build that failed runs again only when something changed',
    edits: [edit(builds, "if (failed !== null) return { kind: 'failed', reason: failed };", '')],
    seed: 0,
  },
  {
    name: 'old-failures-stand',
    rule: 'a new want is a new try of its whole upstream',
    edits: [
      edit(builds, 'failure === null || failure.at < demand.demandedAt ||', 'failure === null ||'),
      edit(derived, 'if (reason.failedAt < demand.demandedAt) return null;', ''),
    ],
    seed: 3,
  },
  {
    name: 'failure-wakes-nobody',
    rule: 'a failed run fails the wants above it at once',
    edits: [edit(react, "return event.outputs.map((ref) => wakeAll(`partition/${ref}`, 'ended'));", 'return [];')],
    seed: 2,
  },
  {
    name: 'stale-is-fresh',
    rule: 'a want for fresh data is satisfied by fresh data alone',
    edits: [
      edit(
        'lib/engine/partitions.ts',
        'return live !== null && (freshAfter === null || live.freshAt >= freshAfter);',
        'return live !== null;',
      ),
    ],
    seed: 1,
  },
  {
    name: 'stale-is-not-built-again',
    rule: 'a want for fresh data gets a fresh run',
    edits: [
      edit(builds, 'if (demand.freshAfter !== null && state.live.pinnedAt < demand.freshAfter) return false;', ''),
    ],
    seed: 1,
  },
  {
    name: 'failure-takes-away',
    rule: 'a failed run leaves the previous instance live',
    edits: [
      edit(
        model,
        '        ...closed,\n        failure: {',
        '        ...closed,\n        live: null,\n        failure: {',
      ),
    ],
    seed: 9,
  },
];
