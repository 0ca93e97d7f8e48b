import { openSqlite } from '../../lib/log/sqlite.ts';
import { eventLogContract } from './eventLog.contract.ts';
import { rowIndexContract } from './rowIndex.contract.ts';
import { newFolder, removeFolder } from './sqliteFolder.ts';

async function newStore() {
  const folder = newFolder();
  const store = openSqlite(`${folder}/log.db`);
  const close = async () => {
    await store.close();
    removeFolder(folder);
  };
  return { log: store.log, index: store.index, close };
}

eventLogContract({ name: 'SQLite', newLog: newStore });
rowIndexContract({ name: 'SQLite', newIndex: newStore });
