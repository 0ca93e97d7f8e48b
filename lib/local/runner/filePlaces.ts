import { createReadStream } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Places, Sink } from '../../job/places.ts';

const READ_CHUNK_BYTES = 256 * 1024;

/** An output while it is written, beside its location. */
export function partialLocation(location: string): string {
  return `${location}.partial`;
}

/** Places that are files. Relative locations, which only reported partitions have, are meant from the graph's folder. */
export function filePlaces(graphFolder: string): Places {
  return {
    open(location) {
      const path = filePath(location, graphFolder);
      if (path instanceof Error) return failing(path);
      return createReadStream(path, { highWaterMark: READ_CHUNK_BYTES });
    },
    create: async (location) => fileSink(await createFile(partialLocation(location)), location),
    settle: settleFile,
  };
}

function failing(error: Error): Readable {
  const stream = new Readable({ read: () => undefined });
  stream.destroy(error);
  return stream;
}

function filePath(location: string, graphFolder: string): string | Error {
  if (location === '') return new Error('it was reported available without a location');
  if (location.startsWith('file:')) return fileURLToPath(location);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location))
    return new Error(`its location ${location} is no file; fetch it yourself`);
  return isAbsolute(location) ? location : resolve(graphFolder, location);
}

async function createFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true });
    return await open(path, 'w');
  }
}

function fileSink(file: FileHandle, location: string): Sink {
  const partial = partialLocation(location);
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
    },
    async commit() {
      await rename(partial, location);
      // After the rename, so that one journal commit makes both the content and the name durable.
      await file.sync();
      await file.close();
    },
    async discard() {
      await file.close().catch(() => undefined);
      await rm(partial, { force: true });
    },
  };
}

/** Makes a file durable and gives its size; `null` when there is none. */
export async function settleFile(location: string): Promise<number | null> {
  const stats = await lstat(location).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (stats === null) return null;
  // A link could point at what another run still changes; a pipe would never end.
  if (!stats.isFile()) throw new Error(`what stands at ${location} is not a regular file`);
  const file = await open(location, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  return stats.size;
}

/** Removes what an execution that did not succeed left at a location of its own. */
export async function discardFile(location: string): Promise<void> {
  await rm(location, { force: true }).catch(() => undefined);
  await rm(partialLocation(location), { force: true }).catch(() => undefined);
}
