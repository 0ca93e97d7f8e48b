/** What the API takes at most. Each refusal names the limit that it is about. */
export const apiLimits = {
  /** Of one request, in bytes. */
  bodyBytes: 1_000_000,
  /** Lists and objects in one another, in a body. */
  jsonDepth: 64,
  pageItems: 500,
  pageItemsDefault: 50,
  cursorChars: 2_000,
  /** A stream of events ends after it, and a question for events waits as long: an AWS function buffers its answer. */
  waitSeconds: 20,
  idempotencyKeyChars: 255,
  lineageDepth: 50,
  lineageDepthDefault: 10,
  reasonBytes: 2_000,
  errorBytes: 2_000,
  /** Of a run, as JSON. */
  metadataBytes: 4_096,
  graphNameChars: 128,
  capabilityChars: 512,
  /** Listed in one answer; its `detail` counts them all. */
  faults: 100,
  /** Requests in work at once. */
  requests: 1_024,
  /** Streams of events and waiting questions for events at once. */
  feeds: 256,
} as const;
