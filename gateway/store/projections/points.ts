/** Weighings, each once under a number of its scale without gaps; points awarded and taken, what became of them, and what waits for the committee. */
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE weighing (
  scale TEXT NOT NULL,
  alibi INTEGER NOT NULL CHECK (alibi >= 1),
  household TEXT,
  material TEXT NOT NULL,
  net_grams INTEGER NOT NULL CHECK (net_grams >= 1),
  certificate TEXT,
  seq INTEGER NOT NULL,
  PRIMARY KEY (scale, alibi)
) STRICT, WITHOUT ROWID;
CREATE TABLE point_entry (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('award', 'deduction')),
  household TEXT NOT NULL,
  source TEXT NOT NULL,
  day TEXT NOT NULL,
  material TEXT,
  reference TEXT NOT NULL,
  points INTEGER NOT NULL CHECK (points >= 0),
  undone INTEGER
) STRICT;
CREATE INDEX point_entry_by_day ON point_entry (household, day);
CREATE INDEX point_entry_by_reference ON point_entry (household, reference) WHERE source <> 'recyclables';
CREATE TABLE point_issue (
  month TEXT NOT NULL,
  source TEXT NOT NULL,
  points INTEGER NOT NULL,
  PRIMARY KEY (month, source)
) STRICT, WITHOUT ROWID;
CREATE TABLE point_queue (
  seq INTEGER PRIMARY KEY,
  household TEXT NOT NULL,
  source TEXT NOT NULL,
  day TEXT NOT NULL,
  points INTEGER NOT NULL CHECK (points >= 1),
  reference TEXT NOT NULL,
  tariff_version TEXT NOT NULL,
  rules_version TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'approved', 'rejected'))
) STRICT;
CREATE INDEX point_queue_open ON point_queue (seq) WHERE state = 'queued';
CREATE INDEX point_queue_by_reference ON point_queue (household, reference);
`;

function prepare(db: Sqlite) {
  return {
    weighing: db.prepare(`INSERT INTO weighing (scale, alibi, household, material, net_grams, certificate, seq)
      VALUES (@scale, @alibi, @household, @material, @netGrams, @certificate, @seq)`),
    enter: db.prepare(`INSERT INTO point_entry (seq, kind, household, source, day, material, reference, points)
      VALUES (@seq, @kind, @household, @source, @day, @material, @reference, @points)`),
    undo: db.prepare('UPDATE point_entry SET undone = ? WHERE seq = ? AND kind = ? AND undone IS NULL'),
    issue: db.prepare(`INSERT INTO point_issue (month, source, points) VALUES (@month, @source, @points)
      ON CONFLICT DO UPDATE SET points = points + excluded.points`),
    unissue: db.prepare(`UPDATE point_issue SET points = point_issue.points - @points FROM point_entry e
      WHERE e.seq = @reverses AND point_issue.month = substr(e.day, 1, 7) AND point_issue.source = e.source`),
    queue: db.prepare(`INSERT INTO point_queue (seq, household, source, day, points, reference, tariff_version, rules_version, state)
      VALUES (@seq, @household, @source, @day, @points, @reference, @tariffVersion, @rulesVersion, 'queued')`),
    settle: db.prepare("UPDATE point_queue SET state = ? WHERE seq = ? AND state = 'queued'"),
  };
}

export const pointsProjection = defineProjection({
  tables: ['weighing', 'point_entry', 'point_issue', 'point_queue'],
  rules: 2,
  sql,
  prepare,
  apply: {
    'weigh.committed': (rows, { scale, alibi, household, material, netGrams, certificate }, { sequence: seq }) =>
      void rows.weighing.run({ scale, alibi, household, material, netGrams, certificate, seq }),
    'points.awarded': (rows, { household, source, day, material, reference, points, queued }, { sequence: seq }) => {
      rows.enter.run({ seq, kind: 'award', household, source, day, material, reference, points });
      rows.issue.run({ month: day.slice(0, 7), source, points });
      if (queued !== null) rows.settle.run('approved', queued);
    },
    'points.queued': (rows, { household, source, day, points, reference, tariffVersion, rulesVersion }, { sequence: seq }) =>
      void rows.queue.run({ seq, household, source, day, points, reference, tariffVersion, rulesVersion }),
    'points.rejected': (rows, { queued }) => void rows.settle.run('rejected', queued),
    'points.deducted': (rows, { household, source, day, reference, points }, { sequence: seq }) =>
      void rows.enter.run({ seq, kind: 'deduction', household, source, day, material: null, reference, points }),
    'points.clawedback': (rows, { reverses, points }, { sequence }) => {
      rows.undo.run(sequence, reverses, 'award');
      rows.unissue.run({ reverses, points });
    },
    'points.restored': (rows, { reverses }, { sequence }) => void rows.undo.run(sequence, reverses, 'deduction'),
  },
});
