/**
 * Devices as pages and topics show them: what was last seen, and what the ledger holds of it. It must never invent what nothing can tell, nor
 * name a person.
 */
import type { CompartmentReading } from '../protocol/bin-reading.ts';
import type { DeviceHealth } from './core/device-health.ts';
import type { BinRow } from './store/device-facts.ts';

/** One device. */
export interface DeviceView {
  readonly id: string;
  readonly model: string;
  readonly state: DeviceHealth['state'];
  /** For people, one short phrase or nothing. */
  readonly note: string;
  /** For machines: what the ledger and the last status read say. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface CompartmentView {
  /** Counted from 1. */
  readonly compartment: number;
  /** As last seen, to the nearest 5, so that a trembling sensor does not fill the uplink; null while nothing can tell it. */
  readonly levelPercent: number | null;
  readonly fillState: BinRow['fillState'];
  readonly alarm: boolean;
}

/** Every compartment of a bin that was seen, or that the ledger knows of, in order. */
export function showCompartments(look: readonly CompartmentReading[], ledger: readonly BinRow[], bin: string): readonly CompartmentView[] {
  const known = ledger.filter((row) => row.bin === bin);
  const numbers = new Set([...look, ...known].map(({ compartment }) => compartment));
  return [...numbers]
    .sort((a, b) => a - b)
    .map((compartment) => {
      const seen = look.find((one) => one.compartment === compartment);
      const row = known.find((one) => one.compartment === compartment);
      const levelPercent = seen?.levelPercent == null ? null : Math.round(seen.levelPercent / 5) * 5;
      return { compartment, levelPercent, fillState: row?.fillState ?? 'normal', alarm: row?.alarm ?? false };
    });
}
