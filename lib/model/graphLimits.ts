/** How large a graph may be; a config above one of these is refused with the limit's number. */
export const GRAPH_LIMITS = {
  patternsPerGraph: 1_000,
  jobsPerGraph: 1_000,
  poolsPerGraph: 100,
  upstreamsPerGraph: 100,
  patternsPerUpstream: 100,
  outputsPerJob: 100,
  inputsPerJob: 100,
  /** Pins of one build stand in one commit. More go through a period in between, such as days through months. */
  inputsPerBuild: 1_000,
  /** Builds that one partition may be a direct input of through one mapping. */
  dependentsPerInput: 10_000,
  nameCharacters: 64,
  textCharacters: 256,
  globCharacters: 512,
  poolCapacity: 10_000,
  commandArguments: 100,
  commandCharacters: 4_096,
  retryAttempts: 100,
  /** 31 days. */
  timeoutSeconds: 2_678_400,
} as const;
