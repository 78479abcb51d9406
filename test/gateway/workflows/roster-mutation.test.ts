// Without this file a damaged roster could be taken for something it does not say, or be refused without telling where.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Random } from '../../../device-sim/random.ts';
import type { RosterRow } from '../../../gateway/core/roster.ts';
import { parseRoster } from '../../../gateway/workflows/roster-file.ts';

/**
 * A second reader, written apart from the first and only for files that were accepted: it answers what each line says, or throws.
 * It knows the separators, quotes and headers by their definition and judges nothing.
 */
function readNaively(bytes: Buffer, encoding: string): { header: string[]; rows: Map<number, string[]> } {
  const text = new TextDecoder(encoding).decode(bytes);
  if (encoding === 'utf-8') expect(Buffer.from(text).equals(bytes) || Buffer.from(`\ufeff${text}`).equals(bytes)).toBe(true);
  const unquoted = (/[^\r\n]+/.exec(text)?.[0] ?? '').split('"').filter((_, index) => index % 2 === 0);
  const count = (mark: string) => unquoted.join('').split(mark).length;
  const mark = [',', '\t', ';'].sort((a, b) => count(b) - count(a))[0];
  const pattern = new RegExp(String.raw`(?:"((?:[^"]|"")*)"|((?:(?!\r\n)[^"${mark}\n])*))(${mark}|\r?\n|$)`, 'y');
  const records: { line: number; cells: string[] }[] = [];
  let line = 1;
  let record = { line, cells: [] as string[] };
  while (pattern.lastIndex < text.length) {
    const [whole, inQuotes, plain, end] = pattern.exec(text) ?? expect.fail(`line ${line} is not CSV`);
    record.cells.push(inQuotes?.replaceAll('""', '"') ?? plain ?? '');
    line += whole.split('\n').length - 1;
    if (end === mark && pattern.lastIndex < text.length) continue;
    if (end === mark) record.cells.push('');
    if (record.cells.some((cell) => cell.trim() !== '')) records.push(record);
    record = { line, cells: [] };
  }
  const [header, ...rest] = records;
  return { header: header?.cells ?? [], rows: new Map(rest.map((each) => [each.line, each.cells])) };
}

const meanings: Record<'number' | 'head' | 'members' | 'phone' | 'house' | 'card', RegExp> = {
  number: /^(户号|户编号|农户编号|家庭编号|household|householdnumber|householdno)$/,
  head: /^(户主|户主姓名|姓名|head|headofhousehold|name)$/,
  members: /^(人数|家庭人数|人口|人口数|户人口|家庭人口|members|people|persons)$/,
  phone: /^(电话|联系电话|电话号码|手机|手机号|手机号码|联系方式|phone|phonenumber|mobile|telephone)$/,
  house: /^(门牌|门牌号|门牌号码|住址|地址|house|houselabel|housenumber|address)$/,
  card: /^(卡号|卡|卡码|卡编号|card|cards|cardcode|cardcodes|cardnumber)$/,
};
/** Every character a full-width form stands for: NFKC agrees with ours on them, and it is not what the reader uses. */
const narrow = (text: string) => text.replace(/[\uff01-\uff5e\u3000]/g, (wide) => wide.normalize('NFKC'));
const bare = (header: string) =>
  narrow(header)
    .trim()
    .toLowerCase()
    .replace(/\(.*\)$/, '')
    .replace(/[\s_*:.-]/g, '');

/** What an accepted row must be, cell for cell. */
function expectedRow(line: number, header: readonly string[], cells: readonly string[]): RosterRow {
  const cellOf = (meaning: keyof typeof meanings) => {
    const index = header.findIndex((name) => meanings[meaning].test(bare(name)));
    return index < 0 ? undefined : cells[index]?.trim();
  };
  const phone = cellOf('phone');
  const house = cellOf('house');
  return {
    line,
    number: narrow(cellOf('number') ?? '?').toUpperCase(),
    head: cellOf('head') ?? '?',
    members: Number(narrow(cellOf('members') ?? '?')),
    phone: phone === undefined ? undefined : narrow(phone).replace(/[\s-]/g, '') || null,
    house: house === undefined ? undefined : house.replace(/[０-９]/g, narrow) || null,
    cards: [
      ...new Set(
        narrow(cellOf('card') ?? '')
          .split(/[、;,|\s]/)
          .filter(Boolean),
      ),
    ],
  };
}

const demo = readFileSync(new URL('../../../config/demo-roster.csv', import.meta.url), 'utf8')
  .split('\r\n')
  .slice(0, 12)
  .join('\r\n');
const quoted =
  '备注;户号;户主;人数;电话;门牌;卡号\n"两行\r\n的""话""";A-1;竺甲子;3;0575-8612345;"溪边; 2号";"AAAA;BBBB"\n;A-2;裘乙丑;２;;;CCCC、DDDD\n\n;A-3;俞丙寅;30;１９９００００００００;上村１号;\n';
const bases = [
  Buffer.from(demo),
  readFileSync(new URL('../../fixtures/roster-gb18030.csv', import.meta.url)),
  readFileSync(new URL('../../fixtures/roster-utf8.csv', import.meta.url)),
  Buffer.from(quoted),
  Buffer.from(quoted.replaceAll(';', '\t')),
];
const spices = ['"', ',', ';', '\t', '\n', '\r\n', '\r', '=', '\0', '\ufeff', '０', '户号', '竺', ' ', '、', 'H1', '"\n"', ',,,,,,'].map((text) =>
  Buffer.from(text),
);

/** Swaps two cells of the file as somebody who sorts only one column does. */
function swapCells(bytes: Buffer, random: Random): Buffer {
  const cells = bytes.toString('latin1').split(/([,;\t\n])/);
  const [a, b] = [random.whole(0, (cells.length - 1) / 2) * 2, random.whole(0, (cells.length - 1) / 2) * 2];
  [cells[a], cells[b]] = [cells[b] as string, cells[a] as string];
  return Buffer.from(cells.join(''), 'latin1');
}

function mutate(bytes: Buffer, random: Random): Buffer {
  const at = random.whole(0, bytes.length - 1);
  const length = random.whole(1, 12);
  const splice = (middle: Uint8Array, skip: number) => Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(at + skip)]);
  switch (random.whole(0, 7)) {
    case 0:
      return splice(Buffer.of((bytes[at] as number) ^ (1 << random.whole(0, 7))), 1);
    case 1:
      return splice(Buffer.of(random.whole(0, 255)), 1);
    case 2:
      return splice(Buffer.alloc(0), length);
    case 3:
      return splice(Buffer.of(random.whole(0, 255)), 0);
    case 4:
      return splice(random.pick(spices), random.whole(0, 1));
    case 5:
      return splice(bytes.subarray(random.whole(0, at), at), 0);
    case 6:
      return bytes.subarray(0, at);
    default:
      return swapCells(bytes, random);
  }
}

it('refuses 10,000 mutated rosters with their place or takes exactly what they say', () => {
  const seen = { refusedFiles: 0, filesWithBadRows: 0, accepted: 0, rows: 0 };
  const runOne = (seed: number) => {
    const random = new Random(seed);
    let bytes: Buffer = random.pick(bases);
    for (let rounds = random.pick([1, 1, 1, 2, 3]); rounds > 0 && bytes.length > 0; rounds -= 1) bytes = mutate(bytes, random);
    const lines = bytes.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 1);
    const parsed = parseRoster(bytes);
    if (!parsed.ok) {
      seen.refusedFiles += 1;
      expect(parsed.issues.length).toBeGreaterThan(0);
      for (const { line, code } of parsed.issues) {
        if (line === null) expect(code).toBe('file_empty');
        else expect(line >= 1 && line <= lines).toBe(true);
      }
      return;
    }
    const { encoding, rows, issues, rowCount } = parsed.value;
    const naive = readNaively(bytes, encoding);
    const names = naive.header.map((name) => name.trim().replaceAll(/\p{C}/gu, '?'));
    for (const row of rows) expect(row).toEqual(expectedRow(row.line, naive.header, naive.rows.get(row.line) ?? []));
    for (const { line, column, code } of issues) {
      expect(naive.rows.has(line ?? 0)).toBe(true);
      expect(column === null ? code === 'field_count' : names.includes(column)).toBe(true);
    }
    // Each line that says anything is accounted for once: taken or refused.
    expect([...rows.map(({ line }) => line), ...new Set(issues.map(({ line }) => line as number))].sort((a, b) => a - b)).toEqual([...naive.rows.keys()]);
    expect(rowCount).toBe(naive.rows.size);
    seen[issues.length === 0 ? 'accepted' : 'filesWithBadRows'] += 1;
    seen.rows += rows.length;
  };
  fc.assert(fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), runOne), { numRuns: 10_000 });
  // The mutations must reach every outcome, or the loop above proves little.
  expect(Math.min(seen.refusedFiles, seen.filesWithBadRows, seen.accepted)).toBeGreaterThan(500);
  expect(seen.rows).toBeGreaterThan(10_000);
}, 120_000);
