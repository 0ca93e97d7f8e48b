/** Longest metadata of a run, as JSON in UTF-8 bytes: it stands in the run's commit, its events and its timeline. */
export const METADATA_BYTES_MAX = 4_096;

/** Most partitions that one run can name as missing. */
export const MISSING_REFS_MAX = 1_000;

/** Longest partition ref, in bytes. */
export const REF_BYTES_MAX = 512;

/** Longest reason of a failure, in characters; what is longer is cut. The run's log has all of it. */
export const MESSAGE_LENGTH_MAX = 2_000;
