/** Learning sessions and who attended, volunteering lists, and grades of doors with what became of them. */
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE learning_session (session TEXT PRIMARY KEY, day TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE learning_attendance (
  session TEXT NOT NULL,
  household TEXT NOT NULL,
  month TEXT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (session, household)
) STRICT, WITHOUT ROWID;
CREATE INDEX learning_by_household ON learning_attendance (household, month);
CREATE TABLE volunteer_list (
  activity TEXT PRIMARY KEY,
  day TEXT NOT NULL,
  households TEXT NOT NULL,
  listed_by TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('listed', 'confirmed', 'rejected'))
) STRICT, WITHOUT ROWID;
CREATE TABLE volunteering (
  activity TEXT NOT NULL,
  household TEXT NOT NULL,
  month TEXT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (activity, household)
) STRICT, WITHOUT ROWID;
CREATE INDEX volunteering_by_household ON volunteering (household, month);
CREATE TABLE evaluation (
  household TEXT NOT NULL,
  stream TEXT NOT NULL,
  day TEXT NOT NULL,
  revision INTEGER NOT NULL CHECK (revision >= 1),
  grade TEXT NOT NULL,
  reason TEXT,
  outcome TEXT NOT NULL,
  operator TEXT NOT NULL,
  second TEXT,
  entered_ms INTEGER NOT NULL,
  observed_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('effective', 'superseded', 'overturned')),
  appeal TEXT NOT NULL CHECK (appeal IN ('none', 'open', 'decided')),
  PRIMARY KEY (household, stream, day, revision)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX evaluation_effective ON evaluation (household, stream, day) WHERE state = 'effective';
CREATE INDEX evaluation_warned ON evaluation (household) WHERE state = 'effective' AND outcome = 'warned';
CREATE INDEX evaluation_appealed ON evaluation (entered_ms) WHERE appeal = 'open' AND state = 'effective';
`;

const which = 'household = @household AND stream = @stream AND day = @day AND revision = @revision';

function prepare(db: Sqlite) {
  return {
    open: db.prepare('INSERT INTO learning_session (session, day) VALUES (@session, @day)'),
    attend: db.prepare(`INSERT INTO learning_attendance (session, household, month, outcome)
      SELECT session, @household, substr(day, 1, 7), @outcome FROM learning_session WHERE session = @session`),
    list: db.prepare("INSERT INTO volunteer_list (activity, day, households, listed_by, state) VALUES (@activity, @day, @households, @operator, 'listed')"),
    confirm: db.prepare("UPDATE volunteer_list SET state = 'confirmed' WHERE activity = ?"),
    volunteer: db.prepare(`INSERT INTO volunteering (activity, household, month, outcome)
      SELECT activity, @household, substr(day, 1, 7), @outcome FROM volunteer_list WHERE activity = @activity`),
    reject: db.prepare("UPDATE volunteer_list SET state = 'rejected' WHERE activity = ?"),
    grade:
      db.prepare(`INSERT INTO evaluation (household, stream, day, revision, grade, reason, outcome, operator, second, entered_ms, observed_ms, state, appeal)
      VALUES (@household, @stream, @day, @revision, @grade, @reason, @outcome, @operator, @second, @atMs, @observedMs,
        CASE @outcome WHEN 'outdated' THEN 'superseded' ELSE 'effective' END, 'none')`),
    confirmGrade: db.prepare(`UPDATE evaluation SET observed_ms = @observedMs WHERE ${which}`),
    supersede: db.prepare(`UPDATE evaluation SET state = 'superseded' WHERE ${which}`),
    appeal: db.prepare(`UPDATE evaluation SET appeal = 'open' WHERE ${which}`),
    decide: db.prepare(`UPDATE evaluation SET appeal = 'decided', state = CASE @upheld WHEN 1 THEN 'overturned' ELSE state END WHERE ${which}`),
  };
}

export const earningProjection = defineProjection({
  tables: ['learning_session', 'learning_attendance', 'volunteer_list', 'volunteering', 'evaluation'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'learning.session.opened': (rows, { session, day }) => void rows.open.run({ session, day }),
    'learning.attended': (rows, { session, household, outcome }) => void rows.attend.run({ session, household, outcome }),
    'volunteer.listed': (rows, { activity, day, households, operator }) =>
      void rows.list.run({ activity, day, operator, households: JSON.stringify(households) }),
    'volunteer.confirmed': (rows, { activity, household, outcome }) => {
      rows.volunteer.run({ activity, household, outcome });
      rows.confirm.run(activity);
    },
    'volunteer.rejected': (rows, { activity }) => void rows.reject.run(activity),
    'evaluation.recorded': (rows, { household, stream, day, revision, grade, reason, outcome, observedMs, operator, second }, { atMs }) =>
      void rows.grade.run({ household, stream, day, revision, grade, reason, outcome, observedMs, operator, second, atMs }),
    'evaluation.confirmed': (rows, { household, stream, day, revision, observedMs }) =>
      void rows.confirmGrade.run({ household, stream, day, revision, observedMs }),
    'evaluation.superseded': (rows, { household, stream, day, revision }) => void rows.supersede.run({ household, stream, day, revision }),
    'evaluation.appealed': (rows, { household, stream, day, revision }) => void rows.appeal.run({ household, stream, day, revision }),
    'evaluation.appeal.decided': (rows, { household, stream, day, revision, upheld }) =>
      void rows.decide.run({ household, stream, day, revision, upheld: upheld ? 1 : 0 }),
  },
});
