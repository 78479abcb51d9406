/** Scales, bins and other devices as last told. */
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE scale_check (scale TEXT PRIMARY KEY, passed INTEGER NOT NULL CHECK (passed IN (0, 1)), seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE bin (
  bin TEXT NOT NULL,
  compartment INTEGER NOT NULL,
  fill_state TEXT NOT NULL CHECK (fill_state IN ('normal', 'plan', 'full')),
  level_percent INTEGER,
  alarm INTEGER NOT NULL CHECK (alarm IN (0, 1)),
  alarm_seq INTEGER,
  notified INTEGER NOT NULL DEFAULT 0 CHECK (notified IN (0, 1)),
  PRIMARY KEY (bin, compartment)
) STRICT, WITHOUT ROWID;
CREATE TABLE bin_level (
  bin TEXT NOT NULL,
  compartment INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  percent INTEGER NOT NULL,
  PRIMARY KEY (bin, compartment, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE device (device TEXT PRIMARY KEY, health TEXT NOT NULL CHECK (health IN ('online', 'offline')), seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/** Levels of a compartment a forecast looks back on: some four fillings. */
const levelsKept = 12;
/** What stands for a percent where the bin knows only full and room. */
const percentOf = { normal: 0, plan: 80, full: 100 } as const;

function prepare(db: Sqlite) {
  return {
    scaleCheck: db.prepare(
      'INSERT INTO scale_check (scale, passed, seq) VALUES (@scale, @passed, @seq) ON CONFLICT DO UPDATE SET passed = excluded.passed, seq = excluded.seq',
    ),
    binLevel: db.prepare(`INSERT INTO bin (bin, compartment, fill_state, level_percent, alarm) VALUES (@bin, @compartment, @fillState, @levelPercent, 0)
      ON CONFLICT DO UPDATE SET fill_state = excluded.fill_state, level_percent = excluded.level_percent`),
    binRose: db.prepare('INSERT INTO bin_level (bin, compartment, seq, at_ms, percent) VALUES (@bin, @compartment, @seq, @atMs, @percent)'),
    binForgets: db.prepare(`DELETE FROM bin_level WHERE bin = @bin AND compartment = @compartment AND seq NOT IN
      (SELECT seq FROM bin_level WHERE bin = @bin AND compartment = @compartment ORDER BY seq DESC LIMIT ${levelsKept})`),
    binAlarm:
      db.prepare(`INSERT INTO bin (bin, compartment, fill_state, level_percent, alarm, alarm_seq) VALUES (@bin, @compartment, 'normal', NULL, @alarm, @seq)
      ON CONFLICT DO UPDATE SET alarm = excluded.alarm, alarm_seq = excluded.alarm_seq, notified = 0`),
    binNotified: db.prepare('UPDATE bin SET notified = 1 WHERE bin = @bin AND compartment = @compartment AND alarm_seq = @alarm'),
    health: db.prepare(
      'INSERT INTO device (device, health, seq) VALUES (@device, @state, @seq) ON CONFLICT DO UPDATE SET health = excluded.health, seq = excluded.seq',
    ),
  };
}

export const deviceProjection = defineProjection({
  tables: ['scale_check', 'bin', 'bin_level', 'device'],
  rules: 2,
  sql,
  prepare,
  apply: {
    'device.health': (rows, { device, state }, { sequence: seq }) => void rows.health.run({ device, state, seq }),
    'scale.check.passed': (rows, { scale }, { sequence: seq }) => void rows.scaleCheck.run({ scale, passed: 1, seq }),
    'scale.check.failed': (rows, { scale }, { sequence: seq }) => void rows.scaleCheck.run({ scale, passed: 0, seq }),
    'bin.level.changed': (rows, { bin, compartment, fillState, levelPercent }, { sequence: seq, atMs }) => {
      rows.binLevel.run({ bin, compartment, fillState, levelPercent });
      rows.binRose.run({ bin, compartment, seq, atMs, percent: levelPercent ?? percentOf[fillState] });
      rows.binForgets.run({ bin, compartment });
    },
    'alarm.fire': (rows, { bin, compartment }, { sequence: seq }) => void rows.binAlarm.run({ bin, compartment, alarm: 1, seq }),
    'alarm.notified': (rows, { bin, compartment, alarm }) => void rows.binNotified.run({ bin, compartment, alarm }),
    'alarm.cleared': (rows, { bin, compartment }) => void rows.binAlarm.run({ bin, compartment, alarm: 0, seq: null }),
  },
});
