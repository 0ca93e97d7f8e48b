import type { Figure } from '../figure.ts';
import { append } from './append.ts';
import { evaluation } from './evaluation.ts';
import { http } from './http.ts';
import { memory } from './memory.ts';
import { modules } from './modules.ts';
import { processes } from './processes.ts';
import { rebuild } from './rebuild.ts';
import { replay } from './replay.ts';
import { restart } from './restart.ts';
import { start } from './start.ts';
import { wants } from './wants.ts';
import { writeUnits } from './writeUnits.ts';

/** In the order in which they are measured: what leaves a prepared log as it was comes before what works on it. */
export const figures: readonly Figure[] = [
  append,
  replay,
  memory,
  restart,
  evaluation,
  wants,
  processes,
  modules,
  http,
  rebuild,
  writeUnits,
  start,
];
