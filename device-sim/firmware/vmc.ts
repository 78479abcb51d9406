/**
 * What a VMC board runs: it polls, takes one command after a poll, says what its motor did until that is acknowledged or was said six times,
 * and knows a command sent twice by its packet number while it has power. Pure: time, messages and edges in, messages and motor out.
 * Source: VMC - Upper Computer Communication Protocol, section 2 and 4.3.
 */
import type { VmcFromBoard, VmcToBoard } from '../../protocol/devices/dispenser-vmc.ts';

type Report = Extract<VmcFromBoard, { kind: 'dispensing' | 'selection' }>;

export interface VmcRam {
  /** Time since the last poll or report. Unit: ms of wire time. */
  readonly sinceMs: number;
  /** What the board said last and waits an answer for; null when it was answered. */
  readonly asked: 'poll' | 'report' | null;
  /** Reports not acknowledged yet, oldest first, and how often the first was said. */
  readonly reports: readonly Report[];
  readonly said: number;
  readonly packet: number;
  /** Packet number of the last command; 0 after power-up. */
  readonly heard: number;
  readonly motorMs: number | null;
  readonly selection: number;
  /** Polls and reports that were answered in time, and those that were not. */
  readonly answered: number;
  readonly missed: number;
}

export const freshVmc: VmcRam = {
  ...{ sinceMs: 0, asked: null, reports: [], said: 0, packet: 0, heard: 0, motorMs: null, selection: 1, answered: 0, missed: 0 },
};

export interface VmcStep {
  readonly ram: VmcRam;
  readonly say: readonly VmcFromBoard[];
  readonly motorOn: boolean;
}

const pollEveryMs = 200;
const answerWithinMs = 100;
const resendsMax = 5;
const motorMsMax = 6_000;

const still = (ram: VmcRam, say: readonly VmcFromBoard[] = []): VmcStep => ({ ram, say, motorOn: ram.motorMs !== null });
const nextPacket = (packet: number) => (packet % 255) + 1;

function withReport(ram: VmcRam, report: { readonly kind: 'dispensing'; readonly status: 'running' | 'success' | 'jammed'; readonly code: number }): VmcRam {
  const packet = nextPacket(ram.packet);
  return { ...ram, packet, reports: [...ram.reports, { ...report, packet, selection: ram.selection }] };
}

/** `elapsedMs` of wire time for the talk. */
export function tickTalk(ram: VmcRam, elapsedMs: number): VmcStep {
  const sinceMs = ram.sinceMs + elapsedMs;
  const late = ram.asked !== null && sinceMs > answerWithinMs;
  const waited: VmcRam = { ...ram, sinceMs, asked: late ? null : ram.asked, missed: ram.missed + (late ? 1 : 0) };
  if (sinceMs < pollEveryMs) return still(waited);
  const [report, ...rest] = waited.reports;
  if (report === undefined) return still({ ...waited, sinceMs: 0, asked: 'poll' }, [{ kind: 'poll' }]);
  if (waited.said > resendsMax) return still({ ...waited, sinceMs: 0, asked: 'poll', reports: rest, said: 0 }, [{ kind: 'poll' }]);
  return still({ ...waited, sinceMs: 0, asked: 'report', said: waited.said + 1 }, [report]);
}

/** `elapsedMs` of village time for the motor; `dropped` when something passed the sensor. */
export function tickMotor(ram: VmcRam, elapsedMs: number, dropped: boolean): VmcStep {
  if (ram.motorMs === null) return still(ram);
  const motorMs = ram.motorMs + elapsedMs;
  if (!dropped && motorMs < motorMsMax) return still({ ...ram, motorMs });
  const stopped = { ...ram, motorMs: null };
  return still(
    dropped ? withReport(stopped, { kind: 'dispensing', status: 'success', code: 2 }) : withReport(stopped, { kind: 'dispensing', status: 'jammed', code: 3 }),
  );
}

/** A message from the upper computer. Outside the time for an answer it is not heard. */
export function hearMessage(ram: VmcRam, message: VmcToBoard, hasStock: boolean): VmcStep {
  if (ram.asked === null) return still(ram);
  const taken: VmcRam = { ...ram, asked: null, answered: ram.answered + 1 };
  if (message.kind === 'ack') return still(ram.asked === 'report' ? { ...taken, reports: taken.reports.slice(1), said: 0 } : taken);
  if (ram.asked === 'report') return still(taken);
  const known: VmcRam = { ...taken, heard: message.packet };
  if (message.packet === ram.heard) return still(known, [{ kind: 'ack' }]);
  if (message.kind === 'check') {
    const packet = nextPacket(ram.packet);
    const state = hasStock ? ({ status: 'normal', code: 1 } as const) : ({ status: 'outOfStock', code: 2 } as const);
    return still({ ...known, packet, reports: [...known.reports, { kind: 'selection', packet, ...state, selection: message.selection }] }, [{ kind: 'ack' }]);
  }
  if (ram.motorMs !== null) return still(known, [{ kind: 'ack' }]);
  return still(withReport({ ...known, motorMs: 0, selection: message.selection }, { kind: 'dispensing', status: 'running', code: 1 }), [{ kind: 'ack' }]);
}
