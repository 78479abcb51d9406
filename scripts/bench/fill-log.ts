/**
 * A log of many events in a village's folder. The last two thousand are real, signed and chained by the gateway's own key, since a start reads the
 * end of the log; those before are rows of the same size, which a start must not read.
 */
import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import type { LoadedSite } from '../../gateway/config-file.ts';
import { placesIn } from '../../gateway/data-folder.ts';
import { loadKeys } from '../../gateway/keys.ts';
import { EventLog } from '../../gateway/store/event-log.ts';
import type { EventDraft } from '../../protocol/events.ts';
import { epochMs } from '../../protocol/units.ts';

const realEvents = 2000;
/** Of a weighing and its points, on average. Unit: byte. */
const envelopeBytes = 1100;
const turn = 10_000;

export function fillLog(dataDir: string, { config }: LoadedSite, events: number): void {
  const places = placesIn(dataDir);
  const keys = loadKeys(places.keys);
  const db = new Database(places.ledger);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = OFF');
  const head = db.prepare('SELECT seq, epoch, at_ms AS atMs, boot, hlc FROM event ORDER BY seq DESC LIMIT 1').get() as Record<
    'seq' | 'epoch' | 'atMs' | 'boot',
    number
  > & { hlc: string };
  const insert = db.prepare(`INSERT INTO event (seq, epoch, name, subject, at_ms, timeq, boot, hlc, leaf, envelope)
    VALUES (?, ?, ?, 'scale-1', ?, 'ntp', ?, ?, ?, ?)`);
  const names = ['weigh.committed', 'points.awarded', 'device.health', 'bin.level.changed'];
  const last = head.seq + events - realEvents;
  const write = db.transaction((from: number) => {
    for (let seq = from; seq < Math.min(from + turn, last + 1); seq += 1)
      insert.run(seq, head.epoch, names[seq % names.length], head.atMs, head.boot, head.hlc, randomBytes(32), randomBytes(envelopeBytes));
  });
  for (let seq = head.seq + 1; seq <= last; seq += turn) write(seq);
  const log = new EventLog({
    db,
    gateway: config.gateway.id,
    signer: { keyid: keys.keyid, privateKey: keys.privateKey },
    time: () => ({ nowMs: epochMs(head.atMs), timeq: 'ntp' }),
    project: () => undefined,
  });
  const health: EventDraft = { name: 'device.health', subject: 'scale-1', data: { device: 'scale-1', state: 'online', cause: null } };
  log.append(Array.from({ length: realEvents }, () => health));
  db.close();
}
