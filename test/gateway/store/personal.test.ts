// Without this file names and phones could lie readable on the disk of a stolen PC, or survive their own erasure.
import { createDecipheriv, hkdfSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PersonalRecord } from '../../../gateway/core/roster.ts';
import { GatewayError } from '../../../gateway/errors.ts';
import { openPersonalFile, type PersonalFile } from '../../../gateway/store/personal.ts';

const masterKey = Buffer.alloc(32, 0x51);
let folder: string;
let path: string;
let open: PersonalFile[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sifen-personal-'));
  path = join(folder, 'personal.db');
  open = [];
});
afterEach(() => {
  for (const file of open) file.close();
  rmSync(folder, { recursive: true });
});

const openFile = (key = masterKey): PersonalFile => {
  const file = openPersonalFile({ path, masterKey: key });
  open.push(file);
  return file;
};
const close = (file: PersonalFile) => {
  file.close();
  open = open.filter((each) => each !== file);
};
const household = (index: number) => `h-${String(index).padStart(20, '0')}`;
const person = (index: number, more: Partial<PersonalRecord> = {}): PersonalRecord => ({
  household: household(index),
  number: `WXJ-${index}`,
  head: `竺甲子${index}号人`,
  phone: `1990000${1000 + index}`,
  house: `上村第${index}号`,
  cards: [`CARD-${index}-A`, `CARD-${index}-B`],
  ...more,
});
/** Everything the folder holds: the file and its write-ahead log. */
const bytesOnDisk = () => Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
/** Looks into the closed file as a thief would, past the product. */
function peek<Result>(look: (db: Database.Database) => Result): Result {
  const db = new Database(path);
  try {
    return look(db);
  } finally {
    db.close();
  }
}
const failure = (work: () => unknown): GatewayError => {
  try {
    work();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  return expect.fail('nothing was thrown');
};

describe('keeping', () => {
  it('gives back what was put, also after reopening, and finds a household by its number', () => {
    const people = [person(1), person(2, { phone: null, house: null, cards: [] })];
    const first = openFile();
    first.put(people);
    expect(first.list()).toEqual(people);
    close(first);
    const again = openFile();
    expect(again.read(household(2))).toEqual(people[1]);
    expect(again.find('WXJ-1')).toBe(household(1));
    expect(again.find('WXJ-9')).toBeUndefined();
    expect(again.read(household(9))).toBeUndefined();
  });

  it('finds a number whose leading zeros a spreadsheet dropped', () => {
    const file = openFile();
    file.put([person(7, { number: '007' })]);
    expect(file.find('7')).toBe(household(7));
    expect(file.find('70')).toBeUndefined();
  });

  it('replaces a household and moves its index', () => {
    const file = openFile();
    file.put([person(1)]);
    file.put([person(1, { number: 'NEW-1', head: '裘乙丑', phone: null })]);
    expect(file.list()).toEqual([person(1, { number: 'NEW-1', head: '裘乙丑', phone: null })]);
    expect(file.find('WXJ-1')).toBeUndefined();
    expect(file.find('NEW-1')).toBe(household(1));
  });

  it('writes all or none', () => {
    const file = openFile();
    file.put([person(1)]);
    // Two households under one number is a mistake of the caller and stops in the middle.
    expect(() => file.put([person(2), person(3, { number: 'WXJ-1' })])).toThrow(/UNIQUE/);
    expect(file.list()).toEqual([person(1)]);
  });

  it('is held by one process only', () => {
    openFile();
    expect(failure(() => openFile())).toMatchObject({ code: 'store_locked' });
  });
});

describe('secrecy', () => {
  it('leaves nothing readable in the file or its log: no name, phone, label, card or number', () => {
    const file = openFile();
    file.put(Array.from({ length: 40 }, (_, index) => person(index)));
    const live = bytesOnDisk();
    close(file);
    for (const bytes of [live, bytesOnDisk()]) {
      expect(bytes.length).toBeGreaterThan(10_000);
      expect(bytes.includes(household(7))).toBe(true);
      for (const text of ['竺甲子', '号人', '1990000', '上村', 'CARD-', 'WXJ-']) expect(bytes.includes(text), text).toBe(false);
      expect(bytes.includes(masterKey)).toBe(false);
    }
  });

  it('seals equal fields of two households differently', () => {
    const file = openFile();
    file.put([person(1, { head: '同名' }), person(2, { head: '同名' })]);
    close(file);
    const heads = peek((db) => db.prepare('SELECT head, data_key FROM person').all() as { head: Buffer; data_key: Buffer }[]);
    expect(heads[0]?.head.equals(heads[1]?.head as Buffer)).toBe(false);
    expect(heads[0]?.data_key.equals(heads[1]?.data_key as Buffer)).toBe(false);
  });

  it('is opened by the written format alone, and each person has a key of their own', () => {
    const file = openFile();
    file.put([person(1), person(2)]);
    close(file);
    const unseal = (key: Uint8Array, boundTo: string, sealed: Buffer) => {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(Buffer.from(boundTo)).setAuthTag(sealed.subarray(-16));
      return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
    };
    const wrapKey = new Uint8Array(hkdfSync('sha256', masterKey, '', 'sifen personal file wrap', 32));
    const rows = peek(
      (db) => db.prepare('SELECT household, data_key, head FROM person ORDER BY household').all() as { household: string; data_key: Buffer; head: Buffer }[],
    );
    const keys = rows.map((row) => unseal(wrapKey, `person|data_key|${row.household}|1`, row.data_key));
    expect(rows.map((row, index) => unseal(keys[index] as Buffer, `person|head|${row.household}|1`, row.head).toString())).toEqual([
      person(1).head,
      person(2).head,
    ]);
    expect(keys[0]).toHaveLength(32);
    expect(keys[0]?.equals(keys[1] as Buffer)).toBe(false);
  });

  it('refuses another master key in one sentence and changes nothing', () => {
    const file = openFile();
    file.put([person(1)]);
    close(file);
    const refused = failure(() => openFile(Buffer.alloc(32, 0x52)));
    expect(refused).toMatchObject({ code: 'key_missing', message: `${path} was written with another master key.` });
    expect(openFile().list()).toEqual([person(1)]);
  });

  it('refuses a file that lost the mark of its key', () => {
    const file = openFile();
    file.put([person(1)]);
    close(file);
    peek((db) => db.exec('DELETE FROM key_check'));
    expect(failure(() => openFile())).toMatchObject({ code: 'store_damaged' });
  });
});

describe('tampering', () => {
  const fields = ['data_key', 'number', 'head', 'phone', 'house', 'cards'] as const;

  it.each(fields)('refuses an altered %s by name, wherever the bit was flipped', (field) => {
    const file = openFile();
    file.put([person(1), person(2)]);
    close(file);
    const sealed = peek((db) => db.prepare(`SELECT ${field} FROM person WHERE household = ?`).pluck().get(household(1)) as Buffer);
    for (const at of [0, 11, 12, sealed.length - 17, sealed.length - 16, sealed.length - 1]) {
      const altered = Buffer.from(sealed);
      altered[at] = (altered[at] as number) ^ 1;
      peek((db) => db.prepare(`UPDATE person SET ${field} = ? WHERE household = ?`).run(altered, household(1)));
      const reopened = openFile();
      const refused = failure(() => reopened.read(household(1)));
      expect(refused.code).toBe('store_damaged');
      expect(refused.message).toContain(`Field ${field} of ${household(1)} `);
      expect(reopened.read(household(2))).toEqual(person(2));
      close(reopened);
    }
  });

  it('refuses a cell moved to another column, and a row moved to another household', () => {
    const file = openFile();
    file.put([person(1), person(2)]);
    close(file);
    peek((db) => {
      db.exec(`UPDATE person SET house = phone WHERE household = '${household(1)}'`);
      db.exec(`UPDATE person SET household = '${household(3)}' WHERE household = '${household(2)}'`);
    });
    const reopened = openFile();
    expect(failure(() => reopened.read(household(1))).message).toContain('Field house');
    expect(failure(() => reopened.read(household(3))).message).toContain('Field data_key');
  });

  it('refuses a cell cut short', () => {
    const file = openFile();
    file.put([person(1)]);
    close(file);
    peek((db) => db.exec("UPDATE person SET phone = x'0102'"));
    const reopened = openFile();
    expect(failure(() => reopened.read(household(1))).message).toContain('Field phone');
  });
});

describe('erasing', () => {
  it('leaves neither key nor cell of an erased household on the disk, and everybody else as they were', () => {
    const file = openFile();
    const everybody = Array.from({ length: 300 }, (_, index) => person(index));
    file.put(everybody);
    file.put(everybody.map((each) => ({ ...each, head: '改名' })));
    close(file);
    const rows = peek((db) => db.prepare('SELECT * FROM person ORDER BY household').all() as Record<string, Buffer | string>[]);
    const again = openFile();
    const erased = rows.filter((_, index) => index % 3 === 0);
    for (const row of erased) expect(again.erase(row['household'] as string)).toBe(true);
    const bytes = bytesOnDisk();
    for (const row of rows) {
      const gone = erased.includes(row);
      for (const column of ['data_key', 'number_index', 'head', 'cards'])
        expect(bytes.includes(row[column] as Buffer), `${row['household']} ${column}`).toBe(!gone);
    }
    expect(again.find('WXJ-0')).toBeUndefined();
    expect(again.read(household(0))).toBeUndefined();
    expect(again.list()).toHaveLength(200);
    expect(again.read(household(1))).toEqual({ ...person(1), head: '改名' });
  });

  it('says when there was nobody to erase', () => {
    expect(openFile().erase(household(1))).toBe(false);
  });

  it('gives a household that comes back a new key', () => {
    const file = openFile();
    file.put([person(1)]);
    close(file);
    const keyOf = () => peek((db) => db.prepare('SELECT data_key FROM person').pluck().get() as Buffer);
    const before = keyOf();
    const again = openFile();
    again.erase(household(1));
    again.put([person(1)]);
    close(again);
    expect(keyOf().equals(before)).toBe(false);
  });
});
