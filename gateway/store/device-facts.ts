/** What decisions may know about weighings, bins and device health. */
import type { Sqlite } from './database.ts';

export class WeighingFacts {
  readonly #next;
  readonly #lastCheck;
  constructor(db: Sqlite) {
    this.#lastCheck = db.prepare<[string], { passed: number; atMs: number }>(
      'SELECT passed, at_ms AS atMs FROM scale_check JOIN event USING (seq) WHERE scale = ?',
    );
    this.#next = db.prepare<[string], number>('SELECT COALESCE(MAX(alibi), 0) + 1 FROM weighing WHERE scale = ?').pluck();
  }
  /** Next alibi number of a scale; they have no gaps. */
  nextAlibi(scale: string): number {
    return this.#next.get(scale) ?? 1;
  }
  /** When a check weight was last put on a scale, in village time, and whether it passed. */
  lastCheck(scale: string): { readonly passed: boolean; readonly atMs: number } | null {
    const row = this.#lastCheck.get(scale);
    return row === undefined ? null : { passed: row.passed === 1, atMs: row.atMs };
  }
}

export interface BinRow {
  readonly bin: string;
  readonly compartment: number;
  readonly fillState: 'normal' | 'plan' | 'full';
  /** At the last change of the fill state; null before one. */
  readonly levelPercent: number | null;
  readonly alarm: boolean;
}

/** `alarm` is the number of its alarm.fire. */
export interface UnheardAlarm {
  readonly bin: string;
  readonly compartment: number;
  readonly alarm: number;
}

export class BinFacts {
  readonly #all;
  readonly #unheard;
  constructor(db: Sqlite) {
    this.#all = db.prepare<[], Omit<BinRow, 'alarm'> & { alarm: number }>(
      'SELECT bin, compartment, fill_state AS fillState, level_percent AS levelPercent, alarm FROM bin ORDER BY bin, compartment',
    );
    this.#unheard = db.prepare<[], UnheardAlarm>(
      'SELECT bin, compartment, alarm_seq AS alarm FROM bin WHERE alarm = 1 AND notified = 0 ORDER BY bin, compartment',
    );
  }
  /** Compartments with a fire alarm nobody was told of yet. */
  unheardAlarms(): UnheardAlarm[] {
    return this.#unheard.all();
  }
  state(): BinRow[] {
    return this.#all.all().map((row) => ({ ...row, alarm: row.alarm === 1 }));
  }
}

export class DeviceFacts {
  readonly #all;
  constructor(db: Sqlite) {
    this.#all = db.prepare<[], { device: string; health: 'online' | 'offline' }>('SELECT device, health FROM device ORDER BY device');
  }
  health(): { device: string; health: 'online' | 'offline' }[] {
    return this.#all.all();
  }
}
