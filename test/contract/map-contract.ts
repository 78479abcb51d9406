/**
 * What every register map owes, whatever device it describes: run over the catalogue by device-maps.test.ts, and over a model made up on the
 * spot by new-model.test.ts. It proves the map against the codec, the read plan and the simulator's bank; wires are bus-models.test.ts's.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBank } from '../../device-sim/register-bank.ts';
import { defineDevice } from '../../protocol/define-device.ts';
import { planReads, readRequest } from '../../protocol/read-plan.ts';
import { decodeField, decodeSpan, encodeField, encodeWrites } from '../../protocol/register-codec.ts';
import {
  addressCount,
  boundsOf,
  type DeviceMap,
  type FieldRow,
  type FieldsOf,
  type FieldValue,
  rowOf,
  rowsInOrder,
  slotOf,
} from '../../protocol/register-map.ts';

type AnyValue = FieldsOf<DeviceMap>[string];

/** Legal values of a row. */
function valuesOf(row: FieldRow): fc.Arbitrary<FieldValue> {
  switch (row.kind) {
    case 'enum':
      return fc.constantFrom(...Object.keys(row.labels));
    case 'bits':
      return fc.record(
        Object.fromEntries(
          Object.entries(row.bits).map(([name, slot]) => [name, typeof slot === 'number' ? fc.boolean() : fc.nat(2 ** slotOf(slot).width - 1)]),
        ),
      );
    case 'hex':
      return fc.stringMatching(new RegExp(`^[0-9a-f]{${row.words * 4}}$`));
    case 'bit':
      return fc.boolean();
    case 'f32': {
      const { min, max } = boundsOf(row);
      return fc.float({ min, max, noNaN: true, noDefaultInfinity: true });
    }
    default: {
      const { min, max } = boundsOf(row);
      const scale = row.scale ?? 1;
      return fc.integer({ min: min / scale, max: max / scale }).map((count) => count * scale);
    }
  }
}

/** Legal values of all rows of a map that `wanted` takes. */
export const mapValues = (map: DeviceMap, wanted: (row: FieldRow) => boolean) =>
  fc.record(Object.fromEntries(rowsInOrder(map).flatMap(([name, row]) => (wanted(row) ? [[name, valuesOf(row)] as const] : []))));

/** The nearest values a row must not hold. */
function valuesOutside(row: FieldRow): readonly unknown[] {
  switch (row.kind) {
    case 'enum':
      return ['no such label', 0, undefined];
    case 'bits':
      return [{}, 0, undefined];
    case 'hex':
      return ['0'.repeat(row.words * 4 - 1), '0'.repeat(row.words * 4 + 1), 'g'.repeat(row.words * 4), 0];
    case 'bit':
      return [0, 1, 'true', undefined];
    case 'f32':
      return [0.1, Number.NaN, Number.POSITIVE_INFINITY, '0', undefined];
    default: {
      const { min, max } = boundsOf(row);
      return [min - (row.scale ?? 1), max + (row.scale ?? 1), min + 0.5, Number.NaN, Number.POSITIVE_INFINITY, String(min), undefined];
    }
  }
}

/** Runs the contract over one map, under the name its catalogue line gives it. */
export function describeMap(model: string, map: DeviceMap): void {
  describe(model, () => {
    const names = Object.keys(map.fields);
    const readable = rowsInOrder(map).flatMap(([name, row]) => (row.access === 'w' ? [] : [name]));

    it('is catalogued under its own name', () => {
      expect(map.model).toBe(model);
    });

    it('gives back every legal value of every field', () => {
      const property = fc.property(
        mapValues(map, () => true),
        (values) => {
          for (const name of names) expect(decodeField(map, name, encodeField(map, name, values[name] as AnyValue))).toEqual({ ok: true, value: values[name] });
        },
      );
      fc.assert(property, { numRuns: 300 });
    });

    it.each(rowsInOrder(map))('%s refuses what it cannot hold, by name', (name, row) => {
      for (const value of valuesOutside(row)) {
        expect(() => encodeField(map, name, value as AnyValue), String(value)).toThrow(RangeError);
        expect(() => encodeField(map, name, value as AnyValue)).toThrow(`${model}.${name}: `);
      }
      for (const count of [addressCount(row) - 1, addressCount(row) + 1]) expect(decodeField(map, name, new Array<number>(count).fill(0)).ok).toBe(false);
    });

    it('plans every readable field once, without gaps, within the limits', () => {
      const spans = planReads(map);
      expect(spans.flatMap((span) => span.fields)).toEqual(readable);
      for (const span of spans) {
        expect(span.count).toBeLessThanOrEqual(span.space === 'coil' || span.space === 'discrete' ? 2000 : (map.registersPerRequestMax ?? 125));
        expect(span.fields.reduce((sum, name) => sum + addressCount(rowOf(map, name)), 0)).toBe(span.count);
      }
    });

    it('reads from a bank what was set in it, in whole plans and field by field', () => {
      const property = fc.property(
        mapValues(map, (row) => row.access !== 'w'),
        fc.constantFrom(undefined, ...readable),
        (values, only) => {
          const bank = createBank(map);
          bank.set(values as Record<string, AnyValue>);
          for (const span of planReads(map, only === undefined ? undefined : [only])) {
            const answer = bank.answer(readRequest(span));
            const decoded = decodeSpan(map, span, answer.kind === 'words' ? answer.words : answer.kind === 'bits' ? answer.bits : []);
            expect(decoded).toEqual({ ok: true, values: Object.fromEntries(span.fields.map((name) => [name, values[name]])) });
          }
        },
      );
      fc.assert(property, { numRuns: 200 });
    });

    it('writes to a bank what was asked, and nothing beside it', () => {
      const property = fc.property(
        mapValues(map, (row) => row.access !== 'r'),
        (values) => {
          const bank = createBank(map);
          const untouched = rowsInOrder(map).flatMap(([name, row]) => (row.access === 'r' ? [name] : []));
          const before = untouched.map((name) => bank.get(name));
          for (const request of encodeWrites(map, values as Record<string, AnyValue>)) expect(bank.answer(request)).toEqual({ kind: 'written' });
          for (const [name, value] of Object.entries(values)) expect(bank.get(name)).toEqual(value);
          expect(untouched.map((name) => bank.get(name))).toEqual(before);
        },
      );
      fc.assert(property, { numRuns: 200 });
    });

    it('never gives a value out of bounds, whatever words a device answers', () => {
      const word = fc.oneof(fc.constantFrom(0, 1, 0x8000, 0xffff), fc.nat(0xff), fc.nat(0xffff));
      const answers = fc.array(word, { minLength: 125, maxLength: 125 });
      const property = fc.property(fc.constantFrom(...rowsInOrder(map)), answers, ([name, row], words) => {
        const given = words.slice(0, addressCount(row));
        const decoded = decodeField(map, name, given);
        if (!decoded.ok) expect(decoded.issue.startsWith(`${model}.${name}: `)).toBe(true);
        else if (row.kind === 'bits') expect(decodeField(map, name, encodeField(map, name, decoded.value))).toEqual(decoded);
        else expect(encodeField(map, name, decoded.value)).toEqual(given);
      });
      fc.assert(property, { numRuns: 2000 });
    });

    it('names every bad field of an answer at once', () => {
      for (const span of planReads(map).filter(({ space }) => space === 'input' || space === 'holding')) {
        const bad = span.fields.filter((name) => !decodeField(map, name, new Array<number>(addressCount(rowOf(map, name))).fill(0xffff)).ok);
        const decoded = decodeSpan(map, span, new Array<number>(span.count).fill(0xffff));
        expect(decoded.ok ? [] : decoded.issues.map((issue) => issue.split(': ')[0])).toEqual(bad.map((name) => `${model}.${name}`));
      }
    });

    it.each(rowsInOrder(map))('is refused at load with a second row on %s, also after a gap', (name, row) => {
      const rival: FieldRow =
        row.kind === 'bit'
          ? { space: row.space, address: row.address, kind: 'bit', access: 'r', doc: 'Rival.' }
          : { space: row.space, address: row.address + addressCount(row) - 1, kind: 'u16', unit: 'count', access: 'r', doc: 'Rival.' };
      expect(() => defineDevice({ ...map, fields: { ...map.fields, rival } })).toThrow(
        new RegExp(`${model}\\.(rival: overlaps ${name}|${name}: overlaps rival) at ${row.space}`),
      );
    });
  });
}
