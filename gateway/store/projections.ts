/**
 * Every table that is derived from the event log, subject by subject. They are never migrated: when a subject's text or rules change, all
 * are dropped and rebuilt from the log at the next start. All of it is a function of the events alone, row for row.
 */
import { createHash } from 'node:crypto';
import type { EventName } from '../../protocol/events.ts';
import type { Sqlite } from './database.ts';
import { type ApplyEvent, openProjection } from './projection.ts';
import { bagProjection } from './projections/bags.ts';
import { depositProjection } from './projections/deposits.ts';
import { deviceProjection } from './projections/devices.ts';
import { earningProjection } from './projections/earning.ts';
import { exportProjection } from './projections/exports.ts';
import { gridProjection } from './projections/grid.ts';
import { handheldProjection } from './projections/handhelds.ts';
import { householdProjection } from './projections/households.ts';
import { operatorProjection } from './projections/operators.ts';
import { oversightProjection } from './projections/oversight.ts';
import { peopleProjection } from './projections/people.ts';
import { pickupProjection } from './projections/pickups.ts';
import { pointsProjection } from './projections/points.ts';
import { openPostings, postingSql, postingTables } from './projections/postings.ts';
import { rollProjection } from './projections/rolls.ts';
import { roundProjection } from './projections/rounds.ts';
import { ruleProjection } from './projections/rules.ts';
import { shopProjection } from './projections/shop.ts';
import { takeBackProjection } from './projections/take-back.ts';
import { tradeProjection } from './projections/trade.ts';

const subjects = [
  peopleProjection,
  householdProjection,
  gridProjection,
  operatorProjection,
  handheldProjection,
  exportProjection,
  oversightProjection,
  ruleProjection,
  bagProjection,
  rollProjection,
  pointsProjection,
  earningProjection,
  shopProjection,
  deviceProjection,
  pickupProjection,
  roundProjection,
  tradeProjection,
  takeBackProjection,
  depositProjection,
] as const;
/** Every derived table, in the order they are made. */
export const projectionTables = [...postingTables, ...subjects.flatMap((subject) => subject.tables)];
const sql = [postingSql, ...subjects.map((subject) => subject.sql)].join('');

const nothing = (): undefined => undefined;

/** Events that change no row but those of their postings. */
const rowless = {
  'epoch.opened': nothing,
  'gateway.started': nothing,
  'config.activated': nothing,
  'clock.adjusted': nothing,
  'acceptance.reported': nothing,
  'roster.imported': nothing,
  'recyclables.received': nothing,
  'points.expired': nothing,
  'points.budget.warned': nothing,
  'learning.list.entered': nothing,
  'bin.hatch.ordered': nothing,
  'bin.hatch.opened': nothing,
} as const satisfies Partial<Record<EventName, ApplyEvent>>;

/** Names the text of the projections, so that a changed program rebuilds instead of misreading old rows. */
export const projectionDigest = createHash('sha256')
  .update(sql)
  .update(JSON.stringify(subjects.map(({ rules }) => rules)))
  .digest('hex');

/** A function that applies one event; statements are prepared once. The tables must exist. */
export function openProjector(db: Sqlite): ApplyEvent {
  const post = openPostings(db);
  // One subject an event: an event that concerns two says so in two events, or the compiler finds a name missing here.
  const apply: Readonly<Record<EventName, ApplyEvent>> = {
    ...rowless,
    ...openProjection(peopleProjection, db),
    ...openProjection(householdProjection, db),
    ...openProjection(gridProjection, db),
    ...openProjection(operatorProjection, db),
    ...openProjection(handheldProjection, db),
    ...openProjection(exportProjection, db),
    ...openProjection(oversightProjection, db),
    ...openProjection(ruleProjection, db),
    ...openProjection(bagProjection, db),
    ...openProjection(rollProjection, db),
    ...openProjection(pointsProjection, db),
    ...openProjection(earningProjection, db),
    ...openProjection(shopProjection, db),
    ...openProjection(deviceProjection, db),
    ...openProjection(pickupProjection, db),
    ...openProjection(roundProjection, db),
    ...openProjection(tradeProjection, db),
    ...openProjection(takeBackProjection, db),
    ...openProjection(depositProjection, db),
  };
  return (draft, mark) => {
    post(draft, mark);
    apply[draft.name](draft, mark);
  };
}

/** Drops every projection and makes the empty tables again. Call inside a transaction. */
export function resetProjections(db: Sqlite): void {
  for (const table of [...projectionTables].reverse()) db.exec(`DROP TABLE IF EXISTS ${table}`);
  db.exec(sql);
}

/** SHA-256 per table over all rows in key order: equal digests mean equal tables, row for row. */
export function digestProjections(db: Sqlite): Record<string, string> {
  const digests: Record<string, string> = {};
  for (const table of projectionTables) {
    const keys = (db.pragma(`table_info(${table})`) as { name: string; pk: number }[]).filter((column) => column.pk > 0).map((column) => column.name);
    const hash = createHash('sha256');
    for (const row of db
      .prepare(`SELECT * FROM ${table} ORDER BY ${keys.join(', ')}`)
      .raw()
      .iterate())
      hash.update(`${JSON.stringify(row)}\n`);
    digests[table] = hash.digest('hex');
  }
  return digests;
}
