import type { Command, CommanderError } from 'commander';

/**
 * What may have been meant by a wrong line, where commander suggests nothing: the groups that have a command of that
 * name, else where to see all.
 */
export function hintFor(program: Command, argv: readonly string[], error: CommanderError): string {
  if (error.code === 'commander.help' || error.message.includes('Did you mean')) return '';
  if (error.code !== 'commander.unknownCommand') return helpOf(program, argv);
  const name = /'([^']*)'/.exec(error.message)?.[1];
  const paths = program.commands
    .filter((group) => group.commands.some((command) => command.name() === name))
    .map((group) => `${program.name()} ${group.name()} ${name}`);
  return paths.length > 0 ? `(Did you mean ${paths.join(' or ')}?)` : helpOf(program, argv);
}

/** The help of the command that was reached. */
function helpOf(program: Command, argv: readonly string[]): string {
  let at = program;
  const path = [program.name()];
  for (const word of argv) {
    const next = at.commands.find((command) => command.name() === word);
    if (next === undefined) continue;
    at = next;
    path.push(word);
  }
  return `See ${path.join(' ')} --help.`;
}
