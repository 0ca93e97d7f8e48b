import { createFaultyIndex, createFaultyLog } from '../../lib/log/faultyLog.ts';
import { createMemoryIndex } from '../../lib/log/memoryIndex.ts';
import { createMemoryLog } from '../../lib/log/memoryLog.ts';
import { createMeter } from '../../lib/log/meter.ts';
import { eventLogContract } from './eventLog.contract.ts';
import { rowIndexContract } from './rowIndex.contract.ts';

let generations = 0;
const freshLog = () => createMemoryLog({ generation: `memory${generations++}` });
const close = async () => {};

eventLogContract({ name: 'memory', newLog: async () => ({ log: freshLog(), close }) });
rowIndexContract({ name: 'memory', newIndex: async () => ({ index: createMemoryIndex(), close }) });

eventLogContract({
  name: 'behind the faulty decorator, without faults',
  newLog: async () => ({ log: createFaultyLog(freshLog(), () => 'none'), close }),
});
rowIndexContract({
  name: 'behind the faulty decorator, without faults',
  newIndex: async () => ({ index: createFaultyIndex(createMemoryIndex(), () => 'none'), close }),
});

eventLogContract({
  name: 'behind the meter',
  newLog: async () => ({ log: createMeter(freshLog(), createMemoryIndex()).log, close }),
});
rowIndexContract({
  name: 'behind the meter',
  newIndex: async () => ({ index: createMeter(freshLog(), createMemoryIndex()).index, close }),
});
