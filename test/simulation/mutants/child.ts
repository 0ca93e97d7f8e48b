import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

export interface Caught {
  readonly seed: number;
  readonly promise: string;
  readonly text: string;
}

/** Plays seeds against a mutant in a process of its own; the first that catches it, or `null`. */
export function playMutant(name: string, from: number, count: number): Promise<Caught | null> {
  const args = ['--import', here('./hook.ts'), here('./play.ts'), String(from), String(count)];
  const options = { env: { ...process.env, SIMULATION_MUTANT: name }, maxBuffer: 10_000_000 };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as Caught | null);
      else reject(new Error(`the mutant ${name} cannot be played: ${stderr || error.message}`));
    });
  });
}
