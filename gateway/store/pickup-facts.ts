/** What is known of pick-ups: which wait, and how compartments filled in the past. */
import type { PastLevel } from '../core/pickup-ranking.ts';
import type { Pickup } from '../core/pickups.ts';
import type { Sqlite } from './database.ts';

type Stored = Omit<Pickup, 'lines' | 'escalated'> & { readonly lines: string; readonly escalated: number };
const columns = 'request, bin, lines, state, truck, requested_ms AS requestedMs, escalated FROM pickup';
const read = ({ lines, escalated, ...row }: Stored): Pickup => ({ ...row, lines: JSON.parse(lines) as Pickup['lines'], escalated: escalated === 1 });

export class PickupFacts {
  readonly #one;
  readonly #waitingAt;
  readonly #waiting;
  readonly #last;
  readonly #levels;
  constructor(db: Sqlite) {
    const waits = "state IN ('open', 'acknowledged', 'enRoute')";
    this.#one = db.prepare<[number], Stored>(`SELECT ${columns} WHERE request = ?`);
    this.#waitingAt = db.prepare<[string], Stored>(`SELECT ${columns} WHERE bin = ? AND ${waits}`);
    this.#waiting = db.prepare<[number], Stored>(`SELECT ${columns} WHERE ${waits} ORDER BY request LIMIT ?`);
    this.#last = db.prepare<[], number>('SELECT COALESCE(MAX(request), 0) FROM pickup').pluck();
    this.#levels = db.prepare<[], PastLevel>('SELECT bin, compartment, at_ms AS atMs, percent FROM bin_level ORDER BY bin, compartment, seq');
  }
  one(request: number): Pickup | undefined {
    const row = this.#one.get(request);
    return row && read(row);
  }
  /** The request of a bin that waits, and the number of the next new one. */
  at(bin: string): { readonly waiting: Pickup | undefined; readonly next: number } {
    const row = this.#waitingAt.get(bin);
    return { waiting: row && read(row), next: (this.#last.get() ?? 0) + 1 };
  }
  /** What waits, oldest first. */
  waiting(limit: number): Pickup[] {
    return this.#waiting.all(limit).map(read);
  }
  /** The last levels of every compartment, oldest first; 100 stands for full and 0 for room where no sensor said more. */
  levels(): PastLevel[] {
    return this.#levels.all();
  }
}
