/** What the program's end says; the same for every command. */
export const exitCodes = {
  done: 0,
  /** What was asked for ended badly, or something broke that has no code of its own. */
  bad: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  unreachable: 5,
  /** Following was ended by Ctrl-C: 128 + SIGINT. */
  interrupted: 130,
  /** The reader of a pipe went away: 128 + SIGPIPE. */
  brokenPipe: 141,
} as const;

/** The exit code for an HTTP answer that is no success. */
export function exitCodeOf(status: number): number {
  if (status === 404) return exitCodes.notFound;
  if (status === 400 || status === 405) return exitCodes.usage;
  return status < 500 && status !== 429 ? exitCodes.refused : exitCodes.unreachable;
}
