// Lost if deleted: the proof that a wrong register map stops the program while it loads, with every fault named.
import { describe, expect, it } from 'vitest';
import { defineDevice } from '../../protocol/define-device.ts';
import type { DeviceMap, FieldRow } from '../../protocol/register-map.ts';
import { testBoard } from '../support/test-board.ts';

const number = { space: 'holding', kind: 'u16', unit: 'count', access: 'r', doc: 'A count.' } as const;
const bare = { space: 'holding', access: 'r', doc: 'No number.' } as const;

/** Loads a map of these rows, whatever the types say, and gives the faults it is refused with. */
function faultsOf(fields: Record<string, object>, more: object = {}): string[] {
  try {
    defineDevice({ ...testBoard, ...more, fields: fields as Record<string, FieldRow> } as DeviceMap);
  } catch (error) {
    const [head, ...faults] = (error as Error).message.split('\n');
    expect(head).toBe('the register map has faults:');
    return faults;
  }
  return [];
}

describe('defineDevice refuses', () => {
  const cases: readonly (readonly [name: string, fields: Record<string, object>, fault: string])[] = [
    ['two rows at one address', { a: { ...number, address: 3 }, b: { ...number, address: 3 } }, 'T-1.b: overlaps a at holding 3'],
    ['a row inside a long one', { long: { ...number, kind: 'u64', address: 0 }, short: { ...number, address: 3 } }, 'T-1.short: overlaps long at holding 3'],
    [
      'an overlap after a gap',
      {
        a: { ...number, address: 0 },
        b: { space: 'holding', kind: 'hex', words: 10, access: 'r', doc: '', address: 100 },
        c: { ...number, address: 105 },
      },
      'T-1.c: overlaps b at holding 105',
    ],
    ['an address below 0', { a: { ...number, address: -1 } }, 'T-1.a: takes addresses -1..-1, outside 0..65535'],
    ['a last word past 65535', { a: { ...number, kind: 'u32', address: 65535 } }, 'T-1.a: takes addresses 65535..65536, outside 0..65535'],
    ['a broken address', { a: { ...number, address: 1.5 } }, 'T-1.a: takes addresses 1.5..1.5, outside 0..65535'],
    ['a number without unit', { a: { ...number, unit: undefined, address: 0 } }, 'T-1.a: has no unit'],
    ['a blank unit', { a: { ...number, unit: ' ', address: 0 } }, 'T-1.a: has no unit'],
    ['min above max', { a: { ...number, min: 5, max: 4, address: 0 } }, 'T-1.a: min 5 is above max 4'],
    ['a max the kind cannot hold', { a: { ...number, max: 65536, address: 0 } }, 'T-1.a: bound 65536 cannot be held by u16 with scale 1'],
    ['a min the kind cannot hold', { a: { ...number, kind: 'i16', min: -32769, address: 0 } }, 'T-1.a: bound -32769 cannot be held by i16 with scale 1'],
    [
      'a bound off the scale',
      { a: { ...number, scale: 100, min: 150, max: 200, initial: 200, address: 0 } },
      'T-1.a: bound 150 cannot be held by u16 with scale 100',
    ],
    ['a scale of a half', { a: { ...number, scale: 0.5, address: 0 } }, 'T-1.a: scale 0.5 is not a whole number of 1 or more'],
    ['a label outside one word', { a: { ...bare, kind: 'enum', labels: { off: 0, on: 65536 }, address: 0 } }, 'T-1.a: label on is 65536, outside 0..65535'],
    ['two labels of one value', { a: { ...bare, kind: 'enum', labels: { off: 0, idle: 0 }, address: 0 } }, 'T-1.a: label idle repeats value 0'],
    ['an initial outside the bounds', { a: { ...number, max: 9, initial: 10, address: 0 } }, 'T-1.a: initial 10 count is outside 0..9'],
    ['a missing initial where zero is impossible', { a: { ...number, min: 1, address: 0 } }, 'T-1.a: needs an initial value: zero is not one of its values'],
    ['an initial that is no label', { a: { ...bare, kind: 'enum', labels: { off: 0 }, initial: 'on', address: 0 } }, 'T-1.a: initial on is none of off'],
    ['two flags on one bit', { a: { ...bare, kind: 'bits', bits: { x: 3, y: { bit: 2, width: 2 } }, address: 0 } }, 'T-1.a: bits x and y share bit 3'],
    ['a bit past the word', { a: { ...bare, kind: 'bits', bits: { x: { bit: 15, width: 2 } }, address: 0 } }, 'T-1.a: bit x is outside 0..15'],
    ['a register kind in a bit space', { a: { ...number, space: 'coil', address: 0 } }, 'T-1.a: kind u16 cannot stand in space coil'],
    ['a bit in a register space', { a: { ...bare, kind: 'bit', address: 0 } }, 'T-1.a: kind bit cannot stand in space holding'],
    ['a writable input', { a: { ...number, space: 'input', access: 'rw', address: 0 } }, 'T-1.a: space input cannot be written'],
    ['polling what cannot be read', { a: { ...number, access: 'w', poll: 'status', address: 0 } }, 'T-1.a: is polled but cannot be read'],
    ['a misspelt property', { a: { ...number, maxx: 3, address: 0 } }, 'T-1.a: a row of kind u16 has no property maxx'],
    ['an unknown kind', { a: { ...number, kind: 'f64', address: 0 } }, 'T-1.a: kind f64 is unknown'],
    ['an unknown space', { a: { ...number, space: 'memory', address: 0 } }, 'T-1.a: space memory is unknown'],
    ['a block nobody declared', { a: { ...number, block: 'status', address: 0 } }, 'T-1.a: block status is not declared'],
  ];
  it.each(cases)('%s', (_name, fields, fault) => {
    expect(faultsOf(fields)).toEqual([fault]);
  });

  it('every overlap with a long row, not only that of its neighbour', () => {
    const wide = { ...bare, kind: 'hex', words: 10, address: 100 };
    expect(faultsOf({ wide, inside: { ...number, address: 102 }, late: { ...number, address: 109 } })).toEqual([
      'T-1.inside: overlaps wide at holding 102',
      'T-1.late: overlaps wide at holding 109',
    ]);
  });

  it('a block with a gap, of the wrong access, too long or empty', () => {
    const inBlock = { ...number, block: 'b' };
    const read = { blocks: { b: 'read' } };
    expect(faultsOf({ x: { ...inBlock, address: 0 }, y: { ...inBlock, address: 2 } }, read)).toEqual(['T-1.y: leaves a gap in block b']);
    expect(faultsOf({ x: { ...inBlock, access: 'w', address: 0 } }, read)).toEqual(['T-1.x: cannot be read, as block b must']);
    expect(faultsOf({ x: { ...inBlock, address: 0 } }, { blocks: { b: 'write' } })).toEqual(['T-1.x: cannot be written, as block b must']);
    expect(faultsOf({ x: { ...number, address: 0 } }, read)).toEqual(['T-1.b: block has no rows']);
    const hex = { space: 'holding', kind: 'hex', doc: '', block: 'b' };
    const rows = (words: number, access: string) => ({ x: { ...hex, words: 100, access, address: 0 }, y: { ...hex, words, access, address: 100 } });
    expect(faultsOf(rows(25, 'r'), read)).toEqual([]);
    expect(faultsOf(rows(26, 'r'), read)).toEqual(['T-1.b: block takes 126 addresses, more than 125 in one request']);
    expect(faultsOf(rows(23, 'w'), { blocks: { b: 'write' } })).toEqual([]);
    expect(faultsOf(rows(24, 'w'), { blocks: { b: 'write' } })).toEqual(['T-1.b: block takes 124 addresses, more than 123 in one request']);
  });

  it('impossible units, deadlines and reliability of a map', () => {
    const fields = { a: { ...number, address: 0 } };
    expect(faultsOf(fields, { units: { first: 0, last: 5 } })).toEqual(['T-1: units 0..5 are not within 1..247']);
    expect(faultsOf(fields, { units: { first: 9, last: 5 } })).toEqual(['T-1: units 9..5 are not within 1..247']);
    expect(faultsOf(fields, { timeoutMs: 0 })).toEqual(['T-1: timeoutMs 0 is outside 1..60000']);
    expect(faultsOf(fields, { turnaroundMs: 100 })).toEqual(['T-1: turnaroundMs 100 is not within the deadline']);
    expect(faultsOf(fields, { guardMs: -1 })).toEqual(['T-1: guardMs -1 is outside 0..60000']);
    expect(faultsOf(fields, { kind: 'dispenser' })).toEqual(['T-1: reliability is for dispensers, and every dispenser needs one']);
  });

  it('lists every fault at once', () => {
    expect(faultsOf({ a: { ...number, min: 5, max: 4, address: 0 }, b: { ...number, unit: '', address: 0 } })).toEqual([
      'T-1.a: min 5 is above max 4',
      'T-1.b: has no unit',
      'T-1.b: overlaps a at holding 0',
    ]);
  });

  it('but takes neighbours, equal addresses in two spaces and the last address', () => {
    const fields = {
      a: { ...number, kind: 'u32', address: 0 },
      b: { ...number, address: 2 },
      c: { ...number, space: 'input', address: 0 },
      d: { ...number, address: 65535 },
    };
    expect(faultsOf(fields)).toEqual([]);
  });

  it('a float without unit, with bounds no single holds, and NaN', () => {
    const float = { space: 'holding', kind: 'f32', access: 'r', doc: '', address: 0 };
    expect(faultsOf({ a: float })).toEqual(['T-1.a: has no unit']);
    expect(faultsOf({ a: { ...float, unit: 'kg', max: 0.1 } })).toEqual(['T-1.a: bound 0.1 is no single precision number']);
    expect(faultsOf({ a: { ...float, unit: 'kg', min: 1, max: 0.5 } })).toEqual(
      ['T-1.a: min 1 is above max 0.5', 'T-1.a: needs an initial value: zero is not one of its values'].slice(0, 1),
    );
    expect(faultsOf({ a: { ...float, unit: 'kg', initial: Number.NaN } })).toEqual(['T-1.a: initial NaN is not a finite number']);
    expect(faultsOf({ a: { ...float, unit: 'kg' }, b: { ...number, address: 1 } })).toEqual([
      'T-1.b: overlaps a at holding 0'.replace('holding 0', 'holding 1'),
    ]);
    expect(faultsOf({ a: { ...float, unit: 'kg', scale: 10 } })).toEqual(['T-1.a: a row of kind f32 has no property scale']);
  });

  it('what the device has no function code for', () => {
    const at = (address: number, more: object) => ({ ...number, address, ...more });
    expect(faultsOf({ a: at(0, {}) }, { functions: [4, 16] })).toEqual(['T-1.a: is read by function 3, which the device does not know']);
    expect(faultsOf({ a: at(0, { access: 'w' }) }, { functions: [3] })).toEqual([
      'T-1.a: can only be written by function 6 or 16, which the device does not know',
    ]);
    expect(faultsOf({ a: at(0, { kind: 'u32', access: 'rw' }) }, { functions: [3, 6] })).toEqual([
      'T-1.a: can only be written by function 16, which the device does not know',
    ]);
    expect(faultsOf({ a: at(0, { access: 'rw' }) }, { functions: [3, 6] })).toEqual([]);
    const coil = { space: 'coil', address: 0, kind: 'bit', access: 'rw', doc: '' };
    expect(faultsOf({ a: coil }, { functions: [1, 16] })).toEqual(['T-1.a: can only be written by function 5 or 15, which the device does not know']);
    const block = { x: at(0, { access: 'w', block: 'b' }), y: at(1, { access: 'w', block: 'b' }) };
    expect(faultsOf(block, { functions: [3, 6], blocks: { b: 'write' } })).toEqual(['T-1.b: block is written whole, by a function the device does not know']);
    expect(faultsOf({ a: at(0, {}) }, { functions: [3, 3, 7] })).toEqual(['T-1: functions 3, 7 are unknown or named twice']);
  });

  it('more registers in one row or block than one request to the device may hold', () => {
    expect(faultsOf({ a: { ...number, kind: 'u64', address: 0 } }, { registersPerRequestMax: 3 })).toEqual([
      'T-1.a: takes 4 registers, more than 3 in one request',
    ]);
    const rows = { x: { ...number, address: 0, block: 'b' }, y: { ...number, address: 1, block: 'b' } };
    expect(faultsOf(rows, { registersPerRequestMax: 1, blocks: { b: 'read' } })).toEqual(['T-1.b: block takes 2 addresses, more than 1 in one request']);
    expect(faultsOf(rows, { registersPerRequestMax: 0, blocks: { b: 'read' } })[0]).toBe('T-1: registersPerRequestMax 0 is outside 1..125');
  });

  it('the word of an FC05 that could say on or off, and one that could be read', () => {
    const pulse = { space: 'coil', address: 0x200, kind: 'u16', unit: 'ms', scale: 100, min: 100, max: 100_000, access: 'w', doc: '' };
    expect(faultsOf({ a: pulse })).toEqual([]);
    expect(faultsOf({ a: { ...pulse, min: 0 } })).toEqual(['T-1.a: is the word of an FC05, so its counts are within 1..65279']);
    expect(faultsOf({ a: { ...pulse, max: 6_528_000 } })).toEqual(['T-1.a: is the word of an FC05, so its counts are within 1..65279']);
    expect(faultsOf({ a: { ...pulse, access: 'rw', initial: 100 } })).toContain('T-1.a: kind u16 cannot stand in space coil');
    expect(faultsOf({ a: pulse }, { functions: [1, 15] })).toEqual(['T-1.a: can only be written by function 5, which the device does not know']);
  });

  it('an edge on what cannot rest at zero, on a coil or in a block, and wear of what cannot be written', () => {
    const command = { ...number, access: 'w', trigger: 'edge', address: 0 };
    expect(faultsOf({ a: command })).toEqual([]);
    expect(faultsOf({ a: { ...command, min: 1 } })).toEqual(['T-1.a: is edge-triggered and cannot hold zero']);
    expect(faultsOf({ a: { ...bare, kind: 'enum', labels: { go: 1 }, access: 'w', trigger: 'edge', address: 0 } })).toEqual([
      'T-1.a: is edge-triggered and cannot hold zero',
    ]);
    expect(faultsOf({ a: { space: 'coil', kind: 'bit', access: 'w', trigger: 'edge', address: 0, doc: '' } })).toEqual([
      'T-1.a: is edge-triggered and not a holding register of its own',
    ]);
    expect(faultsOf({ a: { ...number, wears: true, address: 0 } })).toEqual(['T-1.a: says how it is written, and cannot be']);
  });
});
