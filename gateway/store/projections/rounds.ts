/** Collection rounds with their stops, intakes of the station and batches of compost. It must read nothing but the events and these rows. */
import type { EventPayload } from '../../../protocol/events.ts';
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE round (
  round INTEGER PRIMARY KEY,
  cart TEXT NOT NULL,
  tare_grams INTEGER NOT NULL,
  day TEXT NOT NULL,
  operator TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'takenIn')),
  stops INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  grams INTEGER NOT NULL DEFAULT 0,
  weighings INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX round_open ON round (cart) WHERE state = 'open';
CREATE TABLE round_house (
  round INTEGER NOT NULL REFERENCES round,
  household TEXT NOT NULL,
  visit TEXT NOT NULL CHECK (visit IN ('stop', 'skipped')),
  reason TEXT,
  PRIMARY KEY (round, household)
) STRICT, WITHOUT ROWID;
CREATE TABLE intake (
  intake INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,
  day TEXT NOT NULL,
  rounds TEXT NOT NULL,
  loads TEXT NOT NULL,
  expected_grams INTEGER NOT NULL,
  measured_grams INTEGER NOT NULL,
  weighings INTEGER NOT NULL,
  stop_weighings INTEGER NOT NULL,
  reversed INTEGER NOT NULL DEFAULT 0 CHECK (reversed IN (0, 1))
) STRICT;
CREATE INDEX intake_by_day ON intake (day);
CREATE TABLE balance_alert (
  seq INTEGER PRIMARY KEY,
  scope TEXT NOT NULL,
  day TEXT NOT NULL,
  number INTEGER,
  expected_grams INTEGER NOT NULL,
  measured_grams INTEGER NOT NULL,
  tolerance_grams INTEGER NOT NULL
) STRICT;
CREATE TABLE compost_batch (
  batch INTEGER PRIMARY KEY,
  input_grams INTEGER NOT NULL,
  compost_grams INTEGER NOT NULL,
  residue_grams INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
`;

function prepare(db: Sqlite) {
  return {
    start: db.prepare("INSERT INTO round (round, cart, tare_grams, day, operator, state) VALUES (@round, @cart, @tareGrams, @day, @operator, 'open')"),
    stop: db.prepare('UPDATE round SET stops = stops + 1, grams = grams + @grams, weighings = weighings + @weighings WHERE round = @round'),
    skip: db.prepare('UPDATE round SET skipped = skipped + 1 WHERE round = ?'),
    // A house that was skipped and gave something after all counts as a stop.
    unskip: db.prepare(`UPDATE round SET skipped = skipped - 1 WHERE round = @round
      AND EXISTS (SELECT 1 FROM round_house h WHERE h.round = @round AND h.household = @household AND h.visit = 'skipped')`),
    visit: db.prepare(`INSERT INTO round_house (round, household, visit, reason) VALUES (@round, @household, @visit, @reason)
      ON CONFLICT DO UPDATE SET visit = excluded.visit, reason = excluded.reason`),
    state: db.prepare('UPDATE round SET state = @state WHERE round = @round'),
    intake: db.prepare(`INSERT INTO intake (intake, seq, day, rounds, loads, expected_grams, measured_grams, weighings, stop_weighings)
      SELECT @intake, @seq, @day, @rounds, @loads, @expectedGrams, @measuredGrams, @weighings, COALESCE(SUM(weighings), 0)
      FROM round WHERE round IN (SELECT value FROM json_each(@rounds))`),
    reverse: db.prepare('UPDATE intake SET reversed = 1 WHERE intake = ?'),
    alert: db.prepare(`INSERT INTO balance_alert (seq, scope, day, number, expected_grams, measured_grams, tolerance_grams)
      VALUES (@seq, @scope, @day, @number, @expectedGrams, @measuredGrams, @toleranceGrams)`),
    compost: db.prepare(`INSERT INTO compost_batch (batch, input_grams, compost_grams, residue_grams, at_ms)
      VALUES (@batch, @inputGrams, @compostGrams, @residueGrams, @atMs)`),
  };
}
/** Fields in one order, whatever order the event had them in: a rebuilt row is the same row. */
const loadsText = (loads: EventPayload<'intake.recorded'>['loads']): string =>
  JSON.stringify(
    loads.map(({ wasteClass, grossGrams, tareGrams, netGrams, purity, problems }) => ({ wasteClass, grossGrams, tareGrams, netGrams, purity, problems })),
  );
const sumOf = (loads: readonly { readonly netGrams: number }[]): number => loads.reduce((sum, { netGrams }) => sum + netGrams, 0);

export const roundProjection = defineProjection({
  tables: ['round', 'round_house', 'intake', 'balance_alert', 'compost_batch'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'round.started': (rows, { round, cart, tareGrams, day, operator }) => void rows.start.run({ round, cart, tareGrams, day, operator }),
    'round.stop.recorded': (rows, { round, household, loads }) => {
      rows.stop.run({ round, grams: sumOf(loads), weighings: loads.length });
      if (household === null) return;
      rows.unskip.run({ round, household });
      rows.visit.run({ round, household, visit: 'stop', reason: null });
    },
    'round.house.skipped': (rows, { round, household, reason }) => {
      rows.skip.run(round);
      rows.visit.run({ round, household, visit: 'skipped', reason });
    },
    'round.closed': (rows, { round }) => void rows.state.run({ round, state: 'closed' }),
    'intake.recorded': (rows, { intake, rounds, loads, expectedGrams, day }, { sequence: seq }) => {
      const measured = { measuredGrams: sumOf(loads), weighings: loads.length };
      rows.intake.run({ intake, seq, day, rounds: JSON.stringify(rounds), loads: loadsText(loads), expectedGrams, ...measured });
      for (const round of rounds) rows.state.run({ round, state: 'takenIn' });
    },
    'intake.reversed': (rows, { intake, rounds }) => {
      rows.reverse.run(intake);
      for (const round of rounds) rows.state.run({ round, state: 'closed' });
    },
    'balance.alert': (rows, { scope, day, number, expectedGrams, measuredGrams, toleranceGrams }, { sequence: seq }) =>
      void rows.alert.run({ seq, scope, day, number, expectedGrams, measuredGrams, toleranceGrams }),
    'compost.batch.recorded': (rows, { batch, inputGrams, compostGrams, residueGrams }, { atMs }) =>
      void rows.compost.run({ batch, inputGrams, compostGrams, residueGrams, atMs }),
    'station.load.sent': () => undefined,
    'recyclables.sorted': () => undefined,
  },
});
