/** Pick-ups as they stand: one row a request, with its lines. It must read nothing but the events. */
import type { EventPayload } from '../../../protocol/events.ts';
import type { Sqlite } from '../database.ts';
import { defineProjection } from '../projection.ts';

const sql = `
CREATE TABLE pickup (
  request INTEGER PRIMARY KEY,
  bin TEXT NOT NULL,
  lines TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'enRoute', 'done', 'cancelled')),
  truck INTEGER,
  requested_ms INTEGER NOT NULL,
  escalated INTEGER NOT NULL DEFAULT 0 CHECK (escalated IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX pickup_waiting ON pickup (bin) WHERE state IN ('open', 'acknowledged', 'enRoute');
`;

function prepare(db: Sqlite) {
  return {
    open: db.prepare("INSERT INTO pickup (request, bin, lines, state, requested_ms) VALUES (@request, @bin, @lines, 'open', @atMs)"),
    lines: db.prepare('UPDATE pickup SET lines = @lines WHERE request = @request'),
    take: db.prepare('UPDATE pickup SET state = @state, truck = @truck WHERE request = @request'),
    end: db.prepare('UPDATE pickup SET state = @state WHERE request = @request'),
    escalate: db.prepare('UPDATE pickup SET escalated = 1 WHERE request = ?'),
    linesOf: db.prepare<[number], string>('SELECT lines FROM pickup WHERE request = ?').pluck(),
  };
}
type Lines = EventPayload<'pickup.requested'>['lines'];
/** Fields in one order, whatever order the event had them in: a rebuilt row is the same row. */
const linesText = (lines: Lines): string =>
  JSON.stringify(lines.map(({ compartment, wasteClass, level, suspectedFluff }) => ({ compartment, wasteClass, level, suspectedFluff })));

export const pickupProjection = defineProjection({
  tables: ['pickup'],
  rules: 1,
  sql,
  prepare,
  apply: {
    'pickup.requested': (rows, { request, bin, lines }, { atMs }) => void rows.open.run({ request, bin, lines: linesText(lines), atMs }),
    'pickup.changed': (rows, { request, lines }) => void rows.lines.run({ request, lines: linesText(lines) }),
    'pickup.acknowledged': (rows, { request, truck }) => void rows.take.run({ request, truck, state: 'acknowledged' }),
    'pickup.started': (rows, { request, truck }) => void rows.take.run({ request, truck, state: 'enRoute' }),
    'pickup.checked': (rows, { request, wasteClass, suspectedFluff }) => {
      const lines = JSON.parse(rows.linesOf.get(request) ?? '[]') as Lines;
      const checked = lines.map((line) => (line.wasteClass === wasteClass && line.level === 'full' ? { ...line, suspectedFluff } : line));
      rows.lines.run({ request, lines: linesText(checked) });
    },
    'pickup.done': (rows, { request }) => void rows.end.run({ request, state: 'done' }),
    'pickup.cancelled': (rows, { request }) => void rows.end.run({ request, state: 'cancelled' }),
    'pickup.escalated': (rows, { request }) => void rows.escalate.run(request),
  },
});
