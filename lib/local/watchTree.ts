import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';

export interface WatchOptions {
  /** False for a folder that is neither watched nor looked into, with all that is below it. */
  readonly enters: (folder: string) => boolean;
  /** Called with the path of what was written, made or removed; a change may be told several times. */
  readonly changed: (path: string) => void;
  readonly failed: (error: Error) => void;
  /** Ends the watching. */
  readonly signal: AbortSignal;
}

/**
 * Tells what changes in a folder and below it. One watch for each folder: Node's own recursive watch takes one for each
 * file too, and reads a whole folder again for each file that comes, which thousands of data files make slow.
 */
export function watchTree(root: string, options: WatchOptions): void {
  const watchers = new Map<string, FSWatcher>();

  const enter = (folder: string): void => {
    if (watchers.has(folder) || !options.enters(folder)) return;
    const watcher = watch(folder, { signal: options.signal }, (event, name) => {
      if (name !== null) look(join(folder, name), event === 'rename');
    });
    watchers.set(folder, watcher);
    watcher.on('error', (error) => leave(folder, error));
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) enterSurely(join(folder, entry.name));
    }
  };

  const enterSurely = (folder: string): void => {
    try {
      enter(folder);
    } catch (error) {
      leave(folder, error as NodeJS.ErrnoException);
    }
  };

  /** A folder that has gone is no failure. */
  const leave = (folder: string, error: NodeJS.ErrnoException): void => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
    if (error.code !== 'ENOENT' && !options.signal.aborted) options.failed(error);
  };

  const look = (path: string, mayBeFolder: boolean): void => {
    if (mayBeFolder) follow(path);
    options.changed(path);
  };

  /** A folder came, went, or took the place of another one. */
  const follow = (path: string): void => {
    watchers.get(path)?.close();
    watchers.delete(path);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) enterSurely(path);
  };

  enterSurely(root);
}
