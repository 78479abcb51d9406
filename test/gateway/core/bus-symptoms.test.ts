// Without this two devices under one number would look like one device that comes and goes, and a technician would change the wrong part.
import { describe, expect, test } from 'vitest';
import { describeSymptom, judgeTraffic, rememberTraffic, type TrafficMemory, type UnitTraffic } from '../../../gateway/core/bus-symptoms.ts';

type Counts = Partial<Pick<UnitTraffic, 'answered' | 'exceptions' | 'timeouts' | 'garbled' | 'doubled'>>;
const counters = (unit: number, counts: Counts, line = 'bin-line'): UnitTraffic => ({
  ...{ id: `${line} ${unit}`, line, unit, answered: 0, exceptions: 0, timeouts: 0, garbled: 0, doubled: 0 },
  ...counts,
});
const nothing: TrafficMemory = new Map();
const verdicts = (...units: readonly UnitTraffic[]) => Object.fromEntries(judgeTraffic(rememberTraffic(nothing, units)));

describe('damaged replies', () => {
  test('of one unit among clean ones: two devices under one number', () => {
    expect(verdicts(counters(1, { answered: 50 }), counters(2, { answered: 6, garbled: 4 }), counters(3, { answered: 50, garbled: 1 }))).toEqual({
      'bin-line 2': 'duplicate_address',
    });
  });

  test('answers behind which another comes: two devices under one number, the second slower', () => {
    expect(verdicts(counters(1, { answered: 50 }), counters(2, { answered: 10, doubled: 8 }))).toEqual({ 'bin-line 2': 'duplicate_address' });
    expect(verdicts(counters(1, { answered: 50, doubled: 9 }), counters(2, { answered: 10, doubled: 8 }))).toMatchObject({ 'bin-line 2': 'noise' });
  });

  test('of several units: noise', () => {
    expect(verdicts(counters(1, { answered: 50, garbled: 20 }), counters(2, { answered: 6, garbled: 4 }))).toEqual({
      'bin-line 1': 'noise',
      'bin-line 2': 'noise',
    });
  });

  test('of a unit alone on its line: one of both, whatever other lines say', () => {
    expect(verdicts(counters(2, { answered: 1, garbled: 4 }), counters(1, { answered: 50 }, 'scale-line'))).toEqual({ 'bin-line 2': 'garbled' });
  });

  test.each([
    ['silence', { timeouts: 50 }],
    ['refusals', { exceptions: 50 }],
    ['two damaged replies', { answered: 3, garbled: 2 }],
    ['one damaged reply in twenty', { answered: 95, garbled: 5 }],
    ['too few requests', { garbled: 4 }],
  ])('%s: nothing to report', (_what, counts) => {
    expect(verdicts(counters(1, { answered: 50 }), counters(2, counts))).toEqual({});
  });
});

test('what was mended is forgotten, also after days of health, and a second fault is seen again', () => {
  let memory = nothing;
  let [answered, garbled] = [100_000, 0];
  const live = (good: number, bad: number) => {
    answered += good;
    garbled += bad;
    memory = rememberTraffic(memory, [counters(1, { answered: answered * 2 }), counters(2, { answered, garbled })]);
    return judgeTraffic(memory).get('bin-line 2');
  };
  expect(live(0, 0)).toBeUndefined();
  const turns = (count: number, good: number, bad: number) => Array.from({ length: count }, () => live(good, bad));
  expect(turns(40, 2, 2).at(-1)).toBe('duplicate_address');
  expect(turns(40, 4, 0).at(-1)).toBeUndefined();
  expect(turns(40, 2, 2).at(-1)).toBe('duplicate_address');
});

test('a gateway that starts anew begins its counters anew', () => {
  const before = rememberTraffic(nothing, [counters(2, { answered: 500, garbled: 500 })]);
  expect(judgeTraffic(rememberTraffic(before, [counters(2, { answered: 8 })])).size).toBe(0);
});

test('is told with the number, so that somebody can look for the other device', () => {
  expect(describeSymptom('duplicate_address', 2)).toBe('two devices may answer as unit 2');
  expect(describeSymptom('garbled', 7)).toContain('two devices may answer as unit 7');
  expect(describeSymptom('noise', 7)).not.toContain('7');
});
