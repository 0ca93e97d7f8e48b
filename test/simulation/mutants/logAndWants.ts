import { edit, type Mutant } from './mutant.ts';

const wants = 'lib/model/want.decide.ts';
const deadlines = 'lib/engine/deadlines.ts';

/** The log's guarantees, deadlines and what is told. */
export const logAndWants: readonly Mutant[] = [
  {
    name: 'appends-are-not-idempotent',
    rule: 'an append that is tried again after a lost answer is answered as the first',
    edits: [
      edit(
        'lib/log/memoryLog.ts',
        'if (commits[expected]?.commitId === commit.commitId) return { revision: expected + 1, duplicate: true };',
        '',
      ),
    ],
    seed: 3,
  },
  {
    name: 'appends-do-not-conflict',
    rule: 'of several appends at one revision one succeeds',
    edits: [
      edit(
        'lib/log/memoryLog.ts',
        'if (commits.length !== expected) throw new RevisionConflict(stream, expected, commits.length);',
        '',
      ),
    ],
    seed: 1,
  },
  {
    name: 'cursors-of-any-generation',
    rule: 'a cursor of an earlier generation of the feed is refused',
    edits: [
      edit(
        'lib/log/cursor.ts',
        'if (place.generation === generation && place.witness === known)',
        'if (place.witness === known)',
      ),
    ],
    seed: 24,
  },
  {
    name: 'feed-out-of-order',
    rule: 'the feed keeps each stream in its order',
    edits: [
      edit(
        'lib/log/memoryFeed.ts',
        'commit: this.#streams.get(stream)![placed]! });',
        'commit: this.#streams.get(stream)!.at(-1 - placed)! });',
      ),
    ],
    seed: 1,
  },
  {
    name: 'late-is-told-again',
    rule: 'a miss is told once',
    edits: [
      edit(
        wants,
        'if (deadline === null || want.lateAt !== undefined || now <= deadline) return [];',
        'if (deadline === null || now <= deadline) return [];',
      ),
    ],
    seed: 1,
  },
  {
    name: 'risk-is-told-again',
    rule: 'a risk is told once',
    edits: [
      edit(
        wants,
        'deadline === null || want.atRiskAt !== undefined || now > deadline',
        'deadline === null || now > deadline',
      ),
    ],
    seed: 12,
  },
  {
    name: 'late-ends-are-not-told',
    rule: 'a want that ends after its deadline tells it with its end',
    edits: [
      edit(
        wants,
        "const late = end.status === 'cancelled' ? [] : tellLate(want, now, null);",
        'const late = now < 0 ? tellLate(want, now, null) : [];',
      ),
    ],
    seed: 2,
  },
  {
    name: 'late-at-creation-is-told',
    rule: 'a want that was late at creation is never told as a violation',
    edits: [
      edit(
        wants,
        " || want.source === 'derived' || isLateAtCreation(want)) return null;",
        " || want.source === 'derived') return null;",
      ),
    ],
    seed: 1,
  },
  {
    name: 'wants-have-no-due-moment',
    rule: 'an open want has a due moment',
    edits: [
      edit(
        deadlines,
        'await putDue(engine, `want/${wantId}`, nextLook(state, engine.clock.now(), remaining.ms));',
        'nextLook(state, engine.clock.now(), remaining.ms);',
      ),
    ],
    seed: 1,
  },
  {
    name: 'due-moments-ring-once',
    rule: 'a look at a due moment asks for the next',
    edits: [
      edit(
        deadlines,
        "if ((await evaluateWant(engine, id)) === 'open') await lookAtDeadlines(engine, id);",
        'await evaluateWant(engine, id);',
      ),
    ],
    seed: 0,
  },
  {
    name: 'due-rows-go-first',
    rule: 'a due row is removed after its look',
    edits: [
      edit(
        deadlines,
        '  await lookAtSubject(engine, due.subject);\n  await engine.index.deleteExact(due.row);',
        '  await engine.index.deleteExact(due.row);\n  await lookAtSubject(engine, due.subject);',
      ),
    ],
    seed: 0,
  },
  {
    name: 'equal-deadlines-tighten',
    rule: 'a deadline is tightened only where it gets earlier',
    edits: [edit(wants, 'want.deadline <= deadline) return [];', 'want.deadline < deadline) return [];')],
    seed: 0,
  },
  {
    name: 'ended-wants-end-again',
    rule: 'an end is final',
    edits: [edit(wants, "  if (want.status !== 'open') return [];\n  const named", '  const named')],
    seed: 0,
  },
  {
    name: 'reports-count-twice',
    rule: 'the same instance reported again changes nothing',
    edits: [
      edit(
        'lib/engine/externalCommands.ts',
        'isKnownInstance(state, instanceId) ? [] : [event],',
        'isKnownInstance(null, instanceId) ? [] : [event],',
      ),
    ],
    seed: 0,
  },
  {
    name: 'wants-are-created-twice',
    rule: 'the same want id again answers with the want that is there',
    edits: [
      edit(
        'lib/engine/wantCommands.ts',
        'append(engine, wants, fields.wantId, { revision: 0, state: null }, creation(fields))',
        'append(engine, wants, fields.wantId, await load(engine, wants, fields.wantId), creation(fields))',
      ),
    ],
    seed: 0,
  },
  {
    name: 'reports-wake-nobody',
    rule: 'a report wakes those who wait for the partition',
    edits: [
      edit(
        'lib/engine/react.ts',
        "if (event.type === 'PartitionLive') return [wakeAll(`external/${id}`, 'live')];",
        "if (event.type === 'PartitionLive') return [];",
      ),
    ],
    seed: 0,
  },
];
