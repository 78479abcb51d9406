/** What decisions may know about operators: functions, roles and keyed hashes of badges, never a name. */
import type { Role } from '../../protocol/roles.ts';
import type { Sqlite } from './database.ts';

export interface OperatorRow {
  readonly operator: string;
  readonly roles: readonly Role[];
  /** Keyed hash; null where none is known. */
  readonly ownHousehold: string | null;
  readonly badge: string;
  readonly state: 'active' | 'suspended';
}
type Stored = Omit<OperatorRow, 'roles'> & { readonly roles: string };

const read = (row: Stored): OperatorRow => ({ ...row, roles: JSON.parse(row.roles) as Role[] });

export class OperatorFacts {
  readonly #all;
  readonly #one;
  readonly #badge;
  readonly #due;
  constructor(db: Sqlite) {
    this.#all = db.prepare<[], Stored>('SELECT operator, roles, own_household AS ownHousehold, badge, state FROM operator ORDER BY operator');
    this.#one = db.prepare<[string], Stored>('SELECT operator, roles, own_household AS ownHousehold, badge, state FROM operator WHERE operator = ?');
    this.#badge = db.prepare<[string], Stored>('SELECT operator, roles, own_household AS ownHousehold, badge, state FROM operator WHERE badge = ?');
    this.#due = db
      .prepare<[number, number], string>(`SELECT operator FROM operator WHERE suspended_ms IS NOT NULL AND suspended_ms <= ?
        AND NOT EXISTS (SELECT 1 FROM erasure WHERE subject = operator.operator) ORDER BY suspended_ms LIMIT ?`)
      .pluck();
  }
  list(): OperatorRow[] {
    return this.#all.all().map(read);
  }
  one(operator: string): OperatorRow | undefined {
    const row = this.#one.get(operator);
    return row && read(row);
  }
  /** Operators suspended at or before `untilMs` whose name is not erased, oldest first. */
  erasuresDue(untilMs: number, limit: number): string[] {
    return this.#due.all(untilMs, limit);
  }
  /** By keyed hash of the badge. */
  byBadge(badge: string): OperatorRow | undefined {
    const row = this.#badge.get(badge);
    return row && read(row);
  }
}
