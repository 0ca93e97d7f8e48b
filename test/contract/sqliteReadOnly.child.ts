/** Opens a log that this user may not write, and prints how that was refused. */
import { chmodSync } from 'node:fs';
import { openSqlite } from '../../lib/log/sqlite.ts';

const [folder = '', path = ''] = process.argv.slice(2);
const nobody = 65534;

chmodSync(folder, 0o555);
try {
  chmodSync(path, 0o444);
} catch {
  // There is no file yet: the folder alone refuses.
}
// Root may write everywhere.
if (process.getuid?.() === 0) process.seteuid?.(nobody);
try {
  await openSqlite(path).close();
} catch (error) {
  const { code, message } = error as { code: string; message: string };
  process.stdout.write(`${code} ${message}`);
}
