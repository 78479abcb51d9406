/** Deposits at bins with a reader: by day, never by the hour, for that would tell who is at home. It must read nothing but the events. */
import { dayOf } from '../../core/calendar.ts';
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE deposit_session (
  session TEXT PRIMARY KEY,
  bin TEXT NOT NULL,
  compartment INTEGER NOT NULL,
  waste_class TEXT NOT NULL,
  household TEXT,
  day TEXT NOT NULL,
  ended TEXT,
  rise_percent INTEGER,
  net_grams INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX deposit_by_bin ON deposit_session (bin);
CREATE INDEX deposit_by_day ON deposit_session (day);
`;

const prepare = (db: Sqlite) => ({
  open: db.prepare(`INSERT INTO deposit_session (session, bin, compartment, waste_class, household, day)
    VALUES (@session, @bin, @compartment, @wasteClass, @household, @day)`),
  close: db.prepare('UPDATE deposit_session SET ended = @ended, rise_percent = @risePercent, net_grams = @netGrams WHERE session = @session'),
});

export const depositProjection = defineProjection({
  tables: ['deposit_session'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'deposit.session.opened': (rows, { session, bin, compartment, wasteClass, household }, { atMs }) =>
      void rows.open.run({ session, bin, compartment, wasteClass, household, day: dayOf(atMs) }),
    'deposit.session.closed': (rows, { session, ended, risePercent, netGrams }) => void rows.close.run({ session, ended, risePercent, netGrams }),
  },
});
