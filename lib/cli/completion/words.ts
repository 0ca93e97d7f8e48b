import type { Command, Option } from 'commander';

/** What the word at the cursor may be. */
export type Wanted =
  | { readonly kind: 'fixed'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'refs' }
  | { readonly kind: 'wants' }
  | { readonly kind: 'refsAndWants' }
  | { readonly kind: 'runs' };

export interface Candidate {
  readonly text: string;
  readonly description: string;
}

const nothing: Wanted = { kind: 'fixed', candidates: [] };

/** Says what may stand at the last word of a line, from the commands as they are declared. */
export function wantedAt(program: Command, words: readonly string[]): Wanted {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  const { command, option } = reached(program, before);
  if (option !== null) return ofOption(option);
  if (current.startsWith('-')) return ofOptions(program, command);
  const commands = command.createHelp().visibleCommands(command);
  if (commands.length > 0) {
    return { kind: 'fixed', candidates: commands.map((one) => ({ text: one.name(), description: one.description() })) };
  }
  return ofArgument(command);
}

/** The command that the words lead to, and the option that still lacks its value. */
function reached(program: Command, words: readonly string[]): { command: Command; option: Option | null } {
  let command = program;
  let option: Option | null = null;
  for (const word of words) {
    if (option !== null) option = null;
    else if (word.startsWith('-')) option = valued(program, command, word);
    else command = command.commands.find((one) => one.name() === word) ?? command;
  }
  return { command, option };
}

function valued(program: Command, command: Command, word: string): Option | null {
  const options = [...command.options, ...program.options];
  return options.find((one) => one.long === word && one.required) ?? null;
}

function ofOption({ long, argChoices }: Option): Wanted {
  if (argChoices !== undefined) {
    return { kind: 'fixed', candidates: argChoices.map((text) => ({ text, description: '' })) };
  }
  return long === '--partition' || long === '--pattern' ? { kind: 'refs' } : nothing;
}

function ofOptions(program: Command, command: Command): Wanted {
  const options = command.createHelp().visibleOptions(command);
  const all = command === program ? options : [...options, ...program.createHelp().visibleOptions(program)];
  const named = new Map(all.map((one) => [one.long ?? one.flags, one.description]));
  return { kind: 'fixed', candidates: [...named].map(([text, description]) => ({ text, description })) };
}

function ofArgument(command: Command): Wanted {
  const argument = command.registeredArguments[0];
  if (argument?.argChoices !== undefined) {
    return { kind: 'fixed', candidates: argument.argChoices.map((text) => ({ text, description: '' })) };
  }
  switch (argument?.name()) {
    case 'ref':
    case 'refs':
      return { kind: 'refs' };
    case 'ref|id':
      return { kind: 'refsAndWants' };
    case 'id':
      return { kind: command.parent?.name() === 'run' ? 'runs' : 'wants' };
    default:
      return nothing;
  }
}
