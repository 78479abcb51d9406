/**
 * The personal file: who stands behind a pseudonym. Each person has a random key, wrapped by the master key; each field is sealed with
 * AES-256-GCM and bound to its table, column, household and schema, so that no cell can be moved. Erasing the key erases the person, while
 * the ledger stays whole. Rows are written here before the ledger refers to them. Nothing from here may enter an event, log or topic.
 */
import assert from 'node:assert/strict';
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { householdKey, type PersonalRecord } from '../core/roster.ts';
import { GatewayError } from '../errors.ts';
import { openDatabase, type Sqlite, translate } from './database.ts';
import { OperatorSecrets } from './operator-secrets.ts';
import { personalMigrations } from './personal-schema.ts';
import { boundTo, keyBytes, openSealed, seal } from './sealing.ts';

type Field = 'number' | 'head' | 'phone' | 'house' | 'cards';
type Row = Record<Exclude<Field, 'phone' | 'house'> | 'data_key', Buffer> & {
  readonly household: string;
  readonly phone: Buffer | null;
  readonly house: Buffer | null;
};

/**
 * Opens or creates the personal file. `masterKey` is 32 bytes and is copied; where it is kept is the caller's business.
 * @throws GatewayError key_missing when the file belongs to another master key; store_locked, store_damaged, store_failed.
 */
export function openPersonalFile({ path, masterKey }: { readonly path: string; readonly masterKey: Buffer }): PersonalFile {
  assert.equal(masterKey.length, keyBytes, 'a master key has 256 bits');
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', masterKey, '', `sifen personal file ${purpose}`, keyBytes));
  const db = openDatabase(path, personalMigrations);
  try {
    checkMasterKey(db, derive('check'));
    return new PersonalFile(db, derive('wrap'), derive('index'));
  } catch (error) {
    db.close();
    throw translate(error, path);
  }
}

function checkMasterKey(db: Sqlite, tag: Buffer): void {
  const stored = db.prepare('SELECT tag FROM key_check').pluck().get() as Buffer | undefined;
  if (stored === undefined) {
    const people = db.prepare('SELECT COUNT(*) FROM person').pluck().get();
    if (people !== 0) throw new GatewayError('store_damaged', `${db.name} has lost the mark of its master key.`);
    db.prepare('INSERT INTO key_check (id, tag) VALUES (1, ?)').run(tag);
  } else if (!timingSafeEqual(stored, tag)) {
    throw new GatewayError('key_missing', `${db.name} was written with another master key.`, {
      hint: 'Put the master key file back from its backup; without it the names in this file cannot be read by anybody.',
    });
  }
}

/** The open file. Everything is synchronous; clear text lives only in what is returned. Made by `openPersonalFile`. */
export class PersonalFile {
  readonly #db: Sqlite;
  readonly #wrapKey: Buffer;
  readonly #indexKey: Buffer;
  /** Names and PINs of operators. */
  readonly operators: OperatorSecrets;

  constructor(db: Sqlite, wrapKey: Buffer, indexKey: Buffer) {
    this.operators = new OperatorSecrets(db, wrapKey);
    this.#db = db;
    this.#wrapKey = wrapKey;
    this.#indexKey = indexKey;
  }

  /** How many households have a record. */
  get size(): number {
    return this.#db.prepare('SELECT COUNT(*) FROM person').pluck().get() as number;
  }

  /** Pseudonym of the household with this number, found by a keyed index; the number itself is not stored in clear. */
  find(householdNumber: string): string | undefined {
    return this.#db.prepare('SELECT household FROM person WHERE number_index = ?').pluck().get(this.#index(householdNumber)) as string | undefined;
  }

  /** Whether a household has a record. */
  has(household: string): boolean {
    return this.#db.prepare('SELECT 1 FROM person WHERE household = ?').get(household) !== undefined;
  }

  /** Writes or replaces these households, all or none, synced. @throws GatewayError store_failed. */
  put(records: readonly PersonalRecord[]): void {
    const upsert = this.#db.prepare(`
      INSERT INTO person (household, number_index, data_key, number, head, phone, house, cards)
      VALUES (@household, @numberIndex, @dataKey, @number, @head, @phone, @house, @cards)
      ON CONFLICT (household) DO UPDATE SET number_index = excluded.number_index, number = excluded.number, head = excluded.head,
        phone = excluded.phone, house = excluded.house, cards = excluded.cards`);
    const present = this.#db.prepare<[string], Buffer>('SELECT data_key FROM person WHERE household = ?').pluck();
    this.#write(() => {
      for (const record of records) {
        const { household } = record;
        const wrapped = present.get(household) as Buffer | undefined;
        const key = wrapped === undefined ? randomBytes(keyBytes) : this.#open(this.#wrapKey, 'data_key', household, wrapped);
        const sealed = (field: Field, text: string) => seal(key, aad(field, household), Buffer.from(text));
        upsert.run({
          household,
          numberIndex: this.#index(record.number),
          dataKey: wrapped ?? seal(this.#wrapKey, aad('data_key', household), key),
          number: sealed('number', record.number),
          head: sealed('head', record.head),
          phone: record.phone === null ? null : sealed('phone', record.phone),
          house: record.house === null ? null : sealed('house', record.house),
          cards: sealed('cards', JSON.stringify(record.cards)),
        });
      }
    });
  }

  /** @throws GatewayError store_damaged naming the field that does not open. */
  read(household: string): PersonalRecord | undefined {
    const row = this.#db.prepare<[string], Row>('SELECT * FROM person WHERE household = ?').get(household);
    return row === undefined ? undefined : this.#record(row);
  }

  /** Everybody, by pseudonym. @throws GatewayError store_damaged naming the field that does not open. */
  list(): PersonalRecord[] {
    const rows = this.#db.prepare<[], Row>('SELECT * FROM person ORDER BY household').all();
    return rows.map((row) => this.#record(row));
  }

  /**
   * Destroys the key and the row. Returns whether there was anybody. The row is zeroed by secure_delete; older copies of its pages leave with the
   * write-ahead log.
   */
  erase(household: string): boolean {
    const remove = this.#db.prepare('DELETE FROM person WHERE household = ?');
    const { changes } = this.#write(() => remove.run(household));
    const { busy } = this.#cutLog();
    if (busy !== 0) throw new GatewayError('store_failed', `${this.#db.name} could not be cleared of erased data.`);
    return changes === 1;
  }

  /** Lets go of the file and forgets the keys. SQLite folds the write-ahead log into the file where the disk lets it; else the next opening does. */
  close(): void {
    this.#db.close();
    this.#wrapKey.fill(0);
    this.#indexKey.fill(0);
  }

  #cutLog(): { readonly busy: number } {
    try {
      return (this.#db.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }])[0];
    } catch (error) {
      throw translate(error, this.#db.name);
    }
  }

  #write<Result>(work: () => Result): Result {
    try {
      return this.#db.transaction(work).immediate();
    } catch (error) {
      throw translate(error, this.#db.name);
    }
  }

  #record(row: Row): PersonalRecord {
    const key = this.#open(this.#wrapKey, 'data_key', row.household, row.data_key);
    const text = (field: Field, sealed: Buffer) => this.#open(key, field, row.household, sealed).toString();
    return {
      household: row.household,
      number: text('number', row.number),
      head: text('head', row.head),
      phone: row.phone === null ? null : text('phone', row.phone),
      house: row.house === null ? null : text('house', row.house),
      cards: JSON.parse(text('cards', row.cards)) as string[],
    };
  }

  #open(key: Buffer, column: Field | 'data_key', household: string, sealed: Buffer): Buffer {
    return openSealed(key, sealed, { table: 'person', column, row: household, file: this.#db.name });
  }

  #index(householdNumber: string): Buffer {
    return createHmac('sha256', this.#indexKey).update(householdKey(householdNumber)).digest();
  }
}

const aad = (column: Field | 'data_key', household: string): Buffer => boundTo({ table: 'person', column, row: household });
