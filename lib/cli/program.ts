import { Command, Option } from 'commander';
import type { Start } from './declare/options.ts';
import { declareService } from './declare/service.ts';
import { declareState } from './declare/state.ts';
import { declareWants } from './declare/wants.ts';
import type { Globals } from './target.ts';

export interface Package {
  readonly version: string;
  readonly description: string;
}

/** All commands, declared; `write` gets what commander has to say of a wrong line. */
export function declareProgram(
  { version, description }: Package,
  start: Start,
  write: (text: string) => void,
): Command {
  const program = new Command('landfall')
    .description(description)
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: write })
    .configureHelp({ showGlobalOptions: true })
    .option('--graph <dir>', 'folder of the graph (default: the nearest upwards)')
    .addOption(new Option('--data <dir>', 'folder of its data (default: .landfall in it)').env('LANDFALL_DATA_DIR'))
    .option('--url <url>', 'a service elsewhere; its token in LANDFALL_TOKEN')
    .option('--token-file <file>', 'or in this file')
    .option('--json', 'print what the API answers')
    .option('--no-color', 'never colour');
  declareWants(program, start);
  declareState(program, start);
  declareService(program, start);
  return program;
}

export function globalsOf(program: Command): Globals {
  return program.opts<Globals>();
}
