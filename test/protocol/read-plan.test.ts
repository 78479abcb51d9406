// Lost if deleted: the proof that a plan merges neighbours, never reads across a gap or past the limits, and never splits a field or block.
import { describe, expect, it } from 'vitest';
import { defineDevice } from '../../protocol/define-device.ts';
import { planReads, readRequest } from '../../protocol/read-plan.ts';
import type { DeviceMap, FieldRow } from '../../protocol/register-map.ts';

const board = {
  model: 'T-3',
  kind: 'bin',
  title: 'Test board',
  source: { document: 'none', revision: '0' },
  wordOrder: 'highFirst',
  units: { first: 1, last: 9 },
  timeoutMs: 100,
  guardMs: 100,
} as const;
const word = { space: 'holding', kind: 'u16', unit: 'count', access: 'r', doc: '' } as const;
const bit = { space: 'discrete', kind: 'bit', access: 'r', doc: '' } as const;

/** Shape of a plan without its field names. */
const shape = (map: DeviceMap, names?: readonly string[]) => planReads(map, names).map((span) => `${span.space} ${span.address}+${span.count}`);

describe('planReads', () => {
  const map = defineDevice({
    ...board,
    blocks: { pair: 'read' },
    fields: {
      d: { ...word, address: 7 },
      a: { ...word, address: 0 },
      b: { ...word, kind: 'u32', address: 1 },
      c: { ...word, address: 4, block: 'pair' },
      c2: { ...word, kind: 'u32', address: 5, block: 'pair' },
      command: { ...word, access: 'w', address: 8 },
      e: { ...word, address: 9 },
      input: { ...word, space: 'input', address: 10 },
      door: { ...bit, address: 0 },
      smoke: { ...bit, address: 1 },
      lamp: { ...bit, space: 'coil', address: 2 },
    },
  });

  it('merges neighbours, breaks at gaps, at spaces and at what cannot be read', () => {
    expect(planReads(map)).toEqual([
      { space: 'coil', address: 2, count: 1, fields: ['lamp'] },
      { space: 'discrete', address: 0, count: 2, fields: ['door', 'smoke'] },
      { space: 'input', address: 10, count: 1, fields: ['input'] },
      { space: 'holding', address: 0, count: 3, fields: ['a', 'b'] },
      { space: 'holding', address: 4, count: 4, fields: ['c', 'c2', 'd'] },
      { space: 'holding', address: 9, count: 1, fields: ['e'] },
    ]);
  });

  it('takes only the fields asked for, and the whole block of a field in one', () => {
    expect(planReads(map, ['b'])).toEqual([{ space: 'holding', address: 1, count: 2, fields: ['b'] }]);
    expect(planReads(map, ['c2'])).toEqual([{ space: 'holding', address: 4, count: 3, fields: ['c', 'c2'] }]);
    expect(planReads(map, ['d', 'a', 'a'])).toEqual([
      { space: 'holding', address: 0, count: 1, fields: ['a'] },
      { space: 'holding', address: 7, count: 1, fields: ['d'] },
    ]);
    expect(planReads(map, [])).toEqual([]);
  });

  it('asks as the span says', () => {
    expect(planReads(map, ['c']).map(readRequest)).toEqual([{ kind: 'read', space: 'holding', address: 4, count: 3 }]);
  });

  it('breaks at 125 registers without splitting a field or block', () => {
    const many = (last: FieldRow) => {
      const rows = Array.from({ length: 124 }, (_, at): [string, FieldRow] => [`w${at}`, { ...word, address: at }]);
      return defineDevice({
        ...board,
        blocks: { pair: 'read' },
        fields: Object.fromEntries([...rows, ['p0', { ...word, address: 200, block: 'pair' }], ['last', last]]),
      });
    };
    expect(shape(many({ ...word, address: 124 }))).toEqual(['holding 0+125', 'holding 200+1']);
    expect(shape(many({ ...word, kind: 'u32', address: 124 }))).toEqual(['holding 0+124', 'holding 124+2', 'holding 200+1']);
  });

  it('keeps a block in one request where merging would cut it', () => {
    const rows = Array.from({ length: 124 }, (_, at): [string, FieldRow] => [`w${at}`, { ...word, address: at }]);
    const pair: [string, FieldRow][] = [
      ['p0', { ...word, address: 124, block: 'pair' }],
      ['p1', { ...word, address: 125, block: 'pair' }],
    ];
    expect(shape(defineDevice({ ...board, blocks: { pair: 'read' }, fields: Object.fromEntries([...rows, ...pair]) }))).toEqual([
      'holding 0+124',
      'holding 124+2',
    ]);
  });

  it('breaks between spaces even where their addresses meet', () => {
    const fields = { in: { ...word, space: 'input', address: 4 }, hold: { ...word, address: 5 } } as const;
    expect(shape(defineDevice({ ...board, fields }))).toEqual(['input 4+1', 'holding 5+1']);
  });

  it('breaks at 2000 bits', () => {
    const rows = Array.from({ length: 2001 }, (_, at): [string, FieldRow] => [`b${at}`, { ...bit, address: at }]);
    expect(shape(defineDevice({ ...board, fields: Object.fromEntries(rows) }))).toEqual(['discrete 0+2000', 'discrete 2000+1']);
  });

  it('asks for no more registers at once than the device takes', () => {
    const fields = { a: { ...word, address: 0 }, b: { ...word, address: 1 }, c: { ...word, kind: 'u32', address: 2 } } as const;
    expect(shape(defineDevice({ ...board, fields, registersPerRequestMax: 3 }))).toEqual(['holding 0+2', 'holding 2+2']);
    const alone = { a: fields.a, b: fields.b };
    expect(shape(defineDevice({ ...board, fields: alone, registersPerRequestMax: 1 }))).toEqual(['holding 0+1', 'holding 1+1']);
  });
});
