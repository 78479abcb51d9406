// Lost if deleted: golden words for every kind and both word orders, and the refusals that keep a wrong word from becoming a value.
import { describe, expect, it } from 'vitest';
import { defineDevice } from '../../protocol/define-device.ts';
import type { FunctionCode } from '../../protocol/modbus.ts';
import { decodeField, decodeSpan, encodeField, encodeFields, encodeWrites, joinReadings } from '../../protocol/register-codec.ts';
import type { DeviceMap } from '../../protocol/register-map.ts';

const board = {
  model: 'T-2',
  kind: 'bin',
  title: 'Test board',
  source: { document: 'none', revision: '0' },
  units: { first: 1, last: 9 },
  timeoutMs: 100,
  guardMs: 100,
  blocks: { command: 'write' },
  fields: {
    lampOn: { space: 'coil', address: 172, kind: 'bit', access: 'rw', doc: '' },
    fanOn: { space: 'coil', address: 173, kind: 'bit', access: 'rw', doc: '' },
    hornOn: { space: 'coil', address: 200, kind: 'bit', access: 'rw', doc: '' },
    temperature: { space: 'holding', address: 0, kind: 'i16', unit: '0.1 degC', access: 'rw', doc: '' },
    weight: { space: 'holding', address: 1, kind: 'i32', unit: 'g', access: 'rw', doc: '' },
    counter: { space: 'holding', address: 3, kind: 'u32', unit: 'count', access: 'rw', doc: '' },
    job: { space: 'holding', address: 10, kind: 'u64', unit: 'job', access: 'rw', doc: '' },
    pulseMs: { space: 'holding', address: 14, kind: 'u16', unit: 'ms', scale: 100, max: 2000, access: 'rw', doc: '' },
    mode: { space: 'holding', address: 20, kind: 'enum', labels: { off: 0, on: 7 }, access: 'rw', doc: '' },
    flags: { space: 'holding', address: 21, kind: 'bits', bits: { low: { bit: 0, width: 3 }, hot: 5, last: 15 }, access: 'rw', doc: '' },
    mac: { space: 'holding', address: 22, kind: 'hex', words: 2, access: 'rw', doc: '' },
    opcode: { space: 'holding', address: 30, kind: 'u16', unit: 'code', access: 'w', block: 'command', doc: '' },
    quantity: { space: 'holding', address: 31, kind: 'u16', unit: 'roll', access: 'w', block: 'command', doc: '' },
  },
} as const;
const map = defineDevice({ ...board, wordOrder: 'highFirst' });
const lowFirst = defineDevice({ ...board, wordOrder: 'lowFirst' });

describe('golden words', () => {
  it.each([
    ['temperature', -1, [0xffff]],
    ['temperature', -32768, [0x8000]],
    ['weight', 132, [0x0000, 0x0084]],
    ['weight', -15889, [0xffff, 0xc1ef]],
    ['weight', -2147483648, [0x8000, 0x0000]],
    ['counter', 0xffff_fffe, [0xffff, 0xfffe]],
    ['job', 0x1_0000_0007, [0, 1, 0, 7]],
    ['job', Number.MAX_SAFE_INTEGER, [0x001f, 0xffff, 0xffff, 0xffff]],
    ['pulseMs', 700, [7]],
    ['mode', 'on', [7]],
    ['flags', { low: 2, hot: true, last: true }, [0x8022]],
    ['mac', '00ff1a2b', [0x00ff, 0x1a2b]],
    ['lampOn', true, [1]],
  ] as const)('%s %j', (name, value, words) => {
    expect(encodeField(map, name, value)).toEqual(words);
    expect(decodeField(map, name, words)).toEqual({ ok: true, value });
  });

  it('low word first turns the words of numbers, not of hex: 02F8 0000 is 760', () => {
    expect(decodeField(lowFirst, 'weight', [0x02f8, 0])).toEqual({ ok: true, value: 760 });
    expect(encodeField(lowFirst, 'job', 0x1_0000_0007)).toEqual([7, 0, 1, 0]);
    expect(encodeField(lowFirst, 'mac', '00ff1a2b')).toEqual([0x00ff, 0x1a2b]);
  });

  it('takes fields in order of address, whatever the order they are given in', () => {
    expect(encodeFields(map, { mode: 'on', temperature: 5, counter: 1 })).toEqual([5, 0, 1, 7]);
  });
});

describe('decoding refuses', () => {
  const span = { space: 'holding', address: 20, count: 2, fields: ['mode', 'flags'] } as const;
  it('a wrong count, bits for words and words for bits', () => {
    expect(decodeSpan(map, span, [7])).toEqual({ ok: false, issues: ['T-2.mode+flags: asked for 2, got 1'] });
    expect(decodeSpan(map, span, [7, 0, 0])).toEqual({ ok: false, issues: ['T-2.mode+flags: asked for 2, got 3'] });
    expect(decodeSpan(map, span, [true, false])).toEqual({ ok: false, issues: ['T-2.mode+flags: got bits for words'] });
    expect(decodeSpan(map, { space: 'coil', address: 172, count: 1, fields: ['lampOn'] }, [1])).toEqual({
      ok: false,
      issues: ['T-2.lampOn: got words for bits'],
    });
  });
  it('an unknown label, a value out of bounds and a number too large to hold, naming each', () => {
    expect(decodeSpan(map, span, [3, 0])).toEqual({ ok: false, issues: ['T-2.mode: 0x0003 has no label'] });
    expect(decodeField(map, 'pulseMs', [21])).toEqual({ ok: false, issue: 'T-2.pulseMs: 2100 ms is outside 0..2000' });
    expect(decodeField(map, 'job', [0x0020, 0, 0, 0])).toEqual({ ok: false, issue: 'T-2.job: 9007199254740992 is not a whole number' });
    expect(decodeField(map, 'weight', [1])).toEqual({ ok: false, issue: 'T-2.weight: needs 2 words, got 1' });
    expect(decodeField(map, 'temperature', [65536])).toEqual({ ok: false, issue: 'T-2.temperature: 65536 is not a word of 0..65535' });
  });
  it('nothing of a good answer', () => {
    expect(decodeSpan(map, span, [7, 0xffff])).toEqual({ ok: true, values: { mode: 'on', flags: { low: 7, hot: true, last: true } } });
    expect(decodeSpan(map, { space: 'coil', address: 172, count: 2, fields: ['lampOn', 'fanOn'] }, [false, true])).toEqual({
      ok: true,
      values: { lampOn: false, fanOn: true },
    });
  });
  it('to join readings that lack a field', () => {
    expect(joinReadings(map, ['mode', 'weight'], [{ mode: 'on' }, { weight: 3 }])).toEqual({ mode: 'on', weight: 3 });
    expect(() => joinReadings(map, ['mode', 'weight'], [{ mode: 'on' }])).toThrow('T-2.weight was not read');
  });
});

describe('writing', () => {
  it('merges neighbours, breaks at gaps and uses FC05 for a lone coil', () => {
    expect(encodeWrites(map, { counter: 1, weight: 132, job: 2, lampOn: true, fanOn: false, hornOn: true })).toEqual([
      { kind: 'writeCoils', address: 172, bits: [true, false] },
      { kind: 'writeCoil', address: 200, on: true },
      { kind: 'writeRegisters', address: 1, words: [0, 132, 0, 1] },
      { kind: 'writeRegisters', address: 10, words: [0, 0, 0, 2] },
    ]);
    expect(encodeWrites(map, {})).toEqual([]);
  });
  it('breaks at 123 registers and at 1968 coils, never inside a field', () => {
    const hex = { space: 'holding', kind: 'hex', access: 'rw', doc: '' } as const;
    const coils = Object.fromEntries(
      Array.from({ length: 1969 }, (_, address) => [`c${address}`, { space: 'coil', address, kind: 'bit', access: 'rw', doc: '' } as const]),
    );
    const { blocks: _, ...rest } = board;
    const wide = defineDevice({
      ...rest,
      wordOrder: 'highFirst',
      fields: { ...coils, a: { ...hex, words: 122, address: 0 }, b: { ...hex, words: 2, address: 122 } },
    });
    const values = { a: '0'.repeat(488), b: '00000000', ...Object.fromEntries(Object.keys(coils).map((name) => [name, true])) };
    const sizes = encodeWrites<DeviceMap>(wide, values).map((request) => [request.kind, request.address]);
    expect(sizes).toEqual([
      ['writeCoils', 0],
      ['writeCoil', 1968],
      ['writeRegisters', 0],
      ['writeRegisters', 122],
    ]);
  });
  it('sends a block whole or not at all', () => {
    expect(encodeWrites(map, { quantity: 2, opcode: 1 })).toEqual([{ kind: 'writeRegisters', address: 30, words: [1, 2] }]);
    expect(() => encodeWrites(map, { quantity: 2 })).toThrow('T-2.opcode: is missing; block command is written whole');
  });
  it.each([
    [{ temperature: 32768 }, 'T-2.temperature: 32768 0.1 degC is outside -32768..32767'],
    [{ pulseMs: 150 }, 'T-2.pulseMs: 150 ms is not a multiple of 100'],
    [{ weight: 1.5 }, 'T-2.weight: 1.5 is not a whole number'],
    [{ mac: '00FF1A2B' }, 'T-2.mac: 00FF1A2B is not 8 lower case hex digits'],
    [{ flags: { low: 8, hot: true, last: true } }, 'T-2.flags: low 8 is outside 0..7'],
    [{ flags: { low: 1, hot: true } }, 'T-2.flags: last is undefined'],
    [{ flags: { low: 1, hot: true, last: true, more: true } }, 'T-2.flags: has no bit more'],
    [{ mode: 'auto' }, 'T-2.mode: auto is none of off, on'],
    [{ nothing: 1 }, 'T-2.nothing: no such field'],
  ])('refuses %j', (values, message) => {
    expect(() => encodeWrites(map, values as object)).toThrow(new RangeError(message));
  });
});

describe('a single precision float', () => {
  const floats = {
    ...board,
    blocks: {},
    fields: { kg: { space: 'holding', address: 0, kind: 'f32', unit: 'kg', min: -1000, max: 1000, access: 'rw', doc: '' } },
  } as const;
  const float = defineDevice({ ...floats, wordOrder: 'highFirst' });
  // Words by pymodbus 3 (BinaryPayloadBuilder, big endian).
  it.each([
    [12.34, [0x4145, 0x70a4]],
    [-0.15, [0xbe19, 0x999a]],
    [0.005, [0x3ba3, 0xd70a]],
    [1.5, [0x3fc0, 0x0000]],
  ])('of %d kg is the words %j, and low word first the other way round', (kg, words) => {
    const value = Math.fround(kg);
    expect(encodeField(float, 'kg', value)).toEqual(words);
    expect(decodeField(float, 'kg', words)).toEqual({ ok: true, value });
    expect(encodeField(defineDevice({ ...floats, wordOrder: 'lowFirst' }), 'kg', value)).toEqual([...words].reverse());
  });
  it.each([
    ['a quiet NaN', [0x7fc0, 0], 'NaN is not a finite number'],
    ['infinity', [0x7f80, 0], 'Infinity is not a finite number'],
    ['minus infinity', [0xff80, 0], '-Infinity is not a finite number'],
    ['more than the row allows', [0x4480, 0], '1024 kg is outside -1000..1000'],
  ])('refuses %s', (_name, words, because) => {
    expect(decodeField(float, 'kg', words)).toEqual({ ok: false, issue: `T-2.kg: ${because}` });
  });
  it('is never rounded to fit: a number between two singles cannot be written', () => {
    expect(() => encodeWrites(float, { kg: 12.34 })).toThrow(new RangeError('T-2.kg: 12.34 kg is no single precision number'));
  });
});

describe('writes in the way the device knows', () => {
  const only = (functions: readonly FunctionCode[]) => defineDevice<DeviceMap>({ ...board, wordOrder: 'highFirst', blocks: {}, functions, fields });
  const fields = {
    lampOn: board.fields.lampOn,
    fanOn: board.fields.fanOn,
    temperature: board.fields.temperature,
    second: { ...board.fields.temperature, address: 1 },
  };
  it('registers one by one by FC06 where FC16 is unknown', () => {
    expect(encodeWrites(only([1, 3, 5, 6]), { temperature: 5, second: -1 })).toEqual([
      { kind: 'writeRegister', address: 0, value: 5 },
      { kind: 'writeRegister', address: 1, value: 0xffff },
    ]);
  });
  it('coils one by one by FC05 where FC15 is unknown, and a lone one by FC15 where FC05 is', () => {
    expect(encodeWrites(only([1, 3, 5, 16]), { lampOn: true, fanOn: false })).toEqual([
      { kind: 'writeCoil', address: 172, on: true },
      { kind: 'writeCoil', address: 173, on: false },
    ]);
    expect(encodeWrites(only([1, 3, 15, 16]), { fanOn: true })).toEqual([{ kind: 'writeCoils', address: 173, bits: [true] }]);
  });
  it('no more registers at once than the device takes', () => {
    const few = defineDevice<DeviceMap>({ ...board, wordOrder: 'highFirst', blocks: {}, registersPerRequestMax: 1, fields });
    expect(encodeWrites(few, { temperature: 5, second: 6 })).toEqual([
      { kind: 'writeRegisters', address: 0, words: [5] },
      { kind: 'writeRegisters', address: 1, words: [6] },
    ]);
  });
  it('an edge as zero and then the value, alone, and the word of an FC05 beside no coil', () => {
    const traits = defineDevice({
      ...board,
      wordOrder: 'highFirst',
      blocks: {},
      fields: {
        pulseMs: { space: 'coil', address: 0x200, kind: 'u16', unit: 'ms', scale: 100, min: 100, max: 10_000, access: 'w', doc: '' },
        otherPulseMs: { space: 'coil', address: 0x201, kind: 'u16', unit: 'ms', scale: 100, min: 100, max: 10_000, access: 'w', doc: '' },
        command: { space: 'holding', address: 5, kind: 'bits', bits: { zero: 11, tare: 12 }, access: 'w', trigger: 'edge', doc: '' },
        setting: { space: 'holding', address: 6, kind: 'u16', unit: 'count', access: 'rw', doc: '' },
      },
    });
    expect(encodeWrites(traits, { setting: 9, command: { zero: true, tare: false } })).toEqual([
      { kind: 'writeRegisters', address: 5, words: [0] },
      { kind: 'writeRegisters', address: 5, words: [0x0800] },
      { kind: 'writeRegisters', address: 6, words: [9] },
    ]);
    expect(encodeWrites(traits, { pulseMs: 700, otherPulseMs: 200 })).toEqual([
      { kind: 'writeCoilWord', address: 0x200, word: 7 },
      { kind: 'writeCoilWord', address: 0x201, word: 2 },
    ]);
  });
});
