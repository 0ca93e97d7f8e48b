import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Figure } from '../figure.ts';
import { inTurns, timed } from '../measure.ts';

const wrapper = fileURLToPath(new URL('../../landfall', import.meta.url));

export const start: Figure = {
  name: 'start',
  cost: 'The shell wrapper looks whether Node and the dependencies are there before it starts Node.',
  async run(bench) {
    const turns = bench.size(25, 3);
    const milliseconds = async (program: string, args: readonly string[]) =>
      1000 * (await timed(() => execFileSync(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })));
    const pairs = await inTurns(
      turns,
      () => milliseconds(wrapper, ['--version']),
      () => milliseconds(process.execPath, ['-e', '0']),
    );
    return {
      results: [
        {
          title: '`./landfall --version`',
          unit: 'ms',
          ...pairs,
          goal: { of: 'ratio', sense: '≤', value: 2 },
          limitIs: '`node -e 0`',
          notes: [`${turns} turns.`],
        },
      ],
    };
  },
};
