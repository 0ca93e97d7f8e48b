import { CursorGone, CursorInvalid } from './errors.ts';

/** A place in a feed: everything up to `position` has been read. */
export interface FeedPlace {
  readonly generation: string;
  /** 0: the beginning. */
  readonly position: number;
  /** Says which commit stands at `position`, so that a feed with another past there is told apart; '' at 0. */
  readonly witness: string;
}

const shape = /^1\.([A-Za-z0-9_-]{1,64})\.(0|[1-9][0-9]{0,15})\.([a-z0-9]{0,13})$/;
const cursorCharsMax = 200;

export function encodeCursor(place: FeedPlace): string {
  return Buffer.from(`1.${place.generation}.${place.position}.${place.witness}`, 'latin1').toString('base64url');
}

/** @throws CursorInvalid when it is not what `encodeCursor` makes, to the byte. */
export function decodeCursor(cursor: string): FeedPlace {
  if (cursor.length > cursorCharsMax) throw new CursorInvalid();
  const parts = shape.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (parts === null) throw new CursorInvalid();
  const place = { generation: parts[1]!, position: Number(parts[2]), witness: parts[3]! };
  if (encodeCursor(place) !== cursor) throw new CursorInvalid();
  return place;
}

/**
 * Reads a cursor against the present feed.
 *
 * @param witnessAt the witness of the commit at a position, or `null` where there is none.
 * @returns the position to go on after.
 * @throws CursorGone when it is of another generation, or of a past that this feed does not have: its file was put
 *   back from an older copy.
 */
export function placeInFeed(
  cursor: string | undefined,
  generation: string,
  witnessAt: (position: number) => string | null,
): number {
  if (cursor === undefined) return 0;
  const place = decodeCursor(cursor);
  const known = place.position === 0 ? '' : witnessAt(place.position);
  if (place.generation === generation && place.witness === known) return place.position;
  throw new CursorGone(encodeCursor({ generation, position: 0, witness: '' }));
}

/** 32 bits that tell one commit from another at the same position (FNV-1a). */
export function witnessOf(stream: string, revision: number, commitId: string): string {
  const text = `${stream}#${revision}#${commitId}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}
