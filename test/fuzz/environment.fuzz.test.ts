import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunTicket } from '../../lib/job/run.ts';
import { commandEnvironment } from '../../lib/local/runner/environment.ts';
import { parsePattern } from '../../lib/model/pattern.ts';
import { fixed } from './values.ts';

const lists = { locations: '/dev/null', table: '/dev/null' };
const keyName = fc.oneof(
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,63}$/),
  fc.constantFrom('runId', 'job', 'attempt', 'output_count', 'inputs', 'deadline'),
  fc.constantFrom('a_b', 'aB', 'constructor', 'A', 'a', 'stationId', 'station_id', 'x1Y2'),
);
const keys = fc.dictionary(keyName, fc.stringMatching(/^[A-Za-z0-9_=-]{1,5}$/), { maxKeys: 4 });

const ticket = (given: Partial<RunTicket>): RunTicket => ({
  runId: 'run_1',
  job: 'job',
  attempt: 1,
  keys: {},
  deadline: 0,
  outputs: [],
  inputs: [],
  ...given,
});

describe('the environment of a command', () => {
  it('has names that every shell takes, for the keys of any pattern', () => {
    fc.assert(
      fc.property(keys, (given) => {
        for (const name of Object.keys(given)) expect(() => parsePattern(`{${name}:string}`)).not.toThrow();
        const names = Object.keys(commandEnvironment(ticket({ keys: given }), lists));
        for (const name of names) expect(name).toMatch(/^LANDFALL_[A-Z0-9_]+$/);
      }),
      { ...fixed, numRuns: 2_000 },
    );
  });

  it('has nothing of a key stand where something of landfall does', () => {
    const own = Object.keys(commandEnvironment(ticket({}), lists));
    fc.assert(
      fc.property(keys, (given) => {
        const environment = commandEnvironment(ticket({ keys: given }), lists);
        for (const name of own) expect(environment[name]).toBe(commandEnvironment(ticket({}), lists)[name]);
      }),
      { ...fixed, numRuns: 500 },
    );
  });
});
