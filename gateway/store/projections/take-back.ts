/**
 * The ledger of hazardous waste and pesticide packaging, which nobody can change or delete, and campaigns. What lies here is a balance. It must
 * read nothing but the events and these rows.
 */
import type { EventPayload } from '../../../protocol/events.ts';
import type { TakeBackStream } from '../../../protocol/take-back.ts';
import type { Sqlite } from '../database.ts';
import { defineProjection, type EventMark } from '../projection.ts';

const sql = `
CREATE TABLE campaign (
  campaign TEXT PRIMARY KEY,
  stream TEXT NOT NULL CHECK (stream IN ('pesticide', 'hazardous')),
  from_day TEXT NOT NULL,
  to_day TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE take_back (
  seq INTEGER PRIMARY KEY,
  stream TEXT NOT NULL CHECK (stream IN ('pesticide', 'hazardous')),
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  day TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  household TEXT,
  farm TEXT,
  receiver TEXT,
  signature TEXT,
  transfer INTEGER,
  lines TEXT NOT NULL,
  net_grams INTEGER NOT NULL CHECK (net_grams >= 1)
) STRICT;
CREATE UNIQUE INDEX take_back_transfer ON take_back (stream, transfer) WHERE transfer IS NOT NULL;
CREATE INDEX take_back_by_day ON take_back (stream, day, seq);
CREATE TRIGGER take_back_no_update BEFORE UPDATE ON take_back BEGIN SELECT RAISE(ABORT, 'the law keeps this ledger'); END;
CREATE TRIGGER take_back_no_delete BEFORE DELETE ON take_back BEGIN SELECT RAISE(ABORT, 'the law keeps this ledger'); END;
CREATE TABLE take_back_open (
  stream TEXT PRIMARY KEY,
  pieces INTEGER NOT NULL CHECK (pieces >= 0),
  since_ms INTEGER,
  last_received_ms INTEGER,
  last_handed_over_ms INTEGER
) STRICT, WITHOUT ROWID;
`;

function prepare(db: Sqlite) {
  return {
    open: db.prepare('INSERT INTO campaign (campaign, stream, from_day, to_day) VALUES (@campaign, @stream, @from, @to)'),
    end: db.prepare('UPDATE campaign SET to_day = @day WHERE campaign = @campaign'),
    entry: db.prepare(`INSERT INTO take_back (seq, stream, direction, day, at_ms, household, farm, receiver, signature, transfer, lines, net_grams)
      VALUES (@seq, @stream, @direction, @day, @atMs, @household, @farm, @receiver, @signature, @transfer, @lines, @netGrams)`),
    came: db.prepare(`INSERT INTO take_back_open (stream, pieces, since_ms, last_received_ms) VALUES (@stream, @pieces, @atMs, @atMs)
      ON CONFLICT DO UPDATE SET pieces = pieces + excluded.pieces, since_ms = COALESCE(since_ms, excluded.since_ms), last_received_ms = excluded.last_received_ms`),
    went: db.prepare(`UPDATE take_back_open SET pieces = pieces - @pieces, since_ms = CASE WHEN pieces = @pieces THEN NULL ELSE since_ms END,
      last_handed_over_ms = @atMs WHERE stream = @stream`),
  };
}
type Rows = ReturnType<typeof prepare>;

function receive(rows: Rows, stream: TakeBackStream, data: EventPayload<'pesticide.received' | 'hazard.received'>, { sequence: seq, atMs }: EventMark): void {
  const { day, household, kind, pieces, netGrams } = data;
  const none = { receiver: null, signature: null, transfer: null };
  const farm = 'farm' in data ? data.farm : null;
  rows.entry.run({ seq, stream, direction: 'in', day, atMs, household, farm, ...none, lines: JSON.stringify([{ kind, pieces }]), netGrams });
  rows.came.run({ stream, pieces, atMs });
}

function handOver(rows: Rows, stream: TakeBackStream, data: EventPayload<'pesticide.handedover'>, { sequence: seq, atMs }: EventMark): void {
  const { day, receiver, signature, transfer, netGrams } = data;
  const lines = JSON.stringify(data.lines.map(({ kind, pieces }) => ({ kind, pieces })));
  rows.entry.run({ seq, stream, direction: 'out', day, atMs, household: null, farm: null, receiver, signature, transfer, lines, netGrams });
  rows.went.run({ stream, pieces: data.lines.reduce((sum, line) => sum + line.pieces, 0), atMs });
}

export const takeBackProjection = defineProjection({
  tables: ['campaign', 'take_back', 'take_back_open'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'campaign.opened': (rows, { campaign, stream, from, to }) => void rows.open.run({ campaign, stream, from, to }),
    'campaign.closed': (rows, { campaign, day }) => void rows.end.run({ campaign, day }),
    'pesticide.received': (rows, data, mark) => receive(rows, 'pesticide', data, mark),
    'hazard.received': (rows, data, mark) => receive(rows, 'hazardous', data, mark),
    'pesticide.handedover': (rows, data, mark) => handOver(rows, 'pesticide', data, mark),
    'hazard.handedover': (rows, data, mark) => handOver(rows, 'hazardous', data, mark),
  },
});
