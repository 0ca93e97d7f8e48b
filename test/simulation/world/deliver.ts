import type { Engine } from '../../../lib/engine/context.ts';
import { handleDue } from '../../../lib/engine/deadlines.ts';
import { type Due, duePage } from '../../../lib/engine/due.ts';
import { react } from '../../../lib/engine/react.ts';
import { isRefused } from '../../../lib/engine/refused.ts';
import { restartRun, runEnded } from '../../../lib/engine/runs.ts';
import { wakePage } from '../../../lib/engine/wake.ts';
import { demand } from './broken.ts';
import type { Body } from './messages.ts';
import { type Command, execute } from './person.ts';
import type { World } from './world.ts';

/** Handles one message by the engine, as whoever composes it would. */
export async function deliver(world: World, engine: Engine, body: Body): Promise<void> {
  switch (body.kind) {
    case 'commit':
      for (const wake of await react(engine, body.commit)) world.post({ kind: 'wake', wake });
      return;
    case 'wake': {
      const rest = await wakePage(engine, body.wake);
      if (rest !== null) world.post({ kind: 'wake', wake: rest });
      return;
    }
    case 'due':
      await handleDue(engine, body.due);
      world.duesUnderWay.delete(nameOf(body.due));
      world.dueDone();
      return;
    case 'sweep':
      return sweep(world, engine);
    case 'answer':
      return runEnded(engine, body.handle, body.outcome);
    case 'restart':
      return restartRun(engine, body.handle);
    case 'command':
      return obey(world, engine, body.command);
  }
}

async function sweep(world: World, engine: Engine): Promise<void> {
  for (let shard = 0; shard < engine.config.dueShards; shard++) {
    for (const due of await duePage(engine, shard, world.now)) {
      if (world.duesUnderWay.has(nameOf(due))) continue;
      world.duesUnderWay.add(nameOf(due));
      world.post({ kind: 'due', due });
    }
  }
  world.sweeps = 0;
  world.dueDone();
}

function nameOf({ row }: Due): string {
  return `${row.key}#${row.nonce}`;
}

/** A refusal is an answer, too. */
async function obey(world: World, engine: Engine, command: Command): Promise<void> {
  try {
    const answer = await execute(engine, command);
    if (command.kind === 'createWant') demandKept(world, command.fields.wantId);
    if (answer !== null && command.kind === 'accept') world.accepted(command, answer.capability);
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
}

function demandKept(world: World, wantId: string): void {
  demand(world.truth.wants.has(wantId), 'nothing acknowledged is lost', () => `${wantId} is not in the log`);
}
