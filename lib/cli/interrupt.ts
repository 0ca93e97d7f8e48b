/** Ctrl-C aborts the signal once; a second one ends the program as ever. */
export function onInterrupt(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  return controller.signal;
}
