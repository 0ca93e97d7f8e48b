import { Readable } from 'node:stream';
import type { Places } from '../../../lib/job/places.ts';

/** Places in memory. */
export function memoryPlaces(files: Map<string, string>): Places {
  return {
    open: (location) => Readable.from([Buffer.from(files.get(location) ?? '')]),
    async create(location) {
      const parts: Buffer[] = [];
      return {
        write: async (bytes) => void parts.push(Buffer.from(bytes)),
        commit: async () => void files.set(location, Buffer.concat(parts).toString()),
        discard: async () => undefined,
      };
    },
    settle: async (location) => files.get(location)?.length ?? null,
  };
}
