import { fileURLToPath } from 'node:url';

export const graphFolder = fileURLToPath(new URL('./runnerGraph', import.meta.url));

/** Starts a process outside its group, which prints its id, and ends when that is there. */
export const leavesGroup = `
  there="$LANDFALL_DATA_DIR/there"
  setsid sh -c 'echo pid $$; : > "$0"; exec sleep 1000' "$there" &
  while [ ! -e "$there" ]; do sleep 0.01; done`;
