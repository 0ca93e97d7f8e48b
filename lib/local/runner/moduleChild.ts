import type { Readable, Writable } from 'node:stream';
import type { ProcessExit, ProcessGroup } from './processGroups.ts';
import { type ChildMessage, type ChildTask, FROM_SERVICE, TO_SERVICE } from './wire.ts';

/** Longest message of a child process: a thousand missing refs, with room. Only code that writes to our pipe passes it. */
const MESSAGE_LENGTH_MAX = 2 * 1024 * 1024;

const EARLY_LENGTH_MAX = 64 * 1024;

export interface ChildListener {
  progress(value: number): void;
  output(bytes: Uint8Array): void;
}

export type ChildEnd =
  | { readonly kind: 'ended'; readonly message: Extract<ChildMessage, { type: 'ended' }> }
  | ChildDeath;

/** The child process ended before its run did. */
export interface ChildDeath {
  readonly kind: 'died';
  readonly exit: ProcessExit;
  /** False: it ended before it could take a run. */
  readonly wasReady: boolean;
  readonly isOutOfHeap: boolean;
  /** It said what landfall's own code does not say. */
  readonly isGarbled: boolean;
}

/** A child process seen from the service. */
export interface ModuleChild {
  readonly group: ProcessGroup;
  /** Resolves when it takes tasks, or has ended before it could. */
  readonly ready: Promise<unknown>;
  runs: number;
  /** Resolves when it has ended and all that it said has been read. */
  readonly gone: Promise<ProcessExit>;
  /** One at a time. Never rejects. What it prints until the next run counts for this one. */
  run(task: ChildTask, listener: ChildListener): Promise<ChildEnd>;
}

export function moduleChild(group: ProcessGroup): ModuleChild {
  const { child } = group;
  let listener: ChildListener | null = null;
  let end: ((end: ChildEnd) => void) | null = null;
  let isOutOfHeap = false;
  let isGarbled = false;
  /** What it prints before its first run: why it could not start. */
  let early = '';
  let wasReady = false;
  const ready = Promise.withResolvers<void>();

  const onMessage = (message: ChildMessage): void => {
    if (message.type === 'log') listener?.output(Buffer.from(message.text));
    else if (message.type === 'progress') listener?.progress(message.value);
    else if (message.type === 'ready') onReady();
    else end?.({ kind: 'ended', message });
  };
  const onReady = (): void => {
    wasReady = true;
    ready.resolve();
  };
  const onGarbled = (): void => {
    isGarbled = true;
    void group.kill();
  };

  readMessages(child.stdio[TO_SERVICE] as Readable, onMessage, onGarbled);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      isOutOfHeap ||= chunk.includes('JavaScript heap out of memory');
      if (listener) listener.output(chunk);
      else if (early.length < EARLY_LENGTH_MAX) early += chunk.toString();
    });
  }
  const input = child.stdio[FROM_SERVICE] as Writable;
  // A child that has ended is noticed by its exit.
  input.on('error', () => undefined);
  const gone = whenAllRead(group);
  const died = gone.then((exit): ChildDeath => ({ kind: 'died', exit, wasReady, isOutOfHeap, isGarbled }));

  return {
    group,
    ready: Promise.race([ready.promise, gone]),
    gone,
    runs: 0,
    async run(task, runListener) {
      this.runs += 1;
      listener = runListener;
      if (early !== '') listener.output(Buffer.from(early));
      early = '';
      const ended = new Promise<ChildEnd>((resolve) => {
        end = resolve;
      });
      input.write(`${JSON.stringify(task)}\n`);
      return await Promise.race([ended, died]);
    },
  };
}

/** What it said last may still be in the pipe when it has ended. */
async function whenAllRead(group: ProcessGroup): Promise<ProcessExit> {
  const exit = await group.exited;
  if (exit.error === null) await closed(group);
  return exit;
}

const CLOSE_MS_MAX = 1_000;

/** Resolves when a process's pipes have ended; a process outside its group may hold them open, so there is a limit. */
export async function closed({ child }: ProcessGroup): Promise<void> {
  const streams = child.stdio.filter((stream) => stream && !stream.destroyed);
  if (streams.length === 0) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, CLOSE_MS_MAX);
    child.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  for (const stream of child.stdio) stream?.destroy();
}

function readMessages(stream: Readable, onMessage: (message: ChildMessage) => void, onGarbled: () => void): void {
  let held = '';
  stream.setEncoding('utf8');
  stream.on('error', () => undefined);
  stream.on('data', (chunk: string) => {
    const lines = `${held}${chunk}`.split('\n');
    held = lines.pop() ?? '';
    try {
      for (const line of lines) onMessage(JSON.parse(line) as ChildMessage);
    } catch {
      onGarbled();
    }
    if (held.length > MESSAGE_LENGTH_MAX) onGarbled();
  });
}
