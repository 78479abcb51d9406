/** What people do with rolls, on the tables of bags.ts; and replacements, void bags, found bags and who traced one. */
import assert from 'node:assert/strict';
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE replacement (roll TEXT PRIMARY KEY, household TEXT NOT NULL, period TEXT NOT NULL, terms TEXT NOT NULL CHECK (terms IN ('free', 'points'))) STRICT, WITHOUT ROWID;
CREATE INDEX replacement_of_household ON replacement (household, period);
CREATE TABLE void_bag (roll TEXT NOT NULL, bag INTEGER NOT NULL, PRIMARY KEY (roll, bag)) STRICT, WITHOUT ROWID;
CREATE TABLE finding (
  finding INTEGER PRIMARY KEY,
  roll TEXT NOT NULL,
  bag INTEGER NOT NULL,
  owner TEXT,
  at TEXT,
  state TEXT NOT NULL CHECK (state IN ('open', 'own', 'lost', 'unclear'))
) STRICT;
CREATE INDEX finding_open ON finding (finding) WHERE state = 'open';
CREATE TABLE trace (
  trace INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  operator TEXT NOT NULL,
  household TEXT NOT NULL,
  roll TEXT NOT NULL,
  bag INTEGER NOT NULL,
  purpose TEXT NOT NULL
) STRICT;
CREATE INDEX trace_of_household ON trace (household, trace);
`;

function prepare(db: Sqlite) {
  return {
    arrive: db.prepare("INSERT INTO roll (roll, state, position, confirmed, batch, bags) VALUES (@roll, 'inStock', @seq, 0, @batch, @bags)"),
    hand: db.prepare(`INSERT INTO roll (roll, state, position, household, job, confirmed, period, issued)
      VALUES (@roll, 'issued', @seq, @household, NULL, 1, @period, @seq)
      ON CONFLICT DO UPDATE SET state = 'issued', household = excluded.household, confirmed = 1, period = excluded.period, issued = excluded.issued
      WHERE roll.state = 'inStock'`),
    take: db.prepare(`INSERT INTO quota (household, period, held, issued, extra) VALUES (@household, @period, 0, @issued, @extra)
      ON CONFLICT DO UPDATE SET issued = issued + excluded.issued, extra = extra + excluded.extra`),
    giveBack: db.prepare('UPDATE quota SET issued = issued - 1 WHERE household = @household AND period = @period'),
    standIn: db.prepare('UPDATE job SET manual_roll = @roll WHERE job = @job AND manual_roll IS NULL'),
    end: db.prepare("UPDATE roll SET state = @state, confirmed = 1 WHERE roll = @roll AND state = 'issued' AND household = @household"),
    settle: db.prepare('DELETE FROM unconfirmed WHERE roll = @roll'),
    writeOff: db.prepare("UPDATE roll SET state = 'void' WHERE roll = @roll AND state = 'inStock'"),
    unload: db.prepare("UPDATE roll SET state = 'inStock', dispenser = NULL WHERE roll = @roll AND state = 'inMagazine'"),
    replace: db.prepare('INSERT INTO replacement (roll, household, period, terms) VALUES (@roll, @household, @period, @terms)'),
    voidBag: db.prepare('INSERT INTO void_bag (roll, bag) VALUES (@roll, @bag) ON CONFLICT DO NOTHING'),
    find: db.prepare("INSERT INTO finding (finding, roll, bag, owner, at, state) VALUES (@seq, @roll, @bag, @owner, @at, 'open')"),
    answer: db.prepare("UPDATE finding SET state = @answer WHERE finding = @finding AND state = 'open'"),
    trace: db.prepare(
      'INSERT INTO trace (trace, at_ms, operator, household, roll, bag, purpose) VALUES (@seq, @atMs, @operator, @household, @roll, @bag, @purpose)',
    ),
    ...prepareSighting(db),
  };
}

/** A roll that was only assumed changes places with the one that was seen. */
function prepareSighting(db: Sqlite) {
  return {
    place: db.prepare<[string], Place>('SELECT state, dispenser, household, job, confirmed, period, issued FROM roll WHERE roll = ?'),
    put: db.prepare(`INSERT INTO roll (roll, state, dispenser, position, household, job, confirmed, period, issued)
      VALUES (@roll, @state, @dispenser, @seq, @household, @job, @confirmed, @period, @issued)
      ON CONFLICT DO UPDATE SET state = excluded.state, dispenser = excluded.dispenser, household = excluded.household, job = excluded.job,
        confirmed = excluded.confirmed, period = excluded.period, issued = excluded.issued`),
    doubtOf: db.prepare<[number, string | null], { place: number; dispenser: string }>(
      'SELECT place, dispenser FROM unconfirmed WHERE job = ? AND roll IS ? ORDER BY place LIMIT 1',
    ),
    resolve: db.prepare('DELETE FROM unconfirmed WHERE job = @job AND place = @place'),
    redoubt: db.prepare('UPDATE unconfirmed SET roll = @assumed WHERE roll = @roll'),
    jobPeriod: db.prepare<[number], string>('SELECT period FROM job WHERE job = ?').pluck(),
  };
}

type Rows = ReturnType<typeof prepare>;
interface Place {
  readonly state: string;
  readonly dispenser: string | null;
  readonly household: string | null;
  readonly job: number | null;
  readonly confirmed: number;
  readonly period: string | null;
  readonly issued: number | null;
}

function confirm(rows: Rows, { household, job, assumed, roll }: { household: string; job: number; assumed: string | null; roll: string }, seq: number): void {
  const doubt = rows.doubtOf.get(job, assumed);
  assert(doubt !== undefined, `job ${job} has no unconfirmed roll`);
  rows.resolve.run({ job, place: doubt.place });
  const { dispenser } = doubt;
  const seen = rows.place.get(roll);
  const period = rows.jobPeriod.get(job) ?? null;
  rows.put.run({ roll, state: 'issued', dispenser, seq, household, job, confirmed: 1, period, issued: seq });
  if (assumed === roll) return;
  rows.redoubt.run({ assumed, roll });
  if (assumed === null) return;
  // A label nobody read while loading: the roll assumed has never left the magazine.
  const inMagazine: Place = { state: 'inMagazine', dispenser, household: null, job: null, confirmed: 0, period: null, issued: null };
  rows.put.run({ roll: assumed, seq, ...(seen === undefined || seen.state === 'inStock' ? inMagazine : seen) });
}

/** A roll leaves its household; whether it was the right one no longer matters. */
function endRoll(rows: Rows, state: 'lost' | 'damaged' | 'returned', { roll, household }: { roll: string; household: string }): void {
  assert.equal(rows.end.run({ state, roll, household }).changes, 1, `${roll} is not with ${household}`);
  rows.settle.run({ roll });
}

export const rollProjection = defineProjection({
  tables: ['replacement', 'void_bag', 'finding', 'trace'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'bag.manifest.imported': (rows, { rolls, batch, bagsPerRoll: bags }, { sequence: seq }) => {
      for (const roll of rolls) rows.arrive.run({ roll, batch, bags, seq });
    },
    'bag.roll.handed': (rows, { roll, household, period, reason, job }, { sequence: seq }) => {
      assert.equal(rows.hand.run({ roll, household, period, seq }).changes, 1, `${roll} is not in stock`);
      rows.take.run({ household, period, issued: 1, extra: reason === 'manual' ? 1 : 0 });
      if (job !== null) rows.standIn.run({ roll, job });
    },
    'bag.roll.confirmed': (rows, data, { sequence }) => confirm(rows, data, sequence),
    'bag.roll.lost': (rows, data) => endRoll(rows, 'lost', data),
    'bag.replacement.granted': (rows, { roll, household, period, terms }) => {
      rows.replace.run({ roll, household, period, terms });
      rows.take.run({ household, period, issued: 0, extra: 1 });
    },
    'bag.roll.damaged': (rows, { roll, household, period, voidBags }) => {
      endRoll(rows, 'damaged', { roll, household });
      for (const bag of voidBags) rows.voidBag.run({ roll, bag });
      rows.take.run({ household, period, issued: 0, extra: 1 });
    },
    'bag.roll.returned': (rows, { roll, household, period }) => {
      endRoll(rows, 'returned', { roll, household });
      rows.giveBack.run({ household, period });
    },
    'bag.roll.voided': (rows, { roll }) => assert.equal(rows.writeOff.run({ roll }).changes, 1, `${roll} is not in stock`),
    'bag.roll.unloaded': (rows, { roll }) => assert.equal(rows.unload.run({ roll }).changes, 1, `${roll} is in no magazine`),
    'bag.extra.approved': (rows, { household, period, rolls }) => void rows.take.run({ household, period, issued: 0, extra: rolls }),
    'bag.found': (rows, { roll, bag, owner, at }, { sequence: seq }) => void rows.find.run({ seq, roll, bag, owner, at }),
    'bag.finding.answered': (rows, { finding, answer }) => assert.equal(rows.answer.run({ finding, answer }).changes, 1, `finding ${finding} is not open`),
    'bag.traced': (rows, { operator, household, roll, bag, purpose }, { sequence: seq, atMs }) =>
      void rows.trace.run({ seq, atMs, operator, household, roll, bag, purpose }),
  },
});
