import { Argument, type Command, Option } from 'commander';
import type { DevOptions } from '../commands/service.ts';
import { type Start, wholeNumber } from './options.ts';

export function declareService(program: Command, start: Start): void {
  program.commandsGroup('Service and machine:');
  declareDev(program, start);
  program
    .command('demo')
    .description('the weather example, from nothing, on this machine')
    .argument('[dir]', 'where its graph and data go')
    .action((folder?: string) =>
      start(async () => (await import('../demo/runDemo.ts')).runDemo(folder === undefined ? {} : { folder })),
    );
  program
    .command('doctor')
    .description('check graph, machine and data, and say what to do')
    .option('--rebuild', 'drop every index and make it anew from the log')
    .action((options: { rebuild?: boolean }) =>
      start(async (cli) => (await import('../commands/service.ts')).doctor(cli, options)),
    );
  program
    .command('completion')
    .description('a script that completes command lines')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action((shell: string) => start(async (cli) => (await import('../completion/scripts.ts')).completion(cli, shell)));
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action((words: string[]) =>
      start(async (cli) => (await import('../completion/complete.ts')).complete(cli, program, words)),
    );
  program
    .command('test')
    .description("run this clone's own tests")
    .argument('[suites...]', 'only these')
    .action((names: string[]) => start(async () => (await import('../testCommand.ts')).testCommand(names)));
}

function declareDev(program: Command, start: Start): void {
  program
    .command('dev')
    .description('run the service here, with what happens; it reloads the graph when it changes')
    .addOption(
      new Option('--port <n>', 'on this port (default: any free one)')
        .env('LANDFALL_PORT')
        .argParser(wholeNumber(0, 65_535)),
    )
    .addOption(
      new Option('--idle-seconds <n>', 'end when unused for so long').argParser(wholeNumber(1, 86_400)).hideHelp(),
    )
    .action((options: DevOptions) => start(async (cli) => (await import('../commands/service.ts')).dev(cli, options)));
}
