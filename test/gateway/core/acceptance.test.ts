// Without this a point could be accepted with a fault that doctor knows, with a device nobody looked at, or refused for what was mended before.
import { describe, expect, it, test } from 'vitest';
import { decideVerdict, isHeardEnough, judgePoint, type PointFacts } from '../../../gateway/core/acceptance.ts';
import { counted, soundDevice, soundPoint, soundReading } from '../../support/acceptance.ts';

/** What is not simply passed, as `kind result reason reason`. */
const told = (facts: PointFacts): string[] =>
  judgePoint(facts).flatMap(({ check, result, reasons }) => (result === 'passed' && reasons.length === 0 ? [] : [[check, result, ...reasons].join(' ')]));
const sound = soundPoint();
const machine = (more: Partial<PointFacts['machine']>) => soundPoint({ machine: { ...sound.machine, ...more } });
const village = (more: Partial<PointFacts['village']>) => soundPoint({ village: { ...sound.village, ...more } });
const [line] = sound.village.lines;
const lines = (more: Partial<NonNullable<typeof line>>) => village({ lines: sound.village.lines.map((one) => ({ ...one, ...more })) });

it('accepts a point in order, with everything that was measured and its bound', () => {
  const checks = judgePoint(sound);
  expect(told(sound)).toEqual([]);
  expect(decideVerdict(checks)).toBe('accepted');
  expect(checks).toMatchObject([
    { check: 'disk', freeMegabytes: 20_480, leastMegabytes: 1024 },
    { check: 'keys', present: 4, needed: 4 },
    { check: 'ports', missing: [] },
    { check: 'ledger', sound: true },
    { check: 'clock', timeq: 'ntp' },
    { check: 'uplink', state: 'online', backlog: 3, mostBacklog: 2000 },
    { check: 'line', line: 'line-1', open: true, busyPermille: 100, mostBusyPermille: 800, strayBytes: 0 },
    { check: 'device', device: 'scale-1', line: 'line-1', unit: 1, tries: 40, lost: 0, mostLostPermille: 10, meanMicros: 4000, deadlineMs: 200 },
    { check: 'scale', nominalGrams: 2000, readGrams: 2005, limitGrams: 10, event: 12 },
    { check: 'dispenser', ctrTestBefore: 3, ctrTestAfter: 4, event: 13 },
    { check: 'compartment', bin: 'bin-1', compartment: 1, levelPercent: 40, temperatureDeciC: 195 },
  ]);
});

test.each<[string, PointFacts, string]>([
  ['a full disk', machine({ freeDiskBytes: 100 * 1024 ** 2 }), 'disk failed disk_full'],
  ['a disk that fills', machine({ freeDiskBytes: 500 * 1024 ** 2 }), 'disk remark disk_low'],
  ['a key that is gone', machine({ missingKeys: ['bag.key'] }), 'keys failed key_missing'],
  ['a port that is gone', machine({ missingPorts: [{ id: 'line-1', path: '/dev/ttyUSB0' }] }), 'ports failed port_missing'],
  [
    'no gateway',
    soundPoint({ machine: { ...sound.machine, isServing: false }, village: { ...sound.village, uplink: null } }),
    'uplink remark gateway_not_running',
  ],
  ['books that do not add up', village({ problem: 'points do not sum to zero' }), 'ledger failed ledger_unsound'],
  ['a date nobody vouches for', village({ timeq: 'hold' }), 'clock failed date_uncertain'],
  ['a broker that is away', village({ uplink: { state: 'offline', backlog: 1 } }), 'uplink remark uplink_down'],
  ['a backlog', village({ uplink: { state: 'online', backlog: 5000 } }), 'uplink remark backlog_high'],
  ['a wire that is away', lines({ open: false }), 'line failed wire_missing'],
  ['a full line', lines({ utilisation: 0.9 }), 'line remark line_full'],
  [
    'a locked device',
    village({ devices: [{ id: 'scale-1', state: 'online', note: '', locked: 'scale_check_failed', symptom: null }] }),
    'device failed device_locked',
  ],
  ['a fire alarm', village({ alarms: [{ bin: 'bin-1', compartment: 1 }] }), 'compartment failed fire_alarm'],
])('says of %s what doctor says', (_what, facts, found) => expect(told(facts)).toEqual([found]));

describe('a device', () => {
  const run = (now: Parameters<typeof counted>[0], more: Parameters<typeof soundDevice>[0] = {}) =>
    told(soundPoint({ devices: [soundDevice({ traffic: { before: counted(), now: counted(now) }, ...more })] }));

  test.each<[string, string[], string[]]>([
    ['that is silent', run({ timeouts: 3 }, { state: 'offline' }), ['device failed no_answer']],
    ['never heard', run({}, { state: 'unknown' }), ['device failed no_answer']],
    [
      'with a port of its own that is away',
      told(soundPoint({ devices: [soundDevice({ place: null, traffic: null, state: 'offline' })] })),
      ['device failed no_answer'],
    ],
    ['of which only rubbish comes', run({ garbled: 2 }, { state: 'offline' }), ['device failed unreadable_answers']],
    ['that lost one answer', run({ answered: 40, timeouts: 1, meanMs: 4 }), ['device remark answers_lost']],
    ['that lost one in a thousand', run({ answered: 999, timeouts: 1, meanMs: 4 }), []],
    ['that loses a third', run({ answered: 20, timeouts: 10, meanMs: 4 }), ['device failed answers_mostly_lost']],
    ['alone on its line, with damaged replies', run({ answered: 20, garbled: 10, meanMs: 4 }), ['device failed answers_mostly_lost garbled']],
    ['that was hardly asked', run({ answered: 14, meanMs: 4 }), ['device remark few_answers']],
    ['that answers late', run({ answered: 40, meanMs: 100 }), ['device remark slow_answers']],
    ['that refuses by right', run({ answered: 20, exceptions: 20, meanMs: 4 }), []],
  ])('%s', (_what, found, wanted) => expect(found).toEqual(wanted));

  it('is judged by what passed since the examination began', () => {
    const before = counted({ answered: 100, timeouts: 900, garbled: 300, meanMs: 150 });
    const now = counted({ answered: 140, timeouts: 900, garbled: 300, meanMs: (100 * 150 + 40 * 4) / 140 });
    const facts = soundPoint({ devices: [soundDevice({ traffic: { before, now } })] });
    expect(told(facts)).toEqual([]);
    expect(judgePoint(facts).find(({ check }) => check === 'device')).toMatchObject({ tries: 40, lost: 0, meanMicros: 4000 });
  });

  it('whose neighbours are clean may share its number with another', () => {
    const neighbour = soundDevice({ id: 'bin-1', place: { line: 'line-1', unit: 2 } });
    const traffic = { before: counted(), now: counted({ answered: 20, garbled: 10, meanMs: 4 }) };
    expect(told(soundPoint({ devices: [soundDevice({ traffic }), neighbour] }))).toEqual(['device failed answers_mostly_lost duplicate_address']);
  });

  it('that babbles on its line is told from one that is dead', () => {
    const silent = soundDevice({ state: 'offline', traffic: { before: counted(), now: counted({ timeouts: 2 }) } });
    const facts = { ...lines({ strayBytes: 9 }), devices: [silent] };
    expect(told(facts)).toEqual(['device failed unreadable_answers']);
  });

  it('is waited for until it was heard often enough, or asked once, or cannot be', () => {
    expect(isHeardEnough('online', true, counted(), counted({ answered: 14 }))).toBe(false);
    expect(isHeardEnough('online', true, counted(), counted({ answered: 15 }))).toBe(true);
    expect(isHeardEnough('offline', true, counted({ timeouts: 9 }), counted({ timeouts: 9 }))).toBe(false);
    expect(isHeardEnough('offline', true, counted({ timeouts: 9 }), counted({ timeouts: 10 }))).toBe(true);
    expect(isHeardEnough('offline', false, counted(), counted())).toBe(true);
  });
});

describe('what a person had to do', () => {
  const scale = (outcome: PointFacts['scales'][number]['outcome'], wanted: 'wanted' | 'left_out' = 'wanted') =>
    told(soundPoint({ scales: [{ id: 'scale-1', wanted, outcome }] }));
  const dispenser = (more: Partial<PointFacts['dispensers'][number]>) =>
    told(soundPoint({ dispensers: [{ id: 'dispenser-1', reliability: 'A', wanted: 'wanted', outcome: null, ...more }] }));

  test.each<[string, string[], string]>([
    ['a scale that is off', scale({ kind: 'weighed', nominalGrams: 2000, readGrams: 2030, limitGrams: 10, passed: false, event: 5 }), 'scale failed scale_off'],
    ['a scale that weighed nothing', scale({ kind: 'refused', nominalGrams: 2000, code: 'unstable_too_long' }), 'scale failed nothing_weighed'],
    ['a scale nobody came to', scale(null), 'scale failed not_examined'],
    ['a scale left out on purpose', scale(null, 'left_out'), 'scale remark left_out'],
    ['a roll that did not come', dispenser({ outcome: { refusal: 'no_roll', ctrTestBefore: 1, ctrTestAfter: 1, event: null } }), 'dispenser failed no_roll'],
    ['a dispenser nobody came to', dispenser({}), 'dispenser failed not_examined'],
    ['a dispenser left out on purpose', dispenser({ wanted: 'left_out' }), 'dispenser remark left_out'],
    ['a board of class B', dispenser({ reliability: 'B' }), 'dispenser remark no_service_key'],
  ])('%s', (_what, found, wanted) => expect(found).toEqual([wanted]));
});

describe('a bin', () => {
  const bin = (...readings: Parameters<typeof soundReading>[0][]) => told(soundPoint({ bins: [{ id: 'bin-1', readings: readings.map(soundReading) }] }));
  test.each<[string, string[], string[]]>([
    ['that cannot be read', told(soundPoint({ bins: [{ id: 'bin-1', readings: null }] })), ['compartment failed bin_unreadable']],
    ['without what is not fitted', bin({ smoke: null, temperatureDeciC: null, doorOpen: null }), []],
    ['whose level sensor says nothing', bin({}, { compartment: 2, levelPercent: null }), ['compartment failed level_unreadable']],
    ['that says full or not and never how full', bin({ levelPercent: null, full: false }), []],
    ['that stands open', bin({ doorOpen: true, levelPercent: null }), ['compartment remark door_open']],
    ['with smoke in it', bin({ smoke: true }), ['compartment failed smoke_seen']],
    ['colder than any village', bin({ temperatureDeciC: -500 }), ['compartment failed temperature_implausible']],
    ['hotter than any village', bin({ temperatureDeciC: 601 }), ['compartment failed temperature_implausible']],
  ])('%s', (_what, found, wanted) => expect(found).toEqual(wanted));
});

it('gives the verdict of the worst, and the worst reason first', () => {
  const both = soundPoint({ bins: [{ id: 'bin-1', readings: [soundReading({ doorOpen: true, smoke: true })] }] });
  expect(told(both)).toEqual(['compartment failed smoke_seen door_open']);
  expect(decideVerdict(judgePoint(both))).toBe('not_accepted');
  expect(decideVerdict(judgePoint(machine({ freeDiskBytes: 500 * 1024 ** 2 })))).toBe('accepted_with_remarks');
});
