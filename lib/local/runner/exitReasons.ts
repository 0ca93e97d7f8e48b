import type { RunOutcome } from '../../engine/ports.ts';
import { failed } from '../../job/failed.ts';
import type { RunnerLimits } from './limits.ts';
import type { ChildDeath } from './moduleChild.ts';
import type { ProcessExit } from './processGroups.ts';

/** Exit code by which a command asks to be tried again. */
const EX_TEMPFAIL = 75;

/**
 * Signals that come from outside: a person, the system that shuts down, the kernel that is out of memory. The same run
 * may well succeed. By any other signal a program ends of its own doing.
 */
const outsideSignals: ReadonlySet<NodeJS.Signals> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']);

/** Why a child process ended before it told how its run did. */
export function causeOfDeath(end: ChildDeath, limits: RunnerLimits): RunOutcome {
  const { exit, wasReady, isOutOfHeap, isGarbled } = end;
  if (isOutOfHeap) return failed(`The job ran out of memory: its heap passed ${limits.heapMegabytesMax} MB.`, false);
  if (isGarbled) return failed('The job wrote to a descriptor that belongs to landfall (3 or 4).', false);
  if (exit.error) return failed(`The job's process could not be started: ${exit.error.message}.`, true);
  if (!wasReady) return failed('The process for the job ended before it was ready; its log says why.', true);
  if (exit.signal) return endedBySignal("The job's process", exit.signal);
  return failed(`The job ended its own process with code ${exit.code} before its run was over.`, false);
}

/** Why a command did not end with code 0; `null` where it did. */
export function commandFailure(exit: ProcessExit, command: string, lastError: string): RunOutcome | null {
  if (exit.error) return notStarted(exit.error, command);
  if (exit.signal) return endedBySignal('The command', exit.signal);
  if (exit.code === 0) return null;
  const detail = lastError === '' ? '' : `; its last line on standard error: ${lastError}`;
  if (exit.code === EX_TEMPFAIL) {
    return failed(`The command exited with code ${EX_TEMPFAIL}, which asks for another try${detail}.`, true);
  }
  return failed(`The command exited with code ${exit.code}${detail}.`, false);
}

function endedBySignal(who: string, signal: NodeJS.Signals): RunOutcome {
  const isOutside = outsideSignals.has(signal);
  const hint = signal === 'SIGKILL' ? ' (the kernel does so when memory runs out)' : '';
  return failed(`${who} was ended by ${signal}${isOutside ? ', which landfall did not send' : ''}${hint}.`, isOutside);
}

/** What the machine is short of may be there later; what is not there or not allowed will not. */
function notStarted(error: NodeJS.ErrnoException, command: string): RunOutcome {
  if (error.code === 'ENOENT') return failed(`The command ${command} was not found.`, false);
  if (error.code === 'EACCES') return failed(`The command ${command} may not be executed (permission denied).`, false);
  const isShortage = ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE'].includes(error.code ?? '');
  return failed(`The command ${command} could not be started: ${error.message}.`, isShortage);
}
