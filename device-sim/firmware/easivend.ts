/**
 * What an Easivend channel board runs: one sequence and its result in memory that a power cut clears, one motor, one drop sensor. A request
 * with the sequence it holds is answered with what it holds; any other makes it forget. Pure: request, edge or time in, answer and motor out.
 * Source: API_channelProtocol.c (CP_recv, CP_send, CP_poll) of github.com/github188/STC_bento.
 */
import type { EasivendReply, EasivendRequest } from '../../protocol/devices/dispenser-easivend.ts';

export interface ChannelRam {
  /** What a reply says now; sequence 0 after power-up, which no request can equal. */
  readonly held: EasivendReply;
  /** Time the motor has run; null while it stands. Unit: ms of village time. */
  readonly motorMs: number | null;
}

const well = { failed: false, busy: false, notHome: false, notTurned: false, notReturned: false, nothingDropped: false, sensorFaulty: false };
export const freshChannel: ChannelRam = { held: { kind: 'query', sequence: 0, column: 0, ...well }, motorMs: null };

/** A motor that has pushed nothing past the sensor by then is stopped. Unit: ms of village time. */
const motorMsMax = 6_000;

export function hearRequest(ram: ChannelRam, request: EasivendRequest): { readonly ram: ChannelRam; readonly reply: EasivendReply; readonly motorOn: boolean } {
  if (request.sequence === ram.held.sequence) return { ram, reply: ram.held, motorOn: false };
  // A board whose motor turns takes nothing new; it says so under the sequence it holds.
  if (ram.motorMs !== null) return { ram, reply: { ...ram.held, busy: true }, motorOn: false };
  const motorOn = request.kind === 'dispense';
  const held = { ...request, ...well, busy: motorOn };
  return { ram: { held, motorMs: motorOn ? 0 : null }, reply: held, motorOn };
}

/** Time passes while the motor runs; `dropped` when something passed the sensor. Returns the motor's new state. */
export function tickChannel(ram: ChannelRam, elapsedMs: number, dropped: boolean): { readonly ram: ChannelRam; readonly motorOn: boolean } {
  if (ram.motorMs === null) return { ram, motorOn: false };
  const motorMs = ram.motorMs + elapsedMs;
  if (dropped) return { ram: { held: { ...ram.held, busy: false }, motorMs: null }, motorOn: false };
  if (motorMs < motorMsMax) return { ram: { ...ram, motorMs }, motorOn: true };
  return { ram: { held: { ...ram.held, busy: false, failed: true, nothingDropped: true }, motorMs: null }, motorOn: false };
}
