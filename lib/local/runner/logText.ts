import type { LogPart } from './runLog.ts';

/** Text of a log, which begins and ends at the border of a character wherever the bytes are UTF-8. */
export interface LogText {
  readonly text: string;
  /** Go on here. */
  readonly end: number;
}

/**
 * Reads on from a position, as text. Parts end anywhere, also within a character: its rest is then read too, or, where
 * that is not printed yet, its beginning is left for the next time.
 *
 * @param read gives the bytes from a position on, empty at the end.
 * @param ended nothing will be added: what is left at the end is then all there is.
 */
export async function readLogText(
  read: (from: number) => Promise<LogPart>,
  from: number,
  ended: boolean,
): Promise<LogText> {
  let { bytes, next } = await read(from);
  while (cutBytes(bytes) > 0) {
    const rest = await read(next);
    if (rest.bytes.length === 0) return ended ? textOf(bytes, next) : withoutCut(bytes, next);
    if (rest.start !== next) break; // The rest of the character has been dropped.
    bytes = Buffer.concat([bytes, rest.bytes]);
    next = rest.next;
  }
  return textOf(bytes, next);
}

function withoutCut(bytes: Buffer, next: number): LogText {
  const cut = cutBytes(bytes);
  return textOf(bytes.subarray(0, bytes.length - cut), next - cut);
}

function textOf(bytes: Buffer, end: number): LogText {
  return { text: bytes.toString('utf8'), end };
}

/** How many bytes at the end are the beginning of a UTF-8 character that goes on. */
function cutBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80 || byte >= 0xc0) return characterBytes(byte) > back ? back : 0;
  }
  return 0;
}

/** By its first byte; 1 for one that begins no character. */
function characterBytes(first: number): number {
  if (first >= 0xf0 && first <= 0xf4) return 4;
  if (first >= 0xe0 && first <= 0xef) return 3;
  return first >= 0xc2 && first <= 0xdf ? 2 : 1;
}
