import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';

/**
 * Runs one command line.
 *
 * @param argv - The arguments after the program's name.
 * @returns The exit code: 0 done, 1 a bad outcome, 2 wrong usage.
 */
export async function main(argv: string[]): Promise<number> {
  let exitCode = 0;
  const program = newProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  return exitCode;
}

function newProgram(exitWith: (code: number) => void): Command {
  const { version, description } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const program = new Command('landfall').description(description).version(version).exitOverride();
  program
    .command('test')
    .description("run this clone's own tests")
    .argument('[suites...]', 'only these')
    .action(async (names: string[]) => {
      const { testCommand } = await import('./testCommand.ts');
      exitWith(await testCommand(names));
    });
  return program;
}
