import type { Colour, Look } from '../terminal.ts';
import { oneLine, shorten, widthOf } from './text.ts';

export interface Column<T> {
  readonly title: string;
  readonly cell: (item: T) => string;
  readonly colour?: (item: T) => Colour | null;
  /** Which end of a cell is kept where the table is too wide; without it the column is never shortened. */
  readonly keep?: 'start' | 'end';
}

interface Filled<T> {
  readonly column: Column<T>;
  readonly cells: readonly string[];
  width: number;
}

const gap = '  ';
const shortestCell = 8;

/** Aligned columns under their titles; a column whose cells are all empty is left out. */
export function formatTable<T>(columns: readonly Column<T>[], items: readonly T[], look: Look): readonly string[] {
  const filled = columns.map((column) => fill(column, items)).filter(({ cells }) => cells.some((cell) => cell !== ''));
  narrow(filled, look.tableWidth);
  const titles = filled.map(({ column, width }) => pad(column.title, width));
  const rows = items.map((item, row) => filled.map((one) => cellOf(one, row, item, look)).join(gap));
  return [look.paint('dim', titles.join(gap).trimEnd()), ...rows.map((row) => row.trimEnd())];
}

function fill<T>(column: Column<T>, items: readonly T[]): Filled<T> {
  const cells = items.map((item) => oneLine(column.cell(item)));
  return { column, cells, width: Math.max(...[column.title, ...cells].map(widthOf)) };
}

function cellOf<T>({ column, cells, width }: Filled<T>, row: number, item: T, look: Look): string {
  const text = pad(shorten(cells[row]!, width, column.keep), width);
  const colour = column.colour?.(item) ?? null;
  return colour === null ? text : look.paint(colour, text);
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Narrows the widest column that may be shortened until the table fits, or none is left that may. */
function narrow<T>(columns: readonly Filled<T>[], tableWidth: number): void {
  const used = () => columns.reduce((sum, { width }) => sum + width, gap.length * (columns.length - 1));
  while (used() > tableWidth) {
    const able = columns.filter(({ column, width }) => column.keep !== undefined && width > shortestCell);
    if (able.length === 0) return;
    able.reduce((widest, one) => (one.width > widest.width ? one : widest)).width -= 1;
  }
}

/** Several lines stand below each other. */
export type FieldValue = string | readonly string[] | null;

/** `name  value` lines with the values below each other; those without a value are left out. */
export function formatFields(fields: readonly (readonly [string, FieldValue])[]): readonly string[] {
  const shown = fields.map(([name, value]) => [name, linesOf(value)] as const).filter(([, lines]) => lines.length > 0);
  const width = Math.max(0, ...shown.map(([name]) => widthOf(name)));
  return shown.flatMap(([name, lines]) => lines.map((line, i) => `${pad(i === 0 ? name : '', width)}${gap}${line}`));
}

function linesOf(value: FieldValue): readonly string[] {
  if (value === null || value === '') return [];
  return typeof value === 'string' ? [value] : value;
}

/** The first of them, and how many are left out. */
export function firstLines(lines: readonly string[], most: number): readonly string[] {
  const more = lines.length - most;
  return more > 0 ? [...lines.slice(0, most), `… ${more.toLocaleString('en-US')} more`] : lines;
}
