import type { SlaView } from '../../query/views.ts';
import type { Look } from '../terminal.ts';
import { firstOf, oneLine, wrap } from './text.ts';
import { formatMomentNear } from './time.ts';

/** Late wants and those at risk, each with its deadline and what holds it up. */
export function formatSla(late: readonly SlaView[], atRisk: readonly SlaView[], look: Look): readonly string[] {
  if (late.length + atRisk.length === 0) return ['No open want is late or at risk.'];
  return [
    ...late.flatMap((one) => entry(one, look.paint('red', 'late'), look)),
    ...atRisk.flatMap((one) => entry(one, look.paint('yellow', 'at risk'), look)),
  ];
}

function entry(sla: SlaView, word: string, look: Look): readonly string[] {
  const expected = sla.expectedAt === null ? [] : [`expected  ${formatMomentNear(sla.expectedAt, look.now)}`];
  return [
    `${firstOf(sla.partitionRefs)}  ${word}`,
    ...[`deadline  ${formatMomentNear(sla.slaDeadline, look.now)}`, ...expected, ...blame(sla, look)].map(indented),
    indented(`want      ${sla.wantId}`),
  ];
}

function blame({ blame: on, owner }: SlaView, look: Look): readonly string[] {
  if (on === null) return owner === null ? [] : [`owner     ${oneLine(owner)}`];
  const who = on.owner === null ? '' : ` (owner ${oneLine(on.owner)})`;
  const [first, ...rest] = wrap(`${oneLine(on.text)}${who}`, look.width - 12);
  return [`because   ${first}`, ...rest.map((line) => `          ${line}`)];
}

function indented(line: string): string {
  return `  ${line}`;
}
