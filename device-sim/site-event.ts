/**
 * Everything the simulator tells about itself, one JSON object an event: what main.ts prints and what tests and a panel read. Motor
 * starts and rolls are physical facts, told as they happen; `households` are positions in the card file, never cards or names.
 */
import type { VisitOutcome } from './physics/village.ts';

/** Facts of one machine. Counters are those of the board after the fact. */
export type MachineEvent =
  | { readonly event: 'motor-start'; readonly device: string; readonly job: number | null; readonly label: string | null; readonly ctrStart: number }
  | {
      readonly event: 'roll-out';
      readonly device: string;
      readonly job: number | null;
      readonly label: string;
      readonly ctrOut: number;
      readonly ctrTest: number;
    }
  | { readonly event: 'power'; readonly device: string; readonly on: boolean }
  /** What a receipt printer cut off. */
  | { readonly event: 'slip'; readonly device: string; readonly lines: readonly string[] }
  /** What the network took from a modem. */
  | { readonly event: 'sms'; readonly device: string; readonly number: string; readonly text: string }
  | { readonly event: 'lock-pulse'; readonly device: string; readonly compartment: number; readonly pulseMs: number };

export type SiteEvent =
  | MachineEvent
  | { readonly event: 'listening'; readonly line: string; readonly address: string; readonly port: number | null }
  | { readonly event: 'ready' }
  | { readonly event: 'link'; readonly line: string; readonly state: 'open' | 'lost'; readonly reason: string | null }
  | { readonly event: 'scan'; readonly reader: string; readonly what: 'card' | 'label' | 'material' | 'text'; readonly heard: boolean }
  | { readonly event: 'tray'; readonly device: string; readonly grams: number }
  | { readonly event: 'door'; readonly device: string; readonly open: boolean }
  | { readonly event: 'roll-loaded'; readonly device: string; readonly rolls: number }
  | { readonly event: 'bin-emptied'; readonly device: string; readonly compartment: number }
  | { readonly event: 'smoke'; readonly device: string; readonly compartment: number; readonly on: boolean }
  | { readonly event: 'fault'; readonly fault: string; readonly on: boolean }
  | { readonly event: 'visit'; readonly place: string; readonly household: number; readonly outcome: VisitOutcome; readonly waitedMs: number }
  | { readonly event: 'panel'; readonly url: string }
  | { readonly event: 'step'; readonly atMs: number; readonly order: { readonly do: string }; readonly refused: string | null }
  | { readonly event: 'expected'; readonly met: boolean; readonly text: string; readonly seen: string }
  | { readonly event: 'played'; readonly scenario: string; readonly ok: boolean }
  | { readonly event: 'control'; readonly ok: true; readonly do: string }
  | { readonly event: 'control'; readonly ok: false; readonly reason: string };
