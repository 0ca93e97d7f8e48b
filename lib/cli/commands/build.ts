import type { Cli } from '../cli.ts';
import { wantBody } from '../wantRequest.ts';
import { makeAndFollow } from './followed.ts';

/** Builds by making one want for all of the refs and following it; there is no other way to build. */
export function build(cli: Cli, refs: readonly string[], options: { readonly rebuild?: boolean }): Promise<number> {
  const freshAfter = options.rebuild ? { freshAfter: new Date().toISOString() } : {};
  return makeAndFollow(cli, wantBody(refs, freshAfter));
}
