/** What a settled weighing costs, alone and in a group of 100, beside a bare better-sqlite3 commit of the same bytes with every sync. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { EventDraft } from '../../protocol/events.ts';
import { openLedger, settledWeighing } from './bench-ledger.ts';
import { atMost, quantile, type Row, shown } from './report.ts';

const groupOf = 100;
/** A group is measured in every so many turns. */
const groupEvery = 20;

function timed(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

/** One table, one row a weighing, the settings of the ledger. */
function openBare(path: string): (bytes: Buffer) => void {
  const db = new Database(path);
  for (const pragma of ['locking_mode = EXCLUSIVE', 'journal_mode = WAL', 'synchronous = FULL']) db.pragma(pragma);
  db.exec('CREATE TABLE row (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT');
  const insert = db.prepare('INSERT INTO row (bytes) VALUES (?)');
  return (bytes) => void insert.run(bytes);
}

export function benchSettledWeighing(folder: string, rounds: number): Row[] {
  const store = openLedger(join(folder, 'alone.db'));
  const bare = openBare(join(folder, 'bare.db'));
  const alone: number[] = [];
  const plain: number[] = [];
  const grouped: number[] = [];
  let bytes = 0;
  for (let turn = 0; turn < rounds + 20; turn += 1) {
    const drafts = settledWeighing(store, turn);
    let stored: readonly { readonly envelope: Buffer }[] = [];
    const oursMs = timed(() => {
      stored = store.append(drafts);
    });
    const same = Buffer.concat(stored.map(({ envelope }) => envelope));
    const bareMs = timed(() => bare(same));
    // The first ones warm up files, statements and machine code.
    if (turn < 20) continue;
    alone.push(oursMs);
    plain.push(bareMs);
    bytes = same.length;
    if (turn % groupEvery === 0) grouped.push(groupMs(turn));
  }
  const groupEachMs = quantile(grouped, 0.5) / groupOf;
  const ours = quantile(alone, 0.5);
  const theirs = quantile(plain, 0.5);
  store.close();
  return [
    atMost('a settled weighing, per bare FULL commit of the same bytes, p50', ours / theirs, 2.0, ''),
    shown(
      'settled weighing and bare commit, p50 and p99',
      `${ours.toFixed(3)} and ${theirs.toFixed(3)} ms; ${quantile(alone, 0.99).toFixed(3)} and ${quantile(plain, 0.99).toFixed(3)} ms, ${bytes} bytes`,
    ),
    atMost('an item in a group of 100, per one committed alone, p50', groupEachMs / ours, 0.5, '', ` (${groupEachMs.toFixed(3)} ms each)`),
  ];

  function groupMs(turn: number): number {
    const first = store.weighings.nextAlibi('scale-1');
    const drafts: EventDraft[] = [];
    for (let item = 0; item < groupOf; item += 1) drafts.push(...settledWeighing(store, turn + item, first + item));
    return timed(() => void store.append(drafts));
  }
}
