import { openSqlite, type SqliteOptions } from '../../lib/log/sqlite.ts';
import { eventLogContract } from './eventLog.contract.ts';
import { rowIndexContract } from './rowIndex.contract.ts';
import { newFolder, removeFolder } from './sqliteFolder.ts';

async function newStore(options: SqliteOptions = {}) {
  const folder = newFolder();
  const store = openSqlite(`${folder}/log.db`, options);
  const close = async () => {
    await store.close();
    removeFolder(folder);
  };
  return { log: store.log, index: store.index, patientIndex: store.patientIndex, close };
}

eventLogContract({ name: 'SQLite', newLog: newStore });
eventLogContract({ name: 'SQLite, alone', newLog: () => newStore({ alone: true }) });
rowIndexContract({ name: 'SQLite', newIndex: () => newStore() });
rowIndexContract({
  name: 'SQLite, patient',
  async newIndex() {
    const { patientIndex, close } = await newStore();
    return { index: patientIndex, close };
  },
});
