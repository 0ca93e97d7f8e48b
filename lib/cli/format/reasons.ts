import type { DeepReasonView, ReasonView } from '../../query/views.ts';
import type { Look } from '../terminal.ts';
import { oneLine, widthOf, wrap } from './text.ts';
import { formatAge, formatMoment } from './time.ts';
import { branch, type Tree } from './tree.ts';

/**
 * Why something is not there, as a tree: what it waits for, below it why that is not there, and at each leaf what would
 * unblock it. A leaf that stands in several branches is told once at the top.
 */
export function formatWhy(subject: string, reasons: readonly DeepReasonView[], look: Look): readonly string[] {
  if (reasons.length === 0) return [`${subject} is there: nothing blocks it.`];
  const tree = { lines: [look.paint('bold', subject)], below: belowOf(reasons, look, leavesDrawn) };
  return [...blockedBy(subject, reasons, look), '', ...branch(tree, look.width)];
}

/** In the first sentence. */
const leavesNamed = 3;
/** In the tree: a year that waits for its days would fill many screens. */
const leavesDrawn = 4;

function blockedBy(subject: string, reasons: readonly DeepReasonView[], look: Look): readonly string[] {
  const all = failedFirst(reasons.flatMap(leavesOf));
  const leaves = [...new Map(all.map((leaf) => [leaf.partitionRef ?? leaf.text, leaf])).values()];
  const named = leaves.slice(0, leavesNamed).map((leaf) => {
    return `${oneLine(leaf.partitionRef ?? leaf.text)}${aside(sinceAndOwner(leaf, look))}`;
  });
  const more = leaves.length > leavesNamed ? [`and ${leaves.length - leavesNamed} more`] : [];
  return wrap(`${subject} is blocked by ${[...named, ...more].join(', ')}.`, look.width);
}

function leavesOf(reason: DeepReasonView): readonly DeepReasonView[] {
  return reason.because.length === 0 ? [reason] : reason.because.flatMap(leavesOf);
}

function aside(text: string): string {
  return text === '' ? '' : ` (${text})`;
}

function sinceAndOwner({ since, owner }: ReasonView, look: Look): string {
  const waited = since === null ? [] : [`since ${formatMoment(since)}, ${formatAge(since, look.now)} ago`];
  return [...waited, ...(owner === null ? [] : [`owner ${oneLine(owner)}`])].join('; ');
}

function treeOf(reason: DeepReasonView, look: Look, leaves: number): Tree {
  return {
    lines: (width) => [...wrap(oneLine(reason.text), width), ...detailOf(reason, look, width)],
    below: belowOf(reason.because, look, leaves),
  };
}

/** As many branches as may have a leaf, what failed first; the others are counted. */
function belowOf(reasons: readonly DeepReasonView[], look: Look, leaves: number): readonly Tree[] {
  const drawn = failedFirst(reasons).slice(0, leaves);
  const share = Math.max(1, Math.floor(leaves / Math.max(1, drawn.length)));
  const more = reasons.length - drawn.length;
  const trees = drawn.map((reason) => treeOf(reason, look, share));
  return more === 0 ? trees : [...trees, { lines: [`… ${more.toLocaleString('en-US')} more`], below: [] }];
}

/** A failure does not mend itself, so it is what to see first. */
function failedFirst(reasons: readonly DeepReasonView[]): readonly DeepReasonView[] {
  return reasons.toSorted((a, b) => Number(hasFailed(b)) - Number(hasFailed(a)));
}

function hasFailed(reason: DeepReasonView): boolean {
  return reason.kind === 'upstreamFailed' || reason.because.some(hasFailed);
}

function detailOf(reason: DeepReasonView, look: Look, width: number): readonly string[] {
  const waited = sinceAndOwner(reason, look);
  const lines = waited === '' ? [] : wrap(waited, width);
  if (reason.because.length > 0) return lines.map((line) => look.paint('dim', line));
  const hint = unblock(reason);
  return [...lines.map((line) => look.paint('dim', line)), ...(hint === null ? [] : wrapHint(hint, width))];
}

/** A command is kept on a line of its own, so that it can be copied. */
function wrapHint({ text, command }: Hint, width: number): readonly string[] {
  const oneLined = `to unblock: ${text}${command === null ? '' : ` ${command}`}`;
  if (widthOf(oneLined) <= width || command === null) return wrap(oneLined, width);
  return [...wrap(`to unblock: ${text}`, width), `  ${command}`];
}

interface Hint {
  readonly text: string;
  readonly command: string | null;
}

/** What would unblock a leaf; `null` where that is not known. */
export function unblock({ kind, partitionRef, runId }: ReasonView): Hint | null {
  switch (kind) {
    case 'missingExternal':
      if (partitionRef === null) return null;
      return { text: 'once it is there, say so:', command: `landfall partition report ${partitionRef}` };
    case 'missingInput':
      return partitionRef === null ? null : { text: 'see', command: `landfall why ${partitionRef}` };
    case 'upstreamFailed':
      if (runId === null) return null;
      return { text: 'see what failed, mend it, then want it again:', command: `landfall run log ${runId}` };
    case 'running':
      return runId === null ? null : { text: 'its end:', command: `landfall run log ${runId} --follow` };
    case 'poolFull':
      return { text: 'a free slot:', command: 'landfall run list --state running' };
    case 'queued':
      return partitionRef === null ? null : { text: 'want it:', command: `landfall build ${partitionRef}` };
    case 'retryAt':
      return { text: 'the next attempt comes by itself', command: null };
    default:
      kind satisfies never;
      return null;
  }
}

/** Reasons without what is behind them, one paragraph each. */
export function formatReasons(reasons: readonly ReasonView[], look: Look): readonly string[] {
  return reasons.flatMap((reason) => {
    const text = `${oneLine(reason.text)}${aside(sinceAndOwner(reason, look))}`;
    return wrap(text, look.width - 2).map((line, i) => `${i === 0 ? '- ' : '  '}${line}`);
  });
}
