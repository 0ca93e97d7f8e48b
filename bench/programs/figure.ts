/** Measures one figure in a process of its own, so that none warms or fills the memory of another. */
import { writeFileSync } from 'node:fs';
import { type Bench, repetitionsOf } from '../figure.ts';
import { figures } from '../figures/index.ts';

const [name = '', folder = '', mode = '', resultPath = '', profileFolder] = process.argv.slice(2);
const figure = figures.find((one) => one.name === name)!;
const quick = mode === 'quick';
const bench: Bench = {
  folder,
  quick,
  repetitions: repetitionsOf(quick, profileFolder !== undefined),
  profileFolder: profileFolder ?? null,
  size: (full, small) => (quick ? small : full),
};
writeFileSync(resultPath, JSON.stringify(await figure.run(bench)));
process.exit(0);
