import { type Bench, type Figure, freshFolder } from '../figure.ts';
import { inTurns } from '../measure.ts';
import { firstKey } from '../world/openWants.ts';
import { preparedWants } from '../world/prepare.ts';
import { startService } from '../world/service.ts';

export const memory: Figure = {
  name: 'memory',
  cost: 'The service keeps nothing per want: what is resident is Node, its code, and caches with a fixed bound.',
  async run(bench) {
    const wants = bench.size(1_000_000, 8_000);
    const { folder } = await preparedWants(bench, wants, 1);
    let turn = 0;
    const pairs = await inTurns(
      bench.repetitions,
      async () => (await residentAfterWork(bench, folder, ++turn)) / wants,
      async () => (await residentAfterWork(bench, freshFolder(bench, 'empty'), turn)) / wants,
    );
    return {
      results: [
        {
          title: `resident memory per open want, ${wants.toLocaleString('en')} open wants`,
          unit: 'bytes',
          ...pairs,
          goal: bench.quick ? null : { of: 'measured', sense: '≤', value: 1024 },
          limitIs: 'the service without a want, its resident memory divided by as many',
          notes: ['All resident memory of the service process, after lists, reports and new wants.'],
        },
      ],
    };
  },
};

/** Reads lists, makes wants and explains one, so that caches are as full as in use. */
async function residentAfterWork(bench: Bench, folder: string, turn: number): Promise<number> {
  const service = await startService(folder);
  try {
    let cursor = '';
    for (let i = 0; i < bench.size(10, 2); i++) {
      const page = (await (await service.get(`/wants?limit=500${cursor}`)).json()) as { nextCursor: string | null };
      cursor = page.nextCursor === null ? '' : `&cursor=${encodeURIComponent(page.nextCursor)}`;
    }
    for (let i = 0; i < bench.size(20, 2); i++) {
      const keys = Array.from({ length: 50 }, (_, k) => (turn + 2) * firstKey + i * 50 + k);
      await Promise.all(keys.map((key) => service.post('/wants', { partitionRef: `out00.0/${key}` })));
    }
    await service.get(`/why/out00.1/${firstKey}`);
    return await service.residentBytes();
  } finally {
    await service.stop();
  }
}
