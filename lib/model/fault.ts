/** One thing that is wrong with a graph. */
export interface Fault {
  /** Stable, such as `cycle` or `unknownPool`. */
  readonly code: FaultCode;
  /** What is wrong, as a sentence. */
  readonly message: string;
  /** What to do about it, as a sentence. */
  readonly hint: string;
  readonly where: FaultPlace;
}

/** What the fault is about; a partition's name is its pattern, the graph's its own name. */
export interface FaultPlace {
  readonly kind: 'graph' | 'job' | 'partition' | 'pool' | 'upstream';
  readonly name: string;
}

export type FaultCode =
  | 'value'
  | 'limit'
  | 'name'
  | 'pattern'
  | 'from'
  | 'duplicate'
  | 'noOutputs'
  | 'unknownPartition'
  | 'outputKeys'
  | 'outputFrom'
  | 'twoMakers'
  | 'noMaker'
  | 'inputKeys'
  | 'notInvertible'
  | 'neverSatisfied'
  | 'cycle'
  | 'unknownPool'
  | 'weight'
  | 'reserved'
  | 'code';

/** A fault before it is known where it stands. */
export type Finding = Omit<Fault, 'where'>;
