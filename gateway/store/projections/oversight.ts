/** Samples and reviews of doors, inspections with what they found and when it was put right, devices out of service and their repairs. */
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE review_sample (day TEXT PRIMARY KEY, drawn INTEGER NOT NULL, population INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE review_door (day TEXT NOT NULL REFERENCES review_sample, household TEXT NOT NULL, PRIMARY KEY (day, household)) STRICT, WITHOUT ROWID;
CREATE TABLE daily_review (
  day TEXT NOT NULL,
  household TEXT NOT NULL,
  stream TEXT NOT NULL,
  grade TEXT NOT NULL,
  reason TEXT,
  operator TEXT NOT NULL,
  PRIMARY KEY (day, household, stream)
) STRICT, WITHOUT ROWID;
CREATE TABLE inspection (
  inspection TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('thirdParty', 'supervision')),
  day TEXT NOT NULL,
  month TEXT NOT NULL,
  score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 100),
  band TEXT,
  rectify_by TEXT,
  operator TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX inspection_of_month ON inspection (month) WHERE kind = 'thirdParty';
CREATE INDEX inspection_by_day ON inspection (day);
CREATE TABLE inspection_finding (
  inspection TEXT NOT NULL REFERENCES inspection,
  item TEXT NOT NULL,
  rectified_ms INTEGER,
  PRIMARY KEY (inspection, item)
) STRICT, WITHOUT ROWID;
CREATE TABLE out_of_service (device TEXT PRIMARY KEY, reason TEXT NOT NULL, alternative TEXT, since_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE repair (
  seq INTEGER PRIMARY KEY,
  device TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('withdrawn', 'repaired', 'returned')),
  note TEXT,
  parts TEXT NOT NULL,
  operator TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX repair_of_device ON repair (device, seq);
`;

function prepare(db: Sqlite) {
  return {
    sample: db.prepare('INSERT INTO review_sample (day, drawn, population) VALUES (@day, @drawn, @of)'),
    door: db.prepare('INSERT INTO review_door (day, household) VALUES (?, ?)'),
    review: db.prepare(
      'INSERT INTO daily_review (day, household, stream, grade, reason, operator) VALUES (@day, @household, @stream, @grade, @reason, @operator)',
    ),
    inspect: db.prepare(`INSERT INTO inspection (inspection, kind, day, month, score, band, rectify_by, operator)
      VALUES (@inspection, @kind, @day, @month, @score, @band, @rectifyBy, @operator)`),
    find: db.prepare('INSERT INTO inspection_finding (inspection, item) VALUES (?, ?)'),
    rectify: db.prepare('UPDATE inspection_finding SET rectified_ms = @atMs WHERE inspection = @inspection AND item = @item'),
    withdraw: db.prepare(`INSERT INTO out_of_service (device, reason, alternative, since_ms) VALUES (@device, @reason, @alternative, @atMs)
      ON CONFLICT DO UPDATE SET reason = excluded.reason, alternative = excluded.alternative`),
    giveBack: db.prepare('DELETE FROM out_of_service WHERE device = ?'),
    log: db.prepare('INSERT INTO repair (seq, device, kind, note, parts, operator, at_ms) VALUES (@seq, @device, @kind, @note, @parts, @operator, @atMs)'),
  };
}

export const oversightProjection = defineProjection({
  tables: ['review_sample', 'review_door', 'daily_review', 'inspection', 'inspection_finding', 'out_of_service', 'repair'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'review.sampled': (rows, { day, households, of }) => {
      rows.sample.run({ day, drawn: households.length, of });
      for (const household of households) rows.door.run(day, household);
    },
    'review.daily': (rows, { day, household, stream, grade, reason, operator }) => void rows.review.run({ day, household, stream, grade, reason, operator }),
    'supervision.visited': (rows, { inspection, day, score, findings, rectifyBy, operator }) => {
      rows.inspect.run({ inspection, kind: 'supervision', day, month: day.slice(0, 7), score, band: null, rectifyBy, operator });
      for (const { item } of findings) rows.find.run(inspection, item);
    },
    'inspection.monthly': (rows, { inspection, day, month, score, band, findings, rectifyBy, operator }) => {
      rows.inspect.run({ inspection, kind: 'thirdParty', day, month, score, band, rectifyBy, operator });
      for (const { item } of findings) rows.find.run(inspection, item);
    },
    'inspection.rectified': (rows, { inspection, item }, { atMs }) => void rows.rectify.run({ inspection, item, atMs }),
    'device.withdrawn': (rows, { device, reason, alternative, operator }, { sequence: seq, atMs }) => {
      rows.withdraw.run({ device, reason, alternative, atMs });
      rows.log.run({ seq, device, kind: 'withdrawn', note: reason, parts: '[]', operator, atMs });
    },
    'device.repaired': (rows, { device, work, parts, operator }, { sequence: seq, atMs }) =>
      void rows.log.run({ seq, device, kind: 'repaired', note: work, parts: JSON.stringify(parts), operator, atMs }),
    'device.returned': (rows, { device, operator }, { sequence: seq, atMs }) => {
      rows.giveBack.run(device);
      rows.log.run({ seq, device, kind: 'returned', note: null, parts: '[]', operator, atMs });
    },
  },
});
