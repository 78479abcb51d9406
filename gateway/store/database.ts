/**
 * Opens a SQLite file the only way this product ever does: one connection, exclusive, WAL, every commit synced, and every setting read
 * back before it is trusted. Schema steps are applied forward only; a file written by a newer program is refused, never guessed at.
 * This file knows no table of the domain.
 */
import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { GatewayError } from '../errors.ts';
import { walJournalBytesMax, wholeCheckBytesMax } from '../limits.ts';

export type Sqlite = Database.Database;

/** One schema step. `number` is contiguous from 1 and is what PRAGMA user_version counts. */
export interface Migration {
  readonly number: number;
  readonly sql: string;
}

/** Settings the ledger depends on; a build or file that does not take them is not used. Source: SQLite PRAGMA reference. */
const pragmas = [
  ['locking_mode', 'EXCLUSIVE', 'exclusive'],
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['foreign_keys', 'ON', 1],
  ['recursive_triggers', 'ON', 1],
  ['trusted_schema', 'OFF', 0],
  ['secure_delete', 'ON', 1],
  ['journal_size_limit', String(walJournalBytesMax), walJournalBytesMax],
] as const;

/** Oldest SQLite without the WAL-reset bug (two connections, lost commits): 3.51.3. */
const sqliteFloor = [3, 51, 3] as const;

function assertVersion(db: Sqlite): void {
  const text = db.prepare('SELECT sqlite_version()').pluck().get() as string;
  const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number);
  const [wantMajor, wantMinor, wantPatch] = sqliteFloor;
  const enough = major > wantMajor || (major === wantMajor && (minor > wantMinor || (minor === wantMinor && patch >= wantPatch)));
  assert(enough, `SQLite ${text} can lose commits; ${sqliteFloor.join('.')} or newer is needed`);
}

/**
 * @throws GatewayError store_locked when another process holds the file, store_damaged when it is not a sound database or comes from
 * a newer program, store_failed when the disk refuses.
 */
export function openDatabase(path: string, migrations: readonly Migration[]): Sqlite {
  let db: Sqlite | undefined;
  try {
    db = new Database(path, { timeout: 0 });
    assertVersion(db);
    for (const [name, value] of pragmas) db.pragma(`${name} = ${value}`);
    db.exec('BEGIN EXCLUSIVE; COMMIT');
    for (const [name, , expected] of pragmas) assert.equal(db.pragma(name, { simple: true }), expected, `SQLite did not take PRAGMA ${name}`);
    migrate(db, path, migrations);
    return db;
  } catch (error) {
    db?.close();
    throw translate(error, path);
  }
}

/** An empty database nobody else sees and which is gone when it is closed: for deriving tables beside the real ones. */
export const openScratch = (): Sqlite => new Database('');

function migrate(db: Sqlite, path: string, migrations: readonly Migration[]): void {
  for (const [index, step] of migrations.entries()) assert.equal(step.number, index + 1, 'migrations are numbered 1, 2, 3 ... without gaps');
  const present = db.pragma('user_version', { simple: true }) as number;
  if (present > migrations.length) {
    throw new GatewayError('store_damaged', `${path} was written by a newer version of sifen (schema ${present}, this program knows ${migrations.length}).`, {
      hint: 'Install the newer version again, or use another data folder.',
    });
  }
  for (const step of migrations.slice(present)) {
    db.transaction(() => {
      db.exec(step.sql);
      db.pragma(`user_version = ${step.number}`);
    })();
  }
  // A start must not read years of events before it serves; their end is verified by the chain, all of it by `sifen events verify`.
  const isSmall = (db.pragma('page_count', { simple: true }) as number) * (db.pragma('page_size', { simple: true }) as number) <= wholeCheckBytesMax;
  if (!isSmall && present === migrations.length) return;
  const broken = db.pragma('foreign_key_check') as unknown[];
  const sound = db.pragma('quick_check(1)', { simple: true });
  if (broken.length > 0 || sound !== 'ok')
    throw new GatewayError('store_damaged', `${path} is damaged: ${broken.length > 0 ? 'broken references' : String(sound)}.`);
}

/** Turns a SQLite failure into ours, with a sentence; anything that is not SQLite's passes unchanged. */
export function translate(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  if (error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED'))
    return new GatewayError('store_locked', `${path} is in use by another sifen process.`, { cause: error });
  if (error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_NOTADB')
    return new GatewayError('store_damaged', `${path} is damaged (${error.message}).`, { cause: error });
  if (/^SQLITE_(FULL|IOERR|CANTOPEN|READONLY)/.test(error.code))
    return new GatewayError('store_failed', `${path} cannot be written (${error.message}).`, { cause: error });
  return error;
}
