export interface ServerLimits {
  /** Open at once; more are closed at once. */
  readonly connectionsMax: number;
  /** All lines of a request's header together. */
  readonly headerBytesMax: number;
  readonly headersSecondsMax: number;
  /** For a whole request to arrive. */
  readonly requestSecondsMax: number;
  /** A connection without a request is closed after it. */
  readonly keepAliveSeconds: number;
  /** A connection on which nothing moves is closed after it; longer than any question for events waits. */
  readonly silentSecondsMax: number;
  /** Of all bodies that are being received, together. */
  readonly bodiesBytesMax: number;
  /** How long calls in work may take when the server closes. */
  readonly closeSecondsMax: number;
}

export const serverLimits: ServerLimits = {
  connectionsMax: 2_048,
  headerBytesMax: 16_384,
  headersSecondsMax: 10,
  requestSecondsMax: 30,
  keepAliveSeconds: 30,
  silentSecondsMax: 60,
  bodiesBytesMax: 64_000_000,
  closeSecondsMax: 5,
};
