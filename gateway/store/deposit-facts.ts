/** What is known of deposits at bins, and by day only where it is shown. It must never write. */
import type { EventPayload } from '../../protocol/events.ts';
import type { Sqlite } from './database.ts';

/** Where a session was. */
export type DepositPlace = Pick<EventPayload<'deposit.session.closed'>, 'session' | 'bin' | 'compartment' | 'wasteClass' | 'household'>;
/** Deposits of a day at a compartment. */
export interface DepositCount {
  readonly bin: string;
  readonly compartment: number;
  readonly wasteClass: string;
  readonly deposits: number;
  readonly timeouts: number;
}

export class DepositFacts {
  readonly #open;
  readonly #count;
  readonly #day;
  constructor(db: Sqlite) {
    this.#open = db.prepare<[string], DepositPlace>(
      'SELECT session, bin, compartment, waste_class AS wasteClass, household FROM deposit_session WHERE bin = ? AND ended IS NULL ORDER BY session',
    );
    this.#count = db.prepare<[string], number>('SELECT COUNT(*) FROM deposit_session WHERE bin = ?').pluck();
    this.#day = db.prepare<[string], DepositCount>(`SELECT bin, compartment, waste_class AS wasteClass, COUNT(*) AS deposits,
      SUM(CASE WHEN ended = 'timeout' THEN 1 ELSE 0 END) AS timeouts FROM deposit_session WHERE day = ? GROUP BY bin, compartment, waste_class ORDER BY bin, compartment`);
  }
  /** Sessions of a bin that nothing ended. */
  open(bin: string): DepositPlace[] {
    return this.#open.all(bin);
  }
  /** Name of the next session of a bin. */
  next(bin: string): string {
    return `${bin}-${(this.#count.get(bin) ?? 0) + 1}`;
  }
  /** `day`: `YYYY-MM-DD`. */
  onDay(day: string): DepositCount[] {
    return this.#day.all(day);
  }
}
