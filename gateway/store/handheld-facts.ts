/** What decisions may know about handhelds, and what one needs to check bags and cards without a network. */
import type { Handheld } from '../core/handhelds.ts';
import type { Sqlite } from './database.ts';

/** A roll that was given to a household and may still be traced. */
export interface IssuedRoll {
  readonly roll: string;
  readonly household: string;
  readonly period: string;
  readonly state: 'issued' | 'lost';
  readonly confirmed: 0 | 1;
}

export class HandheldFacts {
  readonly #one;
  readonly #all;
  readonly #issued;
  constructor(db: Sqlite) {
    const columns = 'device, public_key AS publicKey, state, since_ms AS sinceMs';
    this.#one = db.prepare<[string], Handheld>(`SELECT ${columns} FROM handheld WHERE device = ?`);
    this.#all = db.prepare<[number], Handheld>(`SELECT ${columns} FROM handheld ORDER BY state, device LIMIT ?`);
    this.#issued = db.prepare<[string, number], IssuedRoll>(`SELECT roll, household, period, state, confirmed FROM roll
      WHERE state IN ('issued', 'lost') AND household IS NOT NULL AND period >= ? ORDER BY issued DESC LIMIT ?`);
  }
  one(device: string): Handheld | undefined {
    return this.#one.get(device);
  }
  list(limit: number): Handheld[] {
    return this.#all.all(limit);
  }
  /** Rolls given out for the month `period` or a later one, the newest first. */
  issuedRolls(period: string, limit: number): IssuedRoll[] {
    return this.#issued.all(period, limit);
  }
}
