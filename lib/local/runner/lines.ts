const NEWLINE = 10;
const OPENING_BRACE = 123;

export interface LineTaker {
  /** Looks at a line that starts like a JSON object; false: it is ordinary output. */
  answer(line: string): boolean;
  /** The start of such a line that is longer than the bound, and goes to the output. */
  overlong(start: string): void;
  output(bytes: Uint8Array): void;
}

/** Tells lines that may be answers from other output, holding at most one line of bounded length. */
export class LineSplitter {
  readonly #bytesMax: number;
  readonly #taker: LineTaker;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** In a line that cannot be an answer any more. */
  #passing = false;

  constructor(bytesMax: number, taker: LineTaker) {
    this.#bytesMax = bytesMax;
    this.#taker = taker;
  }

  push(chunk: Buffer): void {
    let outputFrom = 0;
    let at = 0;
    while (at < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, at);
      const end = newline === -1 ? chunk.length : newline + 1;
      if (this.#isCandidate(chunk, at)) {
        this.#output(chunk.subarray(outputFrom, at));
        this.#hold(chunk.subarray(at, end));
        outputFrom = end;
        if (newline !== -1) this.#endLine();
      } else {
        this.#passing = newline === -1;
      }
      at = end;
    }
    this.#output(chunk.subarray(outputFrom));
  }

  /** The last line may lack its newline. */
  end(): void {
    if (this.#heldBytes > 0) this.#endLine();
  }

  #isCandidate(chunk: Buffer, at: number): boolean {
    return !this.#passing && (this.#heldBytes > 0 || chunk[at] === OPENING_BRACE);
  }

  #hold(part: Buffer): void {
    this.#held.push(part);
    this.#heldBytes += part.length;
    if (this.#heldBytes <= this.#bytesMax) return;
    const line = this.#take();
    this.#taker.overlong(line.toString('utf8', 0, 200));
    this.#output(line);
    this.#passing = line.at(-1) !== NEWLINE;
  }

  #endLine(): void {
    this.#passing = false;
    if (this.#heldBytes === 0) return;
    const line = this.#take();
    if (!this.#taker.answer(line.toString('utf8'))) this.#output(line);
  }

  #take(): Buffer {
    const line = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    return line;
  }

  #output(bytes: Buffer): void {
    if (bytes.length > 0) this.#taker.output(bytes);
  }
}
