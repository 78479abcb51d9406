/** The two-level grid as it is now: who looks after which household, and who after whom. */
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE grid_household (household TEXT PRIMARY KEY REFERENCES household, party_member TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX grid_household_by_member ON grid_household (party_member);
CREATE TABLE grid_member (party_member TEXT PRIMARY KEY, cadre TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

function prepare(db: Sqlite) {
  return {
    assign: db.prepare('INSERT INTO grid_household (household, party_member) VALUES (?, ?) ON CONFLICT DO UPDATE SET party_member = excluded.party_member'),
    release: db.prepare('DELETE FROM grid_household WHERE household = ?'),
    report: db.prepare('INSERT INTO grid_member (party_member, cadre) VALUES (?, ?) ON CONFLICT DO UPDATE SET cadre = excluded.cadre'),
    part: db.prepare('DELETE FROM grid_member WHERE party_member = ?'),
  };
}

export const gridProjection = defineProjection({
  tables: ['grid_household', 'grid_member'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'grid.assigned': (rows, { household, partyMember }) => void (partyMember === null ? rows.release.run(household) : rows.assign.run(household, partyMember)),
    'grid.cadre.assigned': (rows, { partyMember, cadre }) => void (cadre === null ? rows.part.run(partyMember) : rows.report.run(partyMember, cadre)),
  },
});
