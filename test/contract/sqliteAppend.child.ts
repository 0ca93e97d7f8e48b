/** Appends to streams of its own, printing each acknowledged revision, until it is killed, refused or done. */
import { writeSync } from 'node:fs';
import { openSqlite } from '../../lib/log/sqlite.ts';

const [path = '', name = '', commitsMax = 'Infinity'] = process.argv.slice(2);
const pad = 'x'.repeat(300);
const store = openSqlite(path);
writeSync(1, 'open\n');

async function appendTo(stream: `want/${string}`): Promise<void> {
  for (let n = 0; n < Number(commitsMax); n++) {
    const commit = { commitId: `${stream}@${n}`, at: n, events: [{ type: 'Happened', v: 1, n, pad }], state: null };
    await store.log.append(stream, n, commit);
    const row = { partition: stream, key: `${n}`, nonce: `${n}`, value: {}, expiresAt: null };
    await store.index.put(row);
    writeSync(1, `${stream} ${n + 1}\n`);
  }
}

try {
  await Promise.all(Array.from({ length: 20 }, (_, n) => appendTo(`want/${name}${n}`)));
} catch (error) {
  const { code, message } = error as { code: string; message: string };
  writeSync(1, `refused ${code} ${message}\n`);
}
await store.close();
