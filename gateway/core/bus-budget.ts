/**
 * Whether a line has time for what is asked of it: how much of it the polls take, how long a round lasts, how long a command waits, from baud rate, frame
 * sizes, gaps, deadlines and guards. Arithmetic before anybody drives up the mountain; what a line really does is counted in southbound/traffic.ts.
 */
import { commandWaitMsMax, replyGraceMs } from '../limits.ts';
import { longestRetryMs } from './device-health.ts';
import { quietGapMs, wireMs } from './wire-time.ts';

/** One read of a poll: whole frames. Unit: byte. */
export interface BudgetRead {
  readonly requestBytes: number;
  readonly replyBytes: number;
  /** What the board takes to answer, where that is not nominalTurnaroundMs. Unit: ms. */
  readonly turnaroundMs?: number | undefined;
}

/** One device as the budget sees it. Times in ms. */
export interface BudgetDevice {
  readonly id: string;
  readonly timeoutMs: number;
  readonly guardMs: number;
  /** The merged reads of one poll. */
  readonly reads: readonly BudgetRead[];
  /** Pause between two polls while nothing happens, and while somebody is served. */
  readonly idlePauseMs: number;
  readonly busyPauseMs: number;
  /** It takes commands that move metal. */
  readonly isActuator: boolean;
}

/** One line. `baud` is infinite where no wire of ours sets the pace, as in Modbus TCP. */
export interface BudgetLine {
  readonly id: string;
  readonly baud: number;
  readonly devices: readonly BudgetDevice[];
}

export interface BusBudget {
  /** Share of the line's time the regular polls take, every board answering in its usual time. Over 1: they cannot be kept up. */
  readonly idleLoad: number;
  /** The same while every device of the line serves somebody. Over 1: polls of other devices come late meanwhile. */
  readonly busyLoad: number;
  /** Every device polled once, all answering; all silent at once, before back-off. Unit: ms. */
  readonly roundMs: number;
  readonly silentRoundMs: number;
  /** Longest wait of a command for the line: behind one answered frame, and behind one that nobody answers. Unit: ms. */
  readonly commandMs: number;
  readonly commandBehindSilenceMs: number;
  /** Largest share of the line one dead device takes once back-off has settled. */
  readonly deadShare: number;
  /** Lowest standard baud rate at which the polls leave a third of the line free; null when none does, or none is needed. */
  readonly betterBaud: number | null;
}

/** What boards take between a request and its answer: 2 to 20 ms with those we have timed. Unit: ms. */
export const nominalTurnaroundMs = 10;
/** Above this share a line has no room for a lost frame or a device in use. */
const fullLoad = 2 / 3;
const standardBauds = [1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200] as const;

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const most = (values: readonly number[]) => Math.max(0, ...values);

const readMs = ({ baud }: BudgetLine, { requestBytes, replyBytes, turnaroundMs }: BudgetRead) =>
  wireMs(baud, requestBytes + replyBytes) + (turnaroundMs ?? nominalTurnaroundMs) + quietGapMs(baud);
const pollMs = (line: BudgetLine, device: BudgetDevice) => total(device.reads.map((read) => readMs(line, read)));
/** A request that nobody answers: deadline with the time of the longest reply, grace and guard. The rest of the poll is left out. */
const silenceMs = ({ baud }: BudgetLine, { reads, timeoutMs, guardMs }: BudgetDevice) =>
  most(reads.map(({ requestBytes, replyBytes }) => wireMs(baud, requestBytes + replyBytes))) + timeoutMs + replyGraceMs + Math.max(guardMs, quietGapMs(baud));
const loadOf = (line: BudgetLine, pause: 'idlePauseMs' | 'busyPauseMs') =>
  total(line.devices.map((device) => pollMs(line, device) / (device[pause] + pollMs(line, device))));

/** The budget of one line. A line without devices has an empty one. */
export function planBudget(line: BudgetLine): BusBudget {
  const { devices, baud } = line;
  const reads = devices.flatMap((device) => device.reads);
  const idleLoad = loadOf(line, 'idlePauseMs');
  const silences = devices.map((device) => silenceMs(line, device));
  const isEnough = (faster: number) => faster > baud && loadOf({ ...line, baud: faster }, 'idlePauseMs') <= fullLoad;
  return {
    idleLoad,
    busyLoad: loadOf(line, 'busyPauseMs'),
    roundMs: total(devices.map((device) => pollMs(line, device))),
    silentRoundMs: total(silences),
    commandMs: most(reads.map((read) => readMs(line, read))),
    commandBehindSilenceMs: most(silences),
    deadShare: most(devices.map((device, at) => (silences[at] ?? 0) / longestRetryMs(device.timeoutMs + device.guardMs))),
    betterBaud: idleLoad <= fullLoad ? null : (standardBauds.find(isEnough) ?? null),
  };
}

export interface BudgetFinding {
  /** `refused`: the line cannot do what is asked of it. */
  readonly kind: 'refused' | 'warning';
  readonly message: string;
}

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** What is wrong with a line, and the way out, in sentences for a person. */
export function judgeBudget({ id, devices }: BudgetLine, budget: BusBudget): readonly BudgetFinding[] {
  const { idleLoad, busyLoad, betterBaud, commandBehindSilenceMs } = budget;
  const findings: BudgetFinding[] = [];
  const wayOut = betterBaud === null ? 'Move devices to another line.' : `Set the line and its devices to ${betterBaud} baud, or move devices to another line.`;
  if (idleLoad > 1) findings.push({ kind: 'refused', message: `${id}: polls would take ${percent(idleLoad)} of the line, more than there is. ${wayOut}` });
  else if (idleLoad > fullLoad)
    findings.push({ kind: 'warning', message: `${id}: polls take ${percent(idleLoad)} of the line; a lost frame makes them late. ${wayOut}` });
  else if (busyLoad > 1)
    findings.push({
      kind: 'warning',
      message: `${id}: while all its devices are in use, ${percent(busyLoad)} of the line is asked for, and polls come late. ${wayOut}`,
    });
  if (devices.length > 1 && devices.some((device) => device.isActuator) && commandBehindSilenceMs > commandWaitMsMax) {
    const message = `${id}: a device that falls silent holds up a command for ${Math.round(commandBehindSilenceMs)} ms. Give the dispenser a line of its own.`;
    findings.push({ kind: 'warning', message });
  }
  return findings;
}
