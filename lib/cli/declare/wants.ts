import { type Command, InvalidArgumentError } from 'commander';
import type { CreateOptions, WantListOptions } from '../commands/wants.ts';
import { parseDuration, parseMoment } from '../durations.ts';
import { checked, listOptions, type Start, several } from './options.ts';

export function declareWants(program: Command, start: Start): void {
  declareBuild(program, start);
  const want = program
    .command('want')
    .description('ask for partitions, and see what was asked for')
    .helpGroup('Wants:');
  declareCreate(want, start);
  listOptions(want.command('list').description('wants, those that are open first'))
    .option('--state <states>', 'waiting, building, satisfied, failed, expired, cancelled', several)
    .option('--source <sources>', 'cli, api, dashboard, scheduled, event, derived (default: all but derived)', several)
    .option('--partition <ref>', 'for this partition, or such as match a glob')
    .option('--sla <states>', 'onTrack, atRisk, late, lateAtCreation, met, missed, none', several)
    .option('--created-after <moment>', 'at or after', checked(parseMoment))
    .option('--created-before <moment>', 'before', checked(parseMoment))
    .action((options: WantListOptions) =>
      start(async (cli) => (await import('../commands/wants.ts')).listWants(cli, options)),
    );
  want
    .command('status')
    .description('one want, or all wants for a partition')
    .argument('<ref|id>')
    .action((name: string) => start(async (cli) => (await import('../commands/wants.ts')).showWant(cli, name)));
  want
    .command('cancel')
    .description('end a want; runs that have started go on')
    .argument('<id>')
    .action((id: string) => start(async (cli) => (await import('../commands/wants.ts')).cancelWant(cli, id)));
}

function declareBuild(program: Command, start: Start): void {
  program
    .command('build')
    .description('want partitions and follow them to the end')
    .helpGroup('Wants:')
    .argument('<refs...>')
    .option('--rebuild', 'also what is live: what was made before now does not count')
    .action((refs: string[], options: { rebuild?: boolean }) =>
      start(async (cli) => (await import('../commands/build.ts')).build(cli, refs, options)),
    );
}

function declareCreate(want: Command, start: Start): void {
  want
    .command('create')
    .description('want partitions; they are built as soon as their inputs are there')
    .argument('<refs...>')
    .option('--sla <duration>', 'deadline, from the data timestamp on: 2h, 90m', checked(parseDuration))
    .option(
      '--ttl <duration>',
      'expires after: 2d (default: 7d)',
      checked((text) => parseDuration(text, 1)),
    )
    .option('--data-timestamp <moment>', 'what the SLA counts from (default: now)', checked(parseMoment))
    .option('--depends <graph:ref>', "wait for another graph's partition; repeatable", dependency)
    .option('--fresh-after <moment>', 'what was made before it does not count', checked(parseMoment))
    .option('--comment <text>')
    .option('--idempotency-key <key>', 'the same key again gives the same want')
    .option('--follow', 'until it has ended')
    .action((refs: string[], options: CreateOptions) =>
      start(async (cli) => (await import('../commands/wants.ts')).createWant(cli, refs, options)),
    );
}

type Dependencies = NonNullable<CreateOptions['depends']>;

function dependency(text: string, before: Dependencies = []): Dependencies {
  const at = text.indexOf(':');
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('Write it like sensors:sensors/raw/2014-05-17.');
  return [...before, { graph: text.slice(0, at), partitionRef: text.slice(at + 1) }];
}
