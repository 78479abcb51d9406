/** What decisions may know about the grid: functions of operators and pseudonyms of households. */
import type { Sqlite } from './database.ts';

export interface GridRow {
  readonly household: string;
  readonly members: number;
  readonly partyMember: string;
  readonly cadre: string | null;
}

export class GridFacts {
  readonly #assigned;
  readonly #cadre;
  readonly #rows;
  constructor(db: Sqlite) {
    this.#assigned = db.prepare<[string], string>('SELECT party_member FROM grid_household WHERE household = ?').pluck();
    this.#cadre = db.prepare<[string], string>('SELECT cadre FROM grid_member WHERE party_member = ?').pluck();
    this.#rows = db.prepare<[number], GridRow>(`SELECT g.household, h.members, g.party_member AS partyMember, m.cadre FROM grid_household g
      JOIN household h ON h.household = g.household AND h.closed_ms IS NULL LEFT JOIN grid_member m ON m.party_member = g.party_member
      ORDER BY g.party_member, g.household LIMIT ?`);
  }
  /** The party member who looks after a household; null for nobody. */
  partyMemberOf(household: string): string | null {
    return this.#assigned.get(household) ?? null;
  }
  /** The cadre a party member reports to; null for nobody. */
  cadreOf(partyMember: string): string | null {
    return this.#cadre.get(partyMember) ?? null;
  }
  /** Every household somebody looks after, by party member. */
  rows(limit: number): GridRow[] {
    return this.#rows.all(limit);
  }
}
