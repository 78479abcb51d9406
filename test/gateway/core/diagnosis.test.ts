// Without this a technician could drive home with a village that is about to stop, or be sent looking for a fault that is none.
import { describe, expect, it, test } from 'vitest';
import { byLevel, diagnoseMachine, diagnoseVillage, type Finding, type MachineFacts, type VillageFacts } from '../../../gateway/core/diagnosis.ts';
import { Traffic } from '../../../gateway/southbound/traffic.ts';

const machine: MachineFacts = { freeDiskBytes: 20 * 1024 ** 3, missingKeys: [], missingPorts: [], isServing: true };
const device = { id: 'scale-1', state: 'online', note: '', locked: null, symptom: null } as const;
const line = { id: 'line-1', open: true, answered: 10_000, exceptions: 0, timeouts: 0, garbled: 0, utilisation: 0.1, strayBytes: 0 };
const village: VillageFacts = {
  ...{ timeq: 'ntp', problem: null, uplink: { state: 'online', backlog: 3 } },
  ...{ devices: [device], lines: [line], traffic: [{ id: 'scale-1', answered: 9_999, exceptions: 0, timeouts: 1, garbled: 0, utilisation: 0.1 }], alarms: [] },
};
/** What southbound/frame-stream.ts counts of a device that speaks by itself: nothing is ever sent. */
const stream = new Traffic(0);
for (let n = 0; n < 1000; n += 1) stream.end(n % 10 === 0 ? 'garbled' : 'answered', 0, 0);
const told = (findings: readonly Finding[]) => findings.map(({ level, subject }) => `${level} ${subject}`);

it('says nothing of a village in order', () => {
  expect(diagnoseMachine(machine)).toEqual([]);
  expect(diagnoseVillage(village)).toEqual([]);
});

test.each<[string, Partial<MachineFacts>, string]>([
  ['a disk that will be full before the next visit', { freeDiskBytes: 500 * 1024 ** 2 }, 'warn disk'],
  ['a disk that is full', { freeDiskBytes: 100 * 1024 ** 2 }, 'bad disk'],
  ['a key that is gone', { missingKeys: ['bag.key'] }, 'bad keys'],
  ['a port that is not there', { missingPorts: [{ id: 'line-1', path: '/dev/ttyUSB0' }] }, 'bad line-1'],
  ['a gateway that does not run', { isServing: false }, 'warn gateway'],
])('finds %s', (_what, facts, found) => {
  expect(told(diagnoseMachine({ ...machine, ...facts }))).toEqual([found]);
});

describe('of a running village', () => {
  test.each<[string, Partial<VillageFacts>, string]>([
    ['a ledger that does not add up', { problem: 'points do not sum to zero' }, 'bad ledger'],
    ['a date nobody vouches for', { timeq: 'hold' }, 'bad clock'],
    ['a fire alarm', { alarms: [{ bin: 'bin-1', compartment: 2 }] }, 'bad bin-1'],
    ['a link that is down', { uplink: { state: 'offline', backlog: 9, failure: 'refused' } }, 'warn uplink'],
    ['a backlog of days', { uplink: { state: 'online', backlog: 5000 } }, 'warn uplink'],
    ['a device that is gone', { devices: [{ ...device, state: 'offline' }] }, 'bad scale-1'],
    ['a locked dispenser', { devices: [{ ...device, id: 'dispenser-1', locked: 'board_replaced' }] }, 'bad dispenser-1'],
    ['two devices with one number', { devices: [{ ...device, state: 'offline', symptom: 'two devices may answer as unit 2' }] }, 'bad scale-1'],
    ['answers that are spoilt', { traffic: [{ id: 'scale-1', answered: 989, exceptions: 0, timeouts: 5, garbled: 6, utilisation: 0 }] }, 'warn scale-1'],
    ['a stream of spoilt frames', { traffic: [{ id: 'scale-1', ...stream.stats(0) }] }, 'warn scale-1'],
    ['a stream with bytes between its frames', { lines: [{ ...line, ...stream.stats(0), strayBytes: 500 }] }, 'warn line-1'],
    ['a wire that is away', { lines: [{ ...line, open: false }] }, 'bad line-1'],
    ['a line that is full', { lines: [{ ...line, utilisation: 0.9 }] }, 'warn line-1'],
    ['a line on which something talks', { lines: [{ ...line, strayBytes: 5000 }] }, 'warn line-1'],
  ])('finds %s, and says what to do', (_what, facts, found) => {
    const findings = diagnoseVillage({ ...village, ...facts });
    expect(told(findings)).toEqual([found]);
    expect(findings[0]?.todo).toMatch(/[a-z]{4}/);
  });

  it('does not judge by a handful of requests, and passes on what a device has to say', () => {
    expect(diagnoseVillage({ ...village, traffic: [{ id: 'scale-1', answered: 10, exceptions: 0, timeouts: 10, garbled: 0, utilisation: 0 }] })).toEqual([]);
    expect(told(diagnoseVillage({ ...village, devices: [{ ...device, note: '12 rolls' }] }))).toEqual(['ok scale-1']);
  });
});

it('puts what cannot wait first', () => {
  const findings = [...diagnoseMachine({ ...machine, freeDiskBytes: 500 * 1024 ** 2 }), ...diagnoseVillage({ ...village, timeq: 'none' })];
  expect(told(byLevel(findings))).toEqual(['bad clock', 'warn disk']);
});
