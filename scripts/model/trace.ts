/** A counterexample for people: one line a move, with what it recorded, and what board, ledger and wire look like after it. */

import type { EventDraft } from '../../protocol/events.ts';
import type { TraceLine } from './search.ts';
import { type Ledger, showNumber, type World } from './world.ts';

const showBoard = ({ nv, ram }: World): string =>
  `board ${ram.state} last ${showNumber(nv.lastJob)} ${nv.result} ${nv.doneRolls}/${nv.quantity} out ${nv.ctrOut}${ram.sensors.throatBlocked ? ' throat' : ''}`;

function showLedger({ open, posted, purged, suspense, locked }: Ledger): string {
  const job = open === null ? '' : ` open ${showNumber(open.intent.job)}`;
  const counts = `posted ${posted}${purged > 0 ? ` wasted ${purged}` : ''}${suspense > 0 ? ` suspense ${suspense}` : ''}`;
  return `ledger ${counts}${job}${locked === null ? '' : ` locked ${locked}`}`;
}

function showWire({ frames }: World): string {
  return frames.map(({ command }) => `${command.opcode === 'dispense' ? 'D' : 'F'}${showNumber(command.jobId)}`).join(' ') || '-';
}

/** An event in a word or two: its name and what tells it from another of that name. */
function showEvent({ name, data }: EventDraft): string {
  const words: string[] = [name];
  if ('job' in data && data.job !== null) words.push(showNumber(data.job));
  if ('fence' in data) words.push(`by ${showNumber(data.fence)}`);
  if ('reason' in data && data.reason !== null) words.push(data.reason);
  return words.join(' ');
}

const showRecords = (happened: TraceLine['happened']): string =>
  happened.flatMap((happening) => (happening.kind === 'recorded' ? happening.drafts.map((draft) => ` [${showEvent(draft)}]`) : [])).join('');

/** The moves of a counterexample, then what they broke. */
export function showTrace({ broken, trace }: { readonly broken: string; readonly trace: readonly TraceLine[] }): string {
  const told = trace.map(({ what, happened }) => what + showRecords(happened));
  const width = Math.max(...told.map((text) => text.length));
  const lines = trace.map(({ world }, index) => {
    const after = [showBoard(world), showLedger(world.ledger), `wire ${showWire(world)}`].join(' | ');
    return `${String(index + 1).padStart(4)}  ${told[index]?.padEnd(width)}  | ${after}`;
  });
  return [`Counterexample, ${trace.length} moves:`, ...lines, `BROKEN ${broken}`].join('\n');
}
