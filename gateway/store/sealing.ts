/**
 * How a field of the personal file is sealed: AES-256-GCM under the key of one person, bound to the table, the column, the row and the
 * schema it stands in, so that no cell can be moved. Keys come from above; none is kept here.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { GatewayError } from '../errors.ts';

export const keyBytes = 32;
/** NIST SP 800-38D section 8.2.2: 96 random bits; a person's key seals far fewer than 2^32 fields. */
const nonceBytes = 12;
const tagBytes = 16;
/** Of the layout a cell is bound to; not the number of the newest migration, since a table that is added moves no cell. */
const layout = 1;

/** Where a cell stands. */
export interface Cell {
  readonly table: 'person' | 'operator_secret';
  readonly column: string;
  readonly row: string;
}

/** What a sealed cell is bound to. */
export const boundTo = ({ table, column, row }: Cell): Buffer => Buffer.from(`${table}|${column}|${row}|${layout}`);

/** Nonce, ciphertext, tag. The nonce is always the machine's own randomness: a seeded one could repeat under the same key. */
export function seal(key: Buffer, bound: Buffer, plain: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(bound);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws GatewayError store_damaged naming the cell that does not open. */
export function openSealed(key: Buffer, sealed: Buffer, cell: Cell & { readonly file: string }): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
    decipher.setAAD(boundTo(cell));
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch (cause) {
    throw new GatewayError('store_damaged', `Field ${cell.column} of ${cell.row} in ${cell.file} was altered or belongs elsewhere.`, { cause });
  }
}
