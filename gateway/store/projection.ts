/**
 * What a subject of the village derives from the event log: its tables, and one function an event name. It is applied in the transaction
 * that appends the event and again, in order, when the tables are rebuilt. Nothing but the event, its place and the rows already projected
 * may be read in it: no clock, no configuration, no other file.
 */
import type { EventDraft, EventName, EventPayload } from '../../protocol/events.ts';
import type { EpochMs } from '../../protocol/units.ts';
import type { Sqlite } from './database.ts';

/** Where and when an event stands, and what asked for it. */
export interface EventMark {
  readonly sequence: number;
  /** Recorded time; never earlier than that of the event before. */
  readonly atMs: EpochMs;
}

/** Tables and rules of one subject. `rules` goes up when old events come to mean other rows: every ledger is rebuilt then. */
export interface Projection<Rows, Name extends EventName> {
  /** In the order they are made; a table stands after those it refers to. */
  readonly tables: readonly string[];
  readonly rules: number;
  readonly sql: string;
  /** Statements, prepared once. */
  readonly prepare: (db: Sqlite) => Rows;
  readonly apply: { readonly [N in Name]: (rows: Rows, data: EventPayload<N>, mark: EventMark) => void };
}

export const defineProjection = <Rows, Name extends EventName>(projection: Projection<Rows, Name>): Projection<Rows, Name> => projection;

export type ApplyEvent = (draft: EventDraft, mark: EventMark) => void;

/** The projection on an open database: what each of its events does there. */
export function openProjection<Rows, Name extends EventName>({ prepare, apply }: Projection<Rows, Name>, db: Sqlite): Readonly<Record<Name, ApplyEvent>> {
  const rows = prepare(db);
  const names = Object.keys(apply) as Name[];
  const entries = names.map((name): [Name, ApplyEvent] => [name, (draft, mark) => apply[name](rows, draft.data as EventPayload<Name>, mark)]);
  return Object.fromEntries(entries) as Record<Name, ApplyEvent>;
}
