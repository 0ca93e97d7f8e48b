import { isRefused } from '../engine/refused.ts';
import type { ApiResponse } from './message.ts';
import { Problem } from './problems.ts';

/** A change; where the present state does not allow it, the problem says what that state is. */
export async function orPresentState(
  change: () => Promise<ApiResponse>,
  present: () => Promise<{ readonly state: string; readonly revision: number }>,
): Promise<ApiResponse> {
  try {
    return await change();
  } catch (error) {
    if (!isRefused(error) || error.kind !== 'conflict') throw error;
    const { state, revision } = await present();
    throw new Problem('conflict', error.message, { state, revision });
  }
}
