/**
 * Names and PINs of operators, in the personal file: each sealed with a key of its own. A PIN is kept as an Argon2id hash; nothing here can
 * give it back. Rows are written before the ledger refers to them.
 */
import { randomBytes } from 'node:crypto';
import { type Sqlite, translate } from './database.ts';
import { boundTo, keyBytes, openSealed, seal } from './sealing.ts';

/** `pin` is the hash as pin.ts words it. */
export interface OperatorSecret {
  readonly operator: string;
  readonly name: string;
  readonly pin: string;
}
interface Row {
  readonly operator: string;
  readonly data_key: Buffer;
  readonly name: Buffer;
  readonly pin: Buffer;
}

const cell = (column: keyof Row, operator: string) => ({ table: 'operator_secret', column, row: operator }) as const;

export class OperatorSecrets {
  readonly #db: Sqlite;
  readonly #wrapKey: Buffer;

  constructor(db: Sqlite, wrapKey: Buffer) {
    this.#db = db;
    this.#wrapKey = wrapKey;
  }

  /** Writes or replaces one. @throws GatewayError store_failed. */
  put({ operator, name, pin }: OperatorSecret): void {
    const key = randomBytes(keyBytes);
    const sealed = (column: keyof Row, text: string) => seal(key, boundTo(cell(column, operator)), Buffer.from(text));
    const row = { operator, dataKey: seal(this.#wrapKey, boundTo(cell('data_key', operator)), key), name: sealed('name', name), pin: sealed('pin', pin) };
    try {
      this.#db
        .prepare(`INSERT INTO operator_secret (operator, data_key, name, pin) VALUES (@operator, @dataKey, @name, @pin)
          ON CONFLICT (operator) DO UPDATE SET data_key = excluded.data_key, name = excluded.name, pin = excluded.pin`)
        .run(row);
    } catch (error) {
      throw translate(error, this.#db.name);
    }
  }

  /** @throws GatewayError store_damaged naming the field that does not open. */
  read(operator: string): OperatorSecret | undefined {
    const row = this.#db.prepare<[string], Row>('SELECT * FROM operator_secret WHERE operator = ?').get(operator);
    if (row === undefined) return undefined;
    const open = (key: Buffer, column: keyof Row, sealed: Buffer) => openSealed(key, sealed, { ...cell(column, operator), file: this.#db.name });
    const key = open(this.#wrapKey, 'data_key', row.data_key);
    return { operator, name: open(key, 'name', row.name).toString(), pin: open(key, 'pin', row.pin).toString() };
  }
}
