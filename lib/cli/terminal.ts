import { styleText } from 'node:util';

export type Colour = 'green' | 'red' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Colours a text where that is wanted, else gives it back. */
export type Paint = (colour: Colour, text: string) => string;

/** What formatting depends on. */
export interface Look {
  /** The present moment, in milliseconds since 1970 UTC. */
  readonly now: number;
  /** Columns that a line of prose should not exceed. */
  readonly width: number;
  /** Columns that a table must not exceed, at the price of shortened cells; infinite where programs read. */
  readonly tableWidth: number;
  readonly paint: Paint;
}

const defaultWidth = 80;
const widthMin = 40;

/** Where a command prints: results on standard output, everything else on standard error. */
export class Terminal {
  readonly isTerminal: boolean;
  readonly #colours: boolean;

  constructor(options: { readonly colours: boolean }) {
    this.isTerminal = process.stdout.isTTY === true;
    this.#colours = options.colours;
  }

  look(): Look {
    const columns = Math.max(widthMin, process.stdout.columns || defaultWidth);
    return {
      now: Date.now(),
      width: this.isTerminal ? columns : defaultWidth,
      tableWidth: this.isTerminal ? columns : Number.POSITIVE_INFINITY,
      paint: this.#paint,
    };
  }

  print(lines: string | readonly string[]): void {
    write(process.stdout, lines);
  }

  /** One JSON value on one line. */
  printJson(value: unknown): void {
    write(process.stdout, JSON.stringify(value));
  }

  note(lines: string | readonly string[]): void {
    write(process.stderr, lines);
  }

  /** Asks the stream itself: it knows NO_COLOR, FORCE_COLOR and whether it is a terminal. */
  readonly #paint: Paint = (colour, text) =>
    this.#colours ? styleText(colour, text, { stream: process.stdout }) : text;
}

function write(stream: NodeJS.WriteStream, lines: string | readonly string[]): void {
  if (typeof lines === 'string') stream.write(`${lines}\n`);
  else if (lines.length > 0) stream.write(`${lines.join('\n')}\n`);
}
