// Without this, a power cut in the middle of a write could give a board another past, and no counter could be believed.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SiteError } from '../../device-sim/site-error.ts';
import { loadJsonFile, openJournal, openSlotFile, openStateFolder, replaceJsonFile } from '../../device-sim/state-file.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sifen-state-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string) => path.join(folder, name);

function keep(file: string, ...values: readonly unknown[]): void {
  const slots = openSlotFile(file, 'fast');
  for (const value of values) slots.commit(value);
  slots.close();
}
function recall(file: string): unknown {
  const slots = openSlotFile(file, 'fsync');
  slots.close();
  return slots.value;
}

describe('a memory of two slots', () => {
  test('is empty when new, and gives back what was written last', () => {
    expect(recall(at('new'))).toBeUndefined();
    keep(at('a'), { count: 1 });
    expect(recall(at('a'))).toEqual({ count: 1 });
    keep(at('a'), { count: 2 }, { count: 3 });
    expect(recall(at('a'))).toEqual({ count: 3 });
    keep(at('a'), { count: 4 });
    expect(recall(at('a'))).toEqual({ count: 4 });
  });

  test('torn at any byte of a write, it holds the value before or the value after', () => {
    for (const writes of [1, 2, 3]) {
      const file = at(`torn-${writes}`);
      const values = Array.from({ length: writes }, (_unused, index) => ({ count: index, label: 'x'.repeat(index * 7) }));
      keep(file, ...values);
      const before = fs.readFileSync(file);
      keep(file, { count: 99, label: 'after' });
      const after = fs.readFileSync(file);
      const slotBytes = 32 * 1024;
      const first = writes % 2 === 1 ? slotBytes : 0;
      const last = first + 16 + JSON.stringify({ count: 99, label: 'after' }).length;
      const untouched = Math.min(first, before.length);
      expect(after.subarray(0, untouched).equals(before.subarray(0, untouched)), 'the newer slot is left alone').toBe(true);
      for (let cut = first; cut <= last; cut += 1) {
        const torn = Buffer.concat([after.subarray(0, cut), before.subarray(Math.min(cut, before.length))]);
        // Bytes the file did not have yet read as zero when the file grew before its content came.
        const whole = torn.length < after.length ? Buffer.concat([torn, Buffer.alloc(after.length - torn.length)]) : torn;
        fs.writeFileSync(file, whole);
        expect([values.at(-1), { count: 99, label: 'after' }]).toContainEqual(recall(file));
      }
      expect(recall(file)).toEqual({ count: 99, label: 'after' });
    }
  });

  test('torn at its very first write, it is as good as new', () => {
    keep(at('first'), { count: 1 });
    const bytes = fs.readFileSync(at('first'));
    for (const length of [0, 3, 15, 20, bytes.length - 1]) {
      fs.writeFileSync(at('first'), bytes.subarray(0, length));
      expect(recall(at('first'))).toBeUndefined();
    }
  });

  test('damaged in one slot, the other one serves; in both, it refuses instead of guessing', () => {
    keep(at('b'), { count: 1 }, { count: 2 });
    const bytes = fs.readFileSync(at('b'));
    const second = Buffer.from(bytes);
    second.writeUInt8(second.readUInt8(32 * 1024 + 20) ^ 1, 32 * 1024 + 20);
    fs.writeFileSync(at('b'), second);
    expect(recall(at('b'))).toEqual({ count: 1 });
    second.writeUInt8(second.readUInt8(20) ^ 1, 20);
    fs.writeFileSync(at('b'), second);
    expect(() => recall(at('b'))).toThrow(SiteError);
  });
});

describe('plain state', () => {
  test('is replaced whole, is nothing when new, and is refused when damaged', () => {
    expect(loadJsonFile(at('site.json'))).toBeUndefined();
    replaceJsonFile(at('site.json'), { a: 1 });
    replaceJsonFile(at('site.json'), { a: 2 });
    expect(loadJsonFile(at('site.json'))).toEqual({ a: 2 });
    expect(fs.readdirSync(folder)).toEqual(['site.json']);
    fs.writeFileSync(at('site.json'), '{"a":');
    expect(() => loadJsonFile(at('site.json'))).toThrow(/is damaged; move it away/);
  });

  test('the journal only grows', () => {
    for (const job of [1, 2]) {
      const journal = openJournal(at('j.jsonl'), 'fsync');
      journal.append({ job });
      journal.close();
    }
    expect(fs.readFileSync(at('j.jsonl'), 'utf8')).toBe('{"job":1}\n{"job":2}\n');
  });

  test('a folder that cannot be is said so', () => {
    fs.writeFileSync(at('file'), '');
    expect(() => openStateFolder(at('file/state'))).toThrow(/cannot be written; name another one with --state/);
  });
});
