import type { GrowthPoint } from '../figure.ts';
import { show } from './numbers.ts';

const panel = { width: 260, height: 170, left: 46, top: 42, gap: 34 } as const;
const colours = ['#2563eb', '#d97706'] as const;

/** Time of each hot path over the number of open wants, one line for each number of assets. */
export function growthChart(points: readonly GrowthPoint[]): string {
  const paths = [...new Set(points.map(({ path }) => path))];
  const width = paths.length * (panel.width + panel.left + panel.gap);
  const height = panel.top + panel.height + 62;
  const panels = paths.map((path, i) => {
    const x = i * (panel.width + panel.left + panel.gap) + panel.left;
    return `<g transform="translate(${x} ${panel.top})">${panelOf(
      path,
      points.filter((point) => point.path === path),
    )}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}

function panelOf(title: string, points: readonly GrowthPoint[]): string {
  const sizes = [...new Set(points.map(({ wants }) => wants))].toSorted((a, b) => a - b);
  const assets = [...new Set(points.map((point) => point.assets))].toSorted((a, b) => a - b);
  const top = niceAbove(Math.max(...points.map(({ microseconds }) => microseconds)));
  const x = (wants: number) => Math.round((sizes.indexOf(wants) / Math.max(1, sizes.length - 1)) * panel.width);
  const y = (microseconds: number) => Math.round(panel.height * (1 - microseconds / top));
  const lines = assets.map((count, i) => {
    const own = points.filter((point) => point.assets === count).toSorted((a, b) => a.wants - b.wants);
    return lineOf(
      own.map(({ wants, microseconds }) => [x(wants), y(microseconds)] as const),
      colours[i % colours.length]!,
    );
  });
  return [
    text(panel.width / 2, -22, title, 'middle', 'font-weight="bold"'),
    ...[0, 0.5, 1].map((share) => gridLine(y(share * top), show(share * top))),
    ...sizes.map((wants) => text(x(wants), panel.height + 16, wants.toLocaleString('en'), 'middle')),
    text(panel.width / 2, panel.height + 32, 'open wants', 'middle'),
    text(-panel.left + 4, -8, 'µs, p50', 'start'),
    ...lines,
    ...assets.map((count, i) => legend(i, `${count.toLocaleString('en')} assets`)),
  ].join('');
}

/** 1, 2 or 5 with zeros. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((one) => one >= value) ?? value;
}

function lineOf(places: readonly (readonly [number, number])[], colour: string): string {
  const path = places.map(([x, y]) => `${x},${y}`).join(' ');
  const dots = places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`);
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}`;
}

function gridLine(y: number, label: string): string {
  const line = `<line x1="0" x2="${panel.width}" y1="${y}" y2="${y}" stroke="#d4d4d8"/>`;
  return `${line}${text(-6, y + 4, label, 'end')}`;
}

function legend(i: number, label: string): string {
  const x = 8 + i * 100;
  const y = panel.height + 48;
  const mark = `<rect x="${x}" y="${y - 8}" width="10" height="10" fill="${colours[i % colours.length]}"/>`;
  return `${mark}${text(x + 15, y, label, 'start')}`;
}

function text(x: number, y: number, content: string, anchor: string, more = ''): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="#27272a" ${more}>${content}</text>`;
}
