// Lost if deleted: Dini Argeo weights as another program sends them: input registers, signs in the status word, 1 = stable, commands as edges.
import { describe, expect, it } from 'vitest';
import { dgt, scaleDgt } from '../../../protocol/devices/scale-dgt.ts';
import { decodeField } from '../../../protocol/register-codec.ts';
import { fieldsPolled } from '../../../protocol/register-map.ts';
import { expectWrites, readingIn } from '../../support/golden-frames.ts';

// Frames by pymodbus 3 from the manuals' tables; "the value 3,055 is read as 3055" is their own example.
it('reads gross 3055, net -68, stable and tared, by function 4', () => {
  const reading = readingIn(scaleDgt, fieldsPolled(scaleDgt, 'status'), [['01 04 00 00 00 06 70 08', '01 04 0C 00 00 0B EF 00 00 00 44 00 25 02 03 CC C3']]);
  expect(reading).toEqual({
    gross: 3055,
    net: 68,
    status: {
      ...{ netNegative: true, grossNegative: false, stable: true, underload: false, overload: false, tareActive: true },
      ...{ presetTareActive: false, unloaded: false, input1: false, input2: false, channel: 0 },
    },
    processed: { count: 3, result: 0, command: 2 },
  });
});

it('is zeroed by an edge, and given a preset tare before its command', () => {
  expectWrites(scaleDgt, { command: 'zero' }, ['01 10 00 00 00 01 02 00 00 A6 50', '01 10 00 00 00 01 02 00 01 67 90']);
  // The manuals' example: a preset tare of 1000 is 00 00 03 E8 in 40002 and 40003.
  expectWrites(scaleDgt, { parameter: 1000 }, ['01 10 00 01 00 02 04 00 00 03 E8 32 DD']);
});

describe('whole grams', () => {
  const word = (status: number) => {
    const decoded = decodeField(scaleDgt, 'status', [status]);
    if (!decoded.ok) throw new Error(decoded.issue);
    return decoded.value;
  };
  const seen = (status: number) => ({ gross: 3055, net: 68, status: word(status) });

  it.each([
    ['0x0004: bit 2 set is STABLE', 0x0004, { grossGrams: 3_055, netGrams: 68, tareGrams: 2_987, unstable: false, atZero: false }],
    ['0x0000: bit 2 clear is unstable', 0x0000, { unstable: true }],
    ['0x0005: net below zero', 0x0005, { netGrams: -68, tareGrams: 3_123 }],
    ['0x0006: gross below zero', 0x0006, { grossGrams: -3_055 }],
    ['0x0084: unloaded', 0x0084, { atZero: true }],
    ['0x0014: overload', 0x0014, { overload: true }],
    ['0x000C: underload', 0x000c, { underload: true }],
  ])('of thousandths, with the status word %s', (_name, status, values) => {
    expect(dgt.decode(seen(status), 3)).toMatchObject({ ok: true, values });
  });
  it('and refuses fractions of a gram', () => {
    expect(dgt.decode(seen(0x0004), 4)).toMatchObject({ ok: false, issues: [expect.stringContaining('W-DGT.gross'), expect.stringContaining('W-DGT.net')] });
  });
});
