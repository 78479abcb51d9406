/**
 * Everything the village owns as CSV, page by page: the ledger belongs to it, not to whoever built the box. Names only for the two who had it
 * written down, for a while; nothing here is made for another office to score anybody by.
 */
import { z } from 'zod';
import { sequenceSchema } from '../../../protocol/events/fields.ts';
import { type CsvCell, csvBom, csvRow } from '../../core/csv.ts';
import { refuse } from '../../core/refusals.ts';
import { exportRowsMax, namesShownMs } from '../../limits.ts';
import { defineView } from '../view.ts';

const by = ['committee', 'supervisor'] as const;
const afterSchema = z.string().max(512).nullable().default(null).describe('`next` of the page before; the first page if not said.');

/** Text of a page: the first one begins with the mark and the names of the columns. */
const textOf = (isFirst: boolean, columns: readonly string[], rows: readonly (readonly CsvCell[])[]): string =>
  `${isFirst ? csvBom + csvRow(columns) : ''}${rows.map(csvRow).join('')}`;

/** A place in a table, as `next` gave it; undefined for anything else. */
function placeOf(text: string): readonly CsvCell[] | undefined {
  try {
    const place: unknown = JSON.parse(text);
    return Array.isArray(place) && place.every((part) => typeof part === 'string' || Number.isSafeInteger(part)) ? (place as CsvCell[]) : undefined;
  } catch {
    return undefined;
  }
}

export const exportViews = {
  'export.tables': defineView({
    title: { zh: '可导出的表', en: 'Tables that can be taken along' },
    rules: [],
    by,
    input: z.strictObject({}),
    read: ({ store }) => store.exports.tables(),
  }),
  'export.csv': defineView({
    title: { zh: '导出一张表', en: 'A table as CSV, page by page' },
    rules: [],
    by,
    input: z.strictObject({ table: z.string().max(64), after: afterSchema }),
    read({ store }, { table, after }) {
      const place = after === null ? null : placeOf(after);
      const page = place === undefined ? undefined : store.exports.page(table, place, exportRowsMax);
      if (page === undefined) return refuse('table_unknown', { table });
      return { table, csv: textOf(after === null, page.columns, page.rows), next: page.next === null ? null : JSON.stringify(page.next) };
    },
  }),
  'export.people': defineView({
    title: { zh: '导出农户姓名', en: 'Names of all households as CSV' },
    rules: [],
    by,
    input: z.strictObject({ export: sequenceSchema.describe('Number of the event of `village export`.') }),
    read({ store, personal, time }, { export: sequence }, { operator }) {
      const asked = store.exports.named(sequence);
      if (asked?.operator !== operator || time.clock.now() - asked.atMs > namesShownMs) return refuse('export_not_asked');
      const columns = ['household', 'number', 'head', 'phone', 'house'] as const;
      const rows = personal.list().map((record) => columns.map((column) => record[column]));
      return { table: 'people', csv: textOf(true, columns, rows), next: null };
    },
  }),
} as const;
