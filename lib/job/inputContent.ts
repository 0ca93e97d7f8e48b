import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { JsonObject } from '../model/json.ts';
import type { Places } from './places.ts';
import type { InputContent, RunInput } from './types.ts';

export function inputContent(input: RunInput, places: Places): InputContent {
  const stream = () => places.open(input.location);
  const bytes = () => named(input, () => buffer(stream()));
  return {
    stream,
    bytes,
    text: async () => (await bytes()).toString('utf8'),
    rows: <T = JsonObject>() => rowsOf<T>(input, stream),
  };
}

async function named<T>(input: RunInput, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw unreadable(input, error);
  }
}

function unreadable(input: RunInput, cause: unknown): Error {
  return new Error(`input ${input.partitionRef} cannot be read: ${(cause as Error).message}`, { cause });
}

async function* rowsOf<T>(input: RunInput, stream: () => Readable): AsyncGenerator<T> {
  let line = 0;
  for await (const text of linesOf(input, stream)) {
    line += 1;
    if (text.trim() !== '') yield parseRow<T>(text, input.partitionRef, line);
  }
}

async function* linesOf(input: RunInput, stream: () => Readable): AsyncGenerator<string> {
  let held = '';
  try {
    for await (const chunk of stream().setEncoding('utf8')) {
      // A line of many chunks is only put together once: splitting it at each chunk would take quadratic time.
      if (!chunk.includes('\n')) {
        held += chunk;
        continue;
      }
      const lines = `${held}${chunk}`.split('\n');
      held = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    throw unreadable(input, error);
  }
  if (held !== '') yield held;
}

function parseRow<T>(text: string, partitionRef: string, line: number): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new SyntaxError(`line ${line} of input ${partitionRef} is not JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
