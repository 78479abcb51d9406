/**
 * Names, PINs and own households of operators, in the personal file: each row sealed with a key of its own. A PIN is kept as an Argon2id hash;
 * nothing here can give it back. A row belongs to one badge and is written before the ledger refers to it: until the event of a new badge is
 * recorded, the old badge keeps the old PIN.
 */
import { randomBytes } from 'node:crypto';
import { type Sqlite, translate } from './database.ts';
import { boundTo, keyBytes, openSealed, seal } from './sealing.ts';

/** `badge` is the hash the ledger knows it by; `pin` is worded by pin.ts. */
export interface OperatorSecret {
  readonly operator: string;
  readonly badge: string;
  readonly name: string;
  readonly pin: string;
  /** Pseudonym of the own household; null where none is known. */
  readonly household: string | null;
}
interface Row {
  readonly operator: string;
  readonly badge: string;
  readonly data_key: Buffer;
  readonly name: Buffer;
  readonly pin: Buffer;
  readonly household: Buffer | null;
}
type OfBadge = Pick<OperatorSecret, 'operator' | 'badge'>;

const cell = (column: keyof Row, { operator, badge }: OfBadge) => ({ table: 'operator_secret', column, row: `${operator}/${badge}` }) as const;

export class OperatorSecrets {
  readonly #db: Sqlite;
  readonly #wrapKey: Buffer;

  constructor(db: Sqlite, wrapKey: Buffer) {
    this.#db = db;
    this.#wrapKey = wrapKey;
  }

  /** Writes or replaces what belongs to one badge. @throws GatewayError store_failed. */
  put(secret: OperatorSecret): void {
    const { operator, badge, household } = secret;
    const key = randomBytes(keyBytes);
    const sealed = (column: keyof Row, text: string) => seal(key, boundTo(cell(column, secret)), Buffer.from(text));
    const row = {
      operator,
      badge,
      dataKey: seal(this.#wrapKey, boundTo(cell('data_key', secret)), key),
      name: sealed('name', secret.name),
      pin: sealed('pin', secret.pin),
      household: household === null ? null : sealed('household', household),
    };
    this.#write(() =>
      this.#db
        .prepare(`INSERT INTO operator_secret (operator, badge, data_key, name, pin, household) VALUES (@operator, @badge, @dataKey, @name, @pin, @household)
          ON CONFLICT (operator, badge) DO UPDATE SET data_key = excluded.data_key, name = excluded.name, pin = excluded.pin, household = excluded.household`)
        .run(row),
    );
  }

  /** @throws GatewayError store_damaged naming the field that does not open. */
  read(of: OfBadge): OperatorSecret | undefined {
    const { operator, badge } = of;
    const row = this.#db.prepare<[string, string], Row>('SELECT * FROM operator_secret WHERE operator = ? AND badge = ?').get(operator, badge);
    if (row === undefined) return undefined;
    const open = (key: Buffer, column: keyof Row, sealed: Buffer) => openSealed(key, sealed, { ...cell(column, of), file: this.#db.name });
    const key = open(this.#wrapKey, 'data_key', row.data_key);
    const text = (column: 'name' | 'pin' | 'household', sealed: Buffer) => open(key, column, sealed).toString();
    return {
      operator,
      badge,
      name: text('name', row.name),
      pin: text('pin', row.pin),
      household: row.household === null ? null : text('household', row.household),
    };
  }

  /** Removes what belongs to no badge of the ledger: left by a crash, or of a badge that was replaced. Returns how many. @throws GatewayError store_failed. */
  keepOnly(known: readonly OfBadge[]): number {
    const kept = new Set(known.map(({ operator, badge }) => `${operator}/${badge}`));
    const rows = this.#db.prepare<[], OfBadge>('SELECT operator, badge FROM operator_secret').all();
    const gone = rows.filter(({ operator, badge }) => !kept.has(`${operator}/${badge}`));
    const remove = this.#db.prepare<[string, string]>('DELETE FROM operator_secret WHERE operator = ? AND badge = ?');
    this.#write(() => {
      for (const { operator, badge } of gone) remove.run(operator, badge);
    });
    return gone.length;
  }

  #write(run: () => unknown): void {
    try {
      run();
    } catch (error) {
      throw translate(error, this.#db.name);
    }
  }
}
