import { readFileSync } from 'node:fs';
import { type Command, CommanderError } from 'commander';
import type { Cli } from './cli.ts';
import { exitCodes } from './exitCodes.ts';
import { CliError, unexpected, usageError } from './problem.ts';
import { declareProgram } from './program.ts';
import type { Globals } from './target.ts';
import { Terminal } from './terminal.ts';

/**
 * Runs one command line.
 *
 * @param argv - The arguments after the program's name.
 * @returns The exit code: see `exitCodes`.
 */
export async function main(argv: string[]): Promise<number> {
  process.stdout.on('error', endOnBrokenPipe);
  process.stderr.on('error', endOnBrokenPipe);
  const wantsJson = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined).includes('--json');
  try {
    return await run(argv, wantsJson);
  } catch (error) {
    return await tell(error, wantsJson);
  }
}

async function run(argv: string[], wantsJson: boolean): Promise<number> {
  let exitCode: number = exitCodes.done;
  const packageFile = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const program = declareProgram(
    packageFile,
    async (command) => {
      exitCode = await command(newCli(program.opts<Globals>()));
    },
    (text) => {
      if (!wantsJson) process.stderr.write(text.replace(/^error: /, 'landfall: '));
    },
  );
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.done : await tellUsage(program, argv, error, wantsJson);
  }
  return exitCode;
}

function newCli(globals: Globals): Cli {
  const terminal = new Terminal({ colours: globals.color });
  const note = (line: string) => {
    if (!globals.json) terminal.note(line);
  };
  return { globals, terminal, client: async () => (await import('./connect.ts')).connect(globals, note) };
}

/** Commander has said what is wrong; this adds what may have been meant. */
async function tellUsage(
  program: Command,
  argv: readonly string[],
  error: CommanderError,
  wantsJson: boolean,
): Promise<number> {
  const { hintFor } = await import('./usageHint.ts');
  const hint = hintFor(program, argv, error);
  if (wantsJson) {
    const said =
      error.code === 'commander.help' ? 'It has to be said what to do.' : error.message.replace(/^error: /, '');
    return tell(usageError([said.replace(/\.?$/, '.'), hint].filter(Boolean).join(' ')), true);
  }
  if (hint !== '') process.stderr.write(`${hint}\n`);
  return exitCodes.usage;
}

async function tell(error: unknown, asJson: boolean): Promise<number> {
  const { problem, exitCode } = error instanceof CliError ? error : unexpected(error);
  if (asJson) process.stderr.write(`${JSON.stringify(problem)}\n`);
  else {
    const { formatProblem } = await import('./format/problem.ts');
    process.stderr.write(`${formatProblem(problem, process.stderr.columns || 80).join('\n')}\n`);
  }
  return exitCode;
}

/** Whoever read it has gone: nothing that could still be printed is wanted. */
function endOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.brokenPipe);
}
