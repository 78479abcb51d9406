// Lost if deleted: the proof that wrong labels and unreadable fields do not compile, and that poll classes and blocks are named in order.
import { describe, expect, it } from 'vitest';
import { defineDevice } from '../../protocol/define-device.ts';
import { encodeWrites } from '../../protocol/register-codec.ts';
import { fieldsOfBlock, fieldsPolled, type ReadingOf, type WritableOf } from '../../protocol/register-map.ts';
import { testBoard } from '../support/test-board.ts';

describe('the types of a map', () => {
  const map = defineDevice({
    ...testBoard,
    blocks: { both: 'read' },
    fields: {
      mode: { space: 'holding', address: 7, kind: 'enum', labels: { off: 0, on: 1 }, access: 'rw', poll: 'slow', doc: '' },
      flags: { space: 'holding', address: 1, kind: 'bits', bits: { hot: 0, level: { bit: 4, width: 3 } }, access: 'r', poll: 'status', block: 'both', doc: '' },
      count: { space: 'holding', address: 0, kind: 'u16', unit: 'count', access: 'r', poll: 'status', block: 'both', doc: '' },
      pulseMs: { space: 'holding', address: 20, kind: 'u16', unit: 'ms', access: 'w', doc: '' },
    },
  });

  it('come from the rows', () => {
    const reading: ReadingOf<typeof map> = { mode: 'on', count: 3, flags: { hot: true, level: 2 } };
    const writable: WritableOf<typeof map> = { mode: 'off', pulseMs: 100 };
    expect([reading.flags.level, writable.pulseMs]).toEqual([2, 100]);
    // @ts-expect-error 'auto' is no label
    const wrongLabel: ReadingOf<typeof map>['mode'] = 'auto';
    // @ts-expect-error pulseMs cannot be read back
    const unreadable = reading.pulseMs;
    // @ts-expect-error a flag is no number
    const wrongFlag: ReadingOf<typeof map>['flags']['hot'] = 1;
    expect([wrongLabel, unreadable, wrongFlag]).toEqual(['auto', undefined, 1]);
    // @ts-expect-error count cannot be written
    expect(() => encodeWrites(map, { count: 1 })).toThrow('T-1.count: cannot be written');
  });

  it('names poll classes and blocks in order of address', () => {
    expect(fieldsPolled(map, 'status')).toEqual(['count', 'flags']);
    expect(fieldsPolled(map, 'slow')).toEqual(['mode']);
    expect(fieldsOfBlock(map, 'both')).toEqual(['count', 'flags']);
  });
});
