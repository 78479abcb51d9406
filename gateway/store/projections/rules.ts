/** Rules and price lists as they were recorded. */
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE rule_set (version TEXT PRIMARY KEY, from_day TEXT NOT NULL, seq INTEGER NOT NULL, rules TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tariff (version TEXT PRIMARY KEY, seq INTEGER NOT NULL, tariff TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

function prepare(db: Sqlite) {
  return {
    rules: db.prepare('INSERT INTO rule_set (version, from_day, seq, rules) VALUES (@version, @from, @seq, @rules)'),
    tariff: db.prepare('INSERT INTO tariff (version, seq, tariff) VALUES (@version, @seq, @tariff)'),
  };
}

export const ruleProjection = defineProjection({
  tables: ['rule_set', 'tariff'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'rules.changed': (rows, { version, from, rules }, { sequence: seq }) => void rows.rules.run({ version, from, seq, rules: JSON.stringify(rules) }),
    'tariff.changed': (rows, { tariff }, { sequence: seq }) => void rows.tariff.run({ version: tariff.version, seq, tariff: JSON.stringify(tariff) }),
  },
});
