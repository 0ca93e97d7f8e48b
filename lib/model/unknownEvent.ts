/** A stored event that this version cannot fold: its type or version is not known here, or it comes out of place. */
export class UnknownEvent extends Error {
  readonly code = 'UNKNOWN_EVENT';
  constructor(streamKind: string, type: string, v: number) {
    super(
      `a ${streamKind} stream holds the event ${type} version ${v}, which this version of landfall cannot fold here`,
    );
    this.name = 'UnknownEvent';
  }
}

export function unknownEvent(streamKind: string, event: { readonly type: string; readonly v: number }): UnknownEvent {
  return new UnknownEvent(streamKind, event.type, event.v);
}
