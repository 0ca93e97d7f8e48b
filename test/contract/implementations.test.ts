import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const sources = filesOf('../../lib/log', /\.ts$/);
const callers = filesOf('.', /\.test\.ts$/).filter((text) => /(eventLog|rowIndex)Contract\(/.test(text));

function filesOf(folder: string, name: RegExp): string[] {
  const url = new URL(`${folder}/`, import.meta.url);
  return readdirSync(url)
    .filter((file) => name.test(file) && !import.meta.url.endsWith(file))
    .map((file) => readFileSync(new URL(file, url), 'utf8'));
}

/** What makes a log or an index: exported functions by the names that adapters here have. */
function makersOf(source: string): string[] {
  return [...source.matchAll(/^export (?:async )?function ((?:create|open)[A-Z]\w*)/gm)].map((found) => found[1]!);
}

/** Called by a contract's caller, or by the adapter that such a one opens. */
function isCovered(maker: string): boolean {
  const called = (text: string) => new RegExp(`(?<!function )\\b${maker}\\(`).test(text);
  return (
    callers.some(called) || sources.some((source) => called(source) && makersOf(source).some(isCoveredBesides(maker)))
  );
}

function isCoveredBesides(maker: string): (other: string) => boolean {
  return (other) => other !== maker && isCovered(other);
}

describe('contract suites', () => {
  it.each(sources.flatMap(makersOf))('run for %s', (maker) => {
    expect(isCovered(maker)).toBe(true);
  });

  it('are called', () => {
    expect(callers.length).toBeGreaterThan(1);
    expect(sources.flatMap(makersOf)).toContain('openSqlite');
  });
});
