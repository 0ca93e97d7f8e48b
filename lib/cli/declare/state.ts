import { type Command, Option } from 'commander';
import type { EventOptions } from '../commands/events.ts';
import type { LineageOptions } from '../commands/explain.ts';
import type { PartitionListOptions, ReportOptions, TaintOptions } from '../commands/partitions.ts';
import type { RunListOptions } from '../commands/runs.ts';
import { parseMoment } from '../durations.ts';
import { checked, listOptions, type Start, several, wholeNumber } from './options.ts';

export function declareState(program: Command, start: Start): void {
  program.commandsGroup('Explanations:');
  declareExplanations(program, start);
  program.commandsGroup('State:');
  declarePartitions(program.command('partition').description('what is there, and what is not'), start);
  declareRuns(program.command('run').description('what is being made, and was'), start);
  declareFeed(program, start);
}

/** The API's own limit. */
const lineageDepthMax = 50;

function declareExplanations(program: Command, start: Start): void {
  program
    .command('plan')
    .description('what would run, in what order; changes nothing')
    .argument('<refs...>')
    .action((refs: string[]) => start(async (cli) => (await import('../commands/explain.ts')).plan(cli, refs)));
  program
    .command('why')
    .description('why a partition or want is not there yet, and who can help')
    .argument('<ref|id>')
    .action((name: string) => start(async (cli) => (await import('../commands/explain.ts')).why(cli, name)));
  program
    .command('lineage')
    .description('what a partition is made from, or what is made from it')
    .argument('<ref>')
    .addOption(new Option('--up', 'what it is made from (default)').conflicts('down'))
    .option('--down', 'what is made from it')
    .option('--depth <n>', 'levels', wholeNumber(1, lineageDepthMax))
    .action((ref: string, options: LineageOptions) =>
      start(async (cli) => (await import('../commands/explain.ts')).lineage(cli, ref, options)),
    );
}

function declarePartitions(partition: Command, start: Start): void {
  const load = () => import('../commands/partitions.ts');
  listOptions(partition.command('list').description('partitions of which there is a record'))
    .option('--pattern <glob>', 'such as weather/daily/2014-**')
    .option('--state <states>', 'missing, building, live, failed, tainted', several)
    .action((options: PartitionListOptions) => start(async (cli) => (await load()).listPartitions(cli, options)));
  partition
    .command('show')
    .description('one partition and its instances')
    .argument('<ref>')
    .action((ref: string) => start(async (cli) => (await load()).showPartition(cli, ref)));
  partition
    .command('report')
    .description('say that external partitions are there')
    .argument('<refs...>')
    .option('--upstream <graph>', 'the graph that made them (default: as the patterns say)')
    .option('--instance <id>', 'names this version of it; again the same changes nothing')
    .option('--location <place>', 'where it is')
    .option('--at <moment>', 'of the data', checked(parseMoment))
    .action((refs: string[], options: ReportOptions) =>
      start(async (cli) => (await load()).reportPartitions(cli, refs, options)),
    );
  partition
    .command('taint')
    .description('mark partitions, and all that was made from them, as not to be used')
    .argument('<refs...>')
    .requiredOption('--reason <text>', 'why')
    .option('--yes', 'do it; without it, it is only shown what would be marked')
    .action((refs: string[], options: TaintOptions) =>
      start(async (cli) => (await load()).taintPartitions(cli, refs, options)),
    );
}

function declareRuns(run: Command, start: Start): void {
  const load = () => import('../commands/runs.ts');
  listOptions(run.command('list').description('runs, those that are open first'))
    .option('--state <states>', 'queued, running, succeeded, missing, failed, timedOut, cancelled, dropped', several)
    .option('--job <name>', 'of this job')
    .action((options: RunListOptions) => start(async (cli) => (await load()).listRuns(cli, options)));
  run
    .command('show')
    .description('one run')
    .argument('<id>')
    .action((id: string) => start(async (cli) => (await load()).showRun(cli, id)));
  run
    .command('log')
    .description('what a run printed')
    .argument('<id>')
    .option('--follow', 'until it has ended')
    .action((id: string, options: { follow?: boolean }) =>
      start(async (cli) => (await load()).runLog(cli, id, options)),
    );
  run
    .command('cancel')
    .description('end a run; its build fails, and with it the wants that need it')
    .argument('<id>')
    .option('--reason <text>', 'why')
    .action((id: string, options: { reason?: string }) =>
      start(async (cli) => (await load()).cancelRun(cli, id, options)),
    );
}

function declareFeed(program: Command, start: Start): void {
  const load = () => import('../commands/events.ts');
  program
    .command('events')
    .description('what happened')
    .option('--since <cursor>', 'from there on (default: from the beginning)')
    .option('--type <types>', 'such as WantFailed,RunEnded', several)
    .option('--pattern <glob>', 'about such partitions')
    .option('--follow', 'and what comes')
    .action((options: EventOptions) => start(async (cli) => (await load()).events(cli, options)));
  program
    .command('sla')
    .description('open wants that are late, or at risk')
    .action(() => start(async (cli) => (await load()).sla(cli)));
}
