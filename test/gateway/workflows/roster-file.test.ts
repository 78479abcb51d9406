// Without this file a roster could be read with the wrong encoding, column or line, and nobody would know which household to correct.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rosterBytesMax, rosterRowsMax } from '../../../gateway/limits.ts';
import { parseRoster } from '../../../gateway/workflows/roster-file.ts';

/** Made with python3's csv module and its utf-8 and gb18030 codecs; glibc iconv agrees byte for byte. */
const fixture = (name: string) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));

const read = (text: string | Uint8Array) => parseRoster(typeof text === 'string' ? Buffer.from(text) : text);
const good = (text: string | Uint8Array) => {
  const parsed = read(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.value;
};
/** Places and codes, as `line column code`. */
const refusals = (text: string | Uint8Array) => {
  const parsed = read(text);
  return (parsed.ok ? parsed.value.issues : parsed.issues).map(({ line, column, code }) => `${line} ${column} ${code}`);
};
const header = '户号,户主,人数,电话,门牌,卡号';
const withRow = (row: string) => refusals(`${header}\r\n${row}\r\n`);

const fixtureRows = [
  { line: 2, number: '001', head: '裘甲子', members: 3, phone: '19900000001', house: '上村1号', cards: ['04A1B2C3'] },
  { line: 3, number: '002', head: '𠮷乙丑', members: 2, phone: '05758612345', house: '溪边2号', cards: ['04A1B2C4', '04A1B2C5'] },
  { line: 4, number: '003', head: '㐂丙寅·买买提', members: 12, phone: null, house: '“岭脚”, 3号', cards: ['0004660738'] },
  { line: 5, number: '0O4', head: '龘丁卯', members: 1, phone: '19900000004', house: null, cards: [] },
];

describe('encodings', () => {
  it('reads what Python wrote in GB18030, two- and four-byte characters alike', () => {
    const roster = good(fixture('roster-gb18030.csv'));
    expect(roster.encoding).toBe('gb18030');
    expect(roster.rows).toEqual(fixtureRows);
    expect(roster).toMatchObject({ rowCount: 4, issues: [], cardColumn: '卡号', ignoredColumns: ['序号'] });
  });

  it('reads the same from UTF-8, with and without a byte order mark, with CRLF and LF', () => {
    const plain = fixture('roster-utf8.csv');
    for (const bytes of [plain, Buffer.concat([Buffer.from('\ufeff'), plain]), Buffer.from(plain.toString().replaceAll('\r\n', '\n'))]) {
      expect(good(bytes)).toMatchObject({ encoding: 'utf-8', rows: fixtureRows, issues: [] });
    }
  });

  it('names the byte where a UTF-8 file is damaged instead of reading it as GB18030', () => {
    const bytes = Buffer.from(`household,head,members\n1,裘甲子,3\n2,俞乙丑,2\n3,石丙寅,1\n`);
    const at = bytes.indexOf('乙') + 1;
    bytes[at] = 0xff;
    expect(read(bytes)).toMatchObject({ ok: false, encoding: null, issues: [{ code: 'encoding_damaged', line: 3 }] });
    const parsed = read(bytes);
    expect(parsed.ok ? '' : parsed.issues[0]?.message).toBe(`The file is UTF-8 but damaged at byte ${at + 1}.`);
  });

  it('names line and byte where a GB18030 file is damaged', () => {
    const bytes = fixture('roster-gb18030.csv');
    const at = bytes.indexOf(Buffer.from('19900000001'));
    bytes[at] = 0xff;
    const parsed = read(bytes);
    expect(parsed).toMatchObject({
      ok: false,
      issues: [{ code: 'encoding_unknown', line: 2, message: `Neither UTF-8 nor GB18030 from byte ${at + 1} of the file on.` }],
    });
  });

  it('refuses a file cut inside its last character', () => {
    expect(refusals(Buffer.from(`${header}\n1,裘甲子,3,,,\n2,俞`).subarray(0, -1))).toEqual(['3 null encoding_damaged']);
  });

  it('refuses UTF-16 and zero bytes by name', () => {
    expect(refusals(Buffer.from(`\ufeff${header}\n`, 'utf16le'))).toEqual(['1 null encoding_utf16']);
    const parsed = read(`${header}\n1,甲,3,,,\n2,\0,1,,,`);
    expect(parsed).toMatchObject({ ok: false, issues: [{ code: 'nul_byte', line: 3 }] });
  });
});

describe('headers', () => {
  it('takes any order, synonyms, remarks in brackets, English, comma, semicolon and tab', () => {
    const row = { number: 'A-7', head: '竺甲子', members: 4, phone: undefined, house: undefined, cards: [] };
    for (const text of [
      '姓名,备注,户 号,人口数（人）\n竺甲子,x,a-7,4',
      'Head;note;Household No.;Members\n竺甲子;x;A-7;4',
      'name\tnote\tHOUSEHOLD\tpeople\n竺甲子\tx\ta-7\t４',
    ]) {
      expect(good(text).rows).toEqual([{ line: 2, ...row }]);
      expect(good(text).ignoredColumns).toHaveLength(1);
    }
  });

  it('does not take a separator inside quotes for the separator of the file', () => {
    expect(good('户号,户主,人数,"备注;1;2;3;4;5"\n1,竺甲子,4,x').ignoredColumns).toEqual(['备注;1;2;3;4;5']);
  });

  it('names each missing column and what the file has', () => {
    const parsed = read('户主,性别\n竺甲子,女');
    expect(refusals('户主,性别\n竺甲子,女')).toEqual(['1 户号 column_missing', '1 人数 column_missing']);
    expect(parsed.ok ? '' : parsed.issues[0]?.message).toBe('This column is missing; the file has 户主, 性别.');
  });

  it('repeats nothing of a first row that is not a header', () => {
    const parsed = read('001,竺甲子,3\n002,裘乙丑,4');
    expect(parsed).toMatchObject({ ok: false, issues: [{ code: 'header_missing', line: 1 }] });
    expect(JSON.stringify(parsed)).not.toContain('竺');
  });

  it('refuses two columns of one meaning and makes a header safe to print', () => {
    expect(refusals('户号,户主,姓名,人数\n1,甲,乙,1')).toEqual(['1 姓名 column_twice']);
    expect(good('户号,户主,人数,\u001b[31mx\n1,甲,1,').ignoredColumns).toEqual(['?[31mx']);
  });

  it('never reads a column it does not know', () => {
    const roster = good('户号,户主,身份证号,人数\n1,竺甲子,330624195001011234,2');
    expect(JSON.stringify(roster.rows)).not.toContain('330624');
    expect(roster.ignoredColumns).toEqual(['身份证号']);
  });
});

describe('rows', () => {
  it.each([
    [',竺甲子,3,,,', '户号 number_missing'],
    ['一/1,竺甲子,3,,,', '户号 number_shape'],
    ['330624195001011234,竺甲子,3,,,', '户号 identity_number'],
    ['1,,3,,,', '户主 name_missing'],
    ['1,竺甲2,3,,,', '户主 name_shape'],
    ['1,竺\u200b甲,3,,,', '户主 control_character'],
    ['1,"竺\r\n甲",3,,,', '户主 control_character'],
    ['1,竺甲子,0,,,', '人数 members_shape'],
    ['1,竺甲子,31,,,', '人数 members_shape'],
    ['1,竺甲子,3.0,,,', '人数 members_shape'],
    ['1,竺甲子,三,,,', '人数 members_shape'],
    ['1,竺甲子,3,1.99E+10,,', '电话 phone_shape'],
    ['1,竺甲子,3,1990000,,', '电话 phone_shape'],
    ['1,竺甲子,3,,=1+1,', '门牌 formula_cell'],
    ['1,竺甲子,3,,＝1+1,', '门牌 formula_cell'],
    ['1,竺甲子,3,+8619900000001,,', '电话 formula_cell'],
    ['1,@竺甲子,3,,,', '户主 formula_cell'],
    ['1,竺甲子,3,,-2+3,', '门牌 formula_cell'],
    [`1,竺甲子,3,,${'长'.repeat(201)},`, '门牌 field_too_long'],
    ['1,竺甲子,3,,,H1FCXZ64GB29XV2XGTB', '卡号 card_check'],
    ['1,竺甲子,3,,,H1FCXZ64', '卡号 card_shape'],
    ['1,竺甲子,3,,,abc', '卡号 card_shape'],
    ['1,竺甲子,3,,,0001、0002、0003、0004、0005、0006、0007、0008、0009', '卡号 cards_too_many'],
    ['1,竺甲子,3,,,AAAA 330624195001011234', '卡号 identity_number'],
    ['1,竺甲子,3', 'null field_count'],
    ['1,竺甲子,3,,,,', 'null field_count'],
  ])('%s', (row, refusal) => expect(withRow(row)).toEqual([`2 ${refusal}`]));

  it('names every bad cell of a row at once, in both languages', () => {
    const parsed = read(`${header}\n,竺1,99,1,,x`);
    expect(refusals(`${header}\n,竺1,99,1,,x`)).toEqual([
      '2 户号 number_missing',
      '2 户主 name_shape',
      '2 人数 members_shape',
      '2 电话 phone_shape',
      '2 卡号 card_shape',
    ]);
    for (const issue of parsed.ok ? parsed.value.issues : []) {
      expect(issue.message).toMatch(/^[A-Z].*\.$/);
      expect(issue.messageZh).toMatch(/\p{Script=Han}.*。$/u);
    }
  });

  it('keeps good rows beside bad ones and counts physical lines through quoted line breaks and blank lines', () => {
    const roster = good('备注,户号,户主,人数\r\n"a\r\nb\r\nc",1,竺甲子,3\r\n\r\n,,,\r\n,2,裘乙丑,x\r\n"q""q",3,俞丙寅,2');
    expect(roster.rows.map(({ line, number }) => [line, number])).toEqual([
      [2, '1'],
      [8, '3'],
    ]);
    expect(roster.issues.map(({ line, code }) => [line, code])).toEqual([[7, 'members_shape']]);
    expect(roster.rowCount).toBe(3);
  });

  it('names the first line of a repeated number, with and without leading zeros, and of a repeated card', () => {
    const text = `${header}\n007,竺甲子,3,,,CARD-1\n7,裘乙丑,2,,,\n8,俞丙寅,2,,,CARD-2 CARD-1\n9,石丁卯,2,,,CARD-3;CARD-3`;
    const roster = good(text);
    expect(roster.issues.map(({ line, code, message }) => `${line} ${code} ${message}`)).toEqual([
      '3 number_twice Same household number as line 2.',
      '4 card_twice Same card as line 2.',
    ]);
    expect(roster.rows.map(({ number, cards }) => [number, cards])).toEqual([
      ['007', ['CARD-1']],
      ['9', ['CARD-3']],
    ]);
  });

  it('splits cards at every separator villages use', () => {
    expect(good(`${header}\n1,竺甲子,3,,,"AAAA、BBBB;CCCC|DDDD EEEE，FFFF"`).rows[0]?.cards).toEqual(['AAAA', 'BBBB', 'CCCC', 'DDDD', 'EEEE', 'FFFF']);
  });

  it('repeats no cell in what it says', () => {
    const parsed = read(`${header}\n秘密/1,姓名甲9,77,138001380,=暗号,H1SECRETCARDSECRET1`);
    expect(JSON.stringify(parsed)).not.toMatch(/秘密|姓名甲|138001380|暗号|SECRET/);
  });
});

describe('structure and bounds', () => {
  it.each([
    ['opened and not closed', '2,"裘乙丑,3,,,'],
    ['closed too early', '2,"裘"乙丑,3,,,'],
    ['opened in the middle', '2,裘"乙丑,3,,,'],
  ])('refuses the whole file when quotes are %s', (_name, row) => {
    const parsed = read(`${header}\n1,竺甲子,3,,,\n${row}\n3,俞丙寅,1,,,`);
    expect(parsed).toMatchObject({
      ok: false,
      encoding: 'utf-8',
      issues: [{ code: 'quotes_unbalanced', line: 3, message: expect.stringContaining('cell 2') }],
    });
  });

  it('refuses a file without rows', () => {
    for (const text of ['', '\r\n\r\n', `${header}\r\n`, `${header}\r\n,,,,,\r\n`]) expect(refusals(text)).toEqual(['null null file_empty']);
  });

  it('takes 5,000 households and not one more, 4 MiB and not one byte more', () => {
    const rows = (count: number) => `${header}\n${Array.from({ length: count }, (_, index) => `${index},竺甲子,3,,,`).join('\n')}`;
    expect(good(rows(rosterRowsMax)).rows).toHaveLength(rosterRowsMax);
    expect(refusals(rows(rosterRowsMax + 1))).toEqual([`${rosterRowsMax + 2} null rows_too_many`]);
    const padded = (bytes: number) => Buffer.concat([Buffer.from(rows(1)), Buffer.alloc(bytes - Buffer.byteLength(rows(1)), '\n')]);
    expect(good(padded(rosterBytesMax)).rows).toHaveLength(1);
    expect(refusals(padded(rosterBytesMax + 1))).toEqual(['null null file_too_large']);
  });

  it.each([',', '"', '\n', 'a\n', ';\t,', '户'])('survives 4 MiB of %j', (text) => {
    const started = performance.now();
    expect(read(Buffer.alloc(rosterBytesMax, text)).ok).toBe(false);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

it('gives back any village written in any of the dialects', () => {
  const name = fc.string({ unit: fc.constantFrom(...'竺裘求梁甲乙丙丁𠮷㐂龘·'), minLength: 1, maxLength: 12 }).filter((text) => !text.startsWith('·'));
  const house = fc.string({ unit: fc.constantFrom(...'上村12号, ;"“”\t#'), maxLength: 20 }).map((text) => text.trim().replaceAll('\t', ''));
  const person = fc.record({ head: name, members: fc.integer({ min: 1, max: 30 }), house, phone: fc.constantFrom('', '19900000001', '05758612345') });
  const dialect = fc.record({
    mark: fc.constantFrom(',', ';', '\t'),
    newline: fc.constantFrom('\n', '\r\n'),
    bom: fc.boolean(),
    quoteAll: fc.boolean(),
    last: fc.boolean(),
  });
  const order = fc.shuffledSubarray(['户号', '户主', '人数', '电话', '门牌'], { minLength: 5 });
  fc.assert(
    fc.property(fc.array(person, { minLength: 1, maxLength: 20 }), dialect, order, (people, { mark, newline, bom, quoteAll, last }, columns) => {
      const write = (cell: string) => (quoteAll || /[,;\t"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
      const cells = people.map(({ head, members, house, phone }, index) => ({ 户号: `${index}`, 户主: head, 人数: `${members}`, 电话: phone, 门牌: house }));
      const lines = [columns, ...cells.map((row) => columns.map((column) => row[column as keyof typeof row]))].map((row) => row.map(write).join(mark));
      const roster = good(`${bom ? '\ufeff' : ''}${lines.join(newline)}${last ? newline : ''}`);
      expect(roster.issues).toEqual([]);
      expect(roster.rows).toEqual(
        people.map(({ head, members, house, phone }, index) => ({
          line: index + 2,
          number: `${index}`,
          head,
          members,
          phone: phone || null,
          house: house || null,
          cards: [],
        })),
      );
    }),
  );
});
