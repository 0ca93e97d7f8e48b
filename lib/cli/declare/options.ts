import { type Command, InvalidArgumentError } from 'commander';
import type { Cli } from '../cli.ts';

/** Runs a command once its line was understood. Implementations are imported there, so that a start costs only one. */
export type Start = (run: (cli: Cli) => Promise<number>) => Promise<void>;

/** Lets a parser of ours say what is wrong with a value. */
export function checked<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : '');
    }
  };
}

/** `--state a,b` or `--state a --state b`. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(',')];
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return checked((text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new RangeError(`It has to be a whole number from ${least} to ${most}.`);
  });
}

/** The options of every list. */
export function listOptions(command: Command): Command {
  return command.option('--limit <n>', 'at most this many', wholeNumber(1, 100_000), 50).option('--all', 'all of them');
}
