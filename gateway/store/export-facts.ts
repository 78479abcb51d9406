/**
 * Every table of the ledger, row by row in the order of its key, for whoever takes the village's data along: the log itself and all that is
 * derived from it. Pseudonyms and keyed hashes only. A page begins behind the key of the last row, so that nothing is held between two.
 */
import assert from 'node:assert/strict';
import type { CsvCell } from '../core/csv.ts';
import type { Sqlite } from './database.ts';

/** Whoever asked for the names of everybody, and who confirmed. */
export interface VillageExport {
  readonly seq: number;
  readonly operator: string;
  readonly second: string | null;
  readonly atMs: number;
}
export interface ExportPage {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly CsvCell[])[];
  /** Key of the last row; null when nothing follows. */
  readonly next: readonly CsvCell[] | null;
}
interface Column {
  readonly name: string;
  readonly type: string;
  readonly pk: number;
}

export class ExportFacts {
  readonly #db: Sqlite;
  readonly #tables: readonly string[];
  readonly #named;
  /** `tables`: names of the derived ones; the log comes first. */
  constructor(db: Sqlite, tables: readonly string[]) {
    this.#db = db;
    this.#tables = ['event', ...tables];
    this.#named = db.prepare<[number], VillageExport>('SELECT seq, operator, second, at_ms AS atMs FROM village_export WHERE seq = ?');
  }
  tables(): readonly string[] {
    return this.#tables;
  }
  /** An export of names, by the number of its event. */
  named(sequence: number): VillageExport | undefined {
    return this.#named.get(sequence);
  }
  /** Up to `limit` rows behind the key `after`; null begins. Undefined for a table there is not, or a key that is none of it. */
  page(table: string, after: readonly CsvCell[] | null, limit: number): ExportPage | undefined {
    // The name goes into the text of a statement: only one of ours does.
    if (!this.#tables.includes(table)) return undefined;
    const columns = this.#db.pragma(`table_info(${table})`) as Column[];
    const key = columns.filter(({ pk }) => pk > 0).sort((one, other) => one.pk - other.pk);
    assert(key.length > 0, `${table} has no key`);
    if (after !== null && !fits(after, key)) return undefined;
    const names = key.map(({ name }) => name);
    const behind = after === null ? '' : `WHERE (${names.join(', ')}) > (${names.map(() => '?').join(', ')})`;
    // The envelope is JSON; the leaf is as it stands in the chain, in hex.
    const shown = columns.map(({ name, type }) =>
      type !== 'BLOB' ? name : name === 'envelope' ? `CAST(${name} AS TEXT) AS ${name}` : `hex(${name}) AS ${name}`,
    );
    const statement = this.#db.prepare(`SELECT ${shown.join(', ')} FROM ${table} ${behind} ORDER BY ${names.join(', ')} LIMIT ?`).raw();
    const rows = statement.all(...(after ?? []), limit) as CsvCell[][];
    const last = rows.at(-1);
    const next = last === undefined || rows.length < limit ? null : names.map((name) => last[columns.findIndex((column) => column.name === name)] ?? null);
    return { columns: columns.map(({ name }) => name), rows, next };
  }
}

const fits = (after: readonly CsvCell[], key: readonly Column[]): boolean =>
  after.length === key.length && key.every(({ type }, index) => typeof after[index] === (type === 'INTEGER' ? 'number' : 'string'));
