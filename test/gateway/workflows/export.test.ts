// Lost if deleted: that a village can take all it owns along as files any program reads, whole across pages, harmless to a spreadsheet, and names only by two people.
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvCell, csvBom, csvRow } from '../../../gateway/core/csv.ts';
import { exportRowsMax } from '../../../gateway/limits.ts';
import { codeOf, openVillage } from '../../support/tell.ts';
import { householdOf, registered } from '../../support/village-drafts.ts';

type Village = ReturnType<typeof openVillage>;
interface Page {
  readonly csv: string;
  readonly next: string | null;
}
const page = ({ show }: Village, view: string, input: object, by: Parameters<Village['show']>[2] = 'committee-1'): Page => {
  const seen = show(view, input, by);
  return seen.ok ? (seen.shown as Page) : expect.fail(codeOf(seen));
};
/** Every page of a table, as a reader of CSV that nobody here wrote sees it. */
function readTable(village: Village, table: string) {
  const pages: string[] = [];
  for (let after: string | null = null; ; ) {
    const { csv, next } = page(village, 'export.csv', { table, after });
    pages.push(csv);
    if (next === null) break;
    after = next;
  }
  return { pages, rows: parse(pages.join(''), { bom: true, columns: true }) as Record<string, string>[] };
}

describe('a row (RFC 4180)', () => {
  it('comes back from another reader as it was, whatever stands in it', () => {
    const cell = fc.oneof(fc.integer(), fc.constant(null), fc.string(), fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', '=', '汉', ' ') }));
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 6 }), (cells) => {
        const [back] = parse(csvRow(cells), { record_delimiter: '\r\n', skip_empty_lines: false }) as string[][];
        const guarded = cells.map((each) => (typeof each === 'string' && /^[=+\-@\t\r]/.test(each) ? `'${each}` : String(each ?? '')));
        expect(back).toEqual(guarded);
      }),
    );
  });

  it('gives a spreadsheet no formula, and leaves numbers below zero numbers', () => {
    const bad: CsvCell[] = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', -1];
    expect(csvRow(bad)).toBe(`'=1+1,'+1,'-1,'@SUM(A1),'\t=1,"'\r=1",-1\r\n`);
  });
});

describe('an export', () => {
  it('holds every table of the ledger, the log with its signed envelopes first, and no name', async () => {
    const village = openVillage();
    village.books.personal.put([{ household: householdOf(1), number: '12', head: '王小明', phone: '13800000000', house: '东街 3', cards: [] }]);
    await village.tell('evaluation.record', { household: householdOf(1), stream: 'rotting', day: '2026-11-23', grade: 'good' }, 'collector-1');
    const seen = village.show('export.tables', {}, 'supervisor-1');
    const tables = seen.ok ? (seen.shown as string[]) : [];
    expect(tables).toEqual(expect.arrayContaining(['event', 'household', 'roll', 'weighing', 'posting', 'balance', 'good', 'evaluation']));
    const all = tables.map((table) => readTable(village, table));
    for (const { pages } of all) expect(pages[0]?.startsWith(csvBom) && pages[0].endsWith('\r\n')).toBe(true);
    expect(all.map(({ pages }) => pages.join('')).join('')).not.toMatch(/王小明|13800000000|东街/);
    const log = readTable(village, 'event').rows;
    expect(log.map(({ seq, envelope }) => [Number(seq), envelope])).toEqual(
      [...village.store.events()].map(({ sequence, envelope }) => [sequence, envelope.toString()]),
    );
    expect(readTable(village, 'evaluation').rows).toMatchObject([{ household: householdOf(1), grade: 'good', outcome: 'awarded' }]);
    const legs = readTable(village, 'posting').rows.reduce((sum, { amount }) => sum + Number(amount), 0);
    expect(legs).toBe(0);
  });

  it('is whole across pages: every household once, in one file with one heading', () => {
    const village = openVillage();
    const total = exportRowsMax * 2 + 7;
    village.store.append(Array.from({ length: total - 4 }, (_unused, index) => registered(householdOf(index + 5))));
    const { pages, rows } = readTable(village, 'household');
    expect(pages).toHaveLength(3);
    expect(rows.map(({ household }) => household)).toEqual(Array.from({ length: total }, (_unused, index) => householdOf(index + 1)));
  });

  it('takes no table of its caller’s making, no place that is none, and nobody who may not', () => {
    const village = openVillage();
    const code = (input: object, by: Parameters<Village['show']>[2] = 'committee-1') => codeOf(village.show('export.csv', input, by));
    const bad = ['sqlite_master', 'household; DROP TABLE household', 'cursor', 'projection', ''];
    expect(bad.map((table) => code({ table }))).toEqual(bad.map(() => 'table_unknown'));
    for (const after of ['', 'x', '{}', '[]', '[null]', '[1,2]', '[1.5]', '["h-1","h-2"]', '[1]'])
      expect([after, code({ table: 'household', after })]).toEqual([after, 'table_unknown']);
    expect(code({ table: 'household' }, 'clerk-1')).toBe('role_missing');
  });

  it('shows names only to whoever had it written down with a second person, and for a quarter of an hour', async () => {
    const village = openVillage();
    village.books.personal.put([{ household: householdOf(1), number: '12', head: '=王小明', phone: null, house: null, cards: ['CARD-0001'] }]);
    expect(codeOf(await village.tell('village.export', {}, 'committee-1'))).toBe('second_person_needed');
    const told = await village.tell('village.export', {}, 'committee-1', 'supervisor-1');
    const sequence = told.ok ? (told.events[0]?.sequence ?? 0) : 0;
    expect(told).toMatchObject({ events: [{ name: 'village.exported', data: { operator: 'committee-1', second: 'supervisor-1' } }] });
    const { csv } = page(village, 'export.people', { export: sequence });
    expect(csv).toBe(`${csvBom}household,number,head,phone,house\r\n${householdOf(1)},12,'=王小明,,\r\n`);
    const code = (number: number, by: Parameters<Village['show']>[2]) => codeOf(village.show('export.people', { export: number }, by));
    expect([code(sequence, 'committee-2'), code(sequence - 1, 'committee-1')]).toEqual(['export_not_asked', 'export_not_asked']);
    village.clock.nowMs += 15 * 60_000 + 1;
    expect(code(sequence, 'committee-1')).toBe('export_not_asked');
  });
});
