/** Answers each line, a path, once a file stands there and is durable: the least that a warm job does. */
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

for await (const path of createInterface(process.stdin)) {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(`${path}.partial`, 'w');
  await rename(`${path}.partial`, path);
  await file.sync();
  await file.close();
  process.stdout.write('done\n');
}
