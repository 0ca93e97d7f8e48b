import { defineJob } from 'landfall';

/** The least that a run can do: it writes its outputs, empty. */
export default defineJob(async (run) => {
  for (const { partitionRef } of run.outputs) await run.write(partitionRef, '');
});
