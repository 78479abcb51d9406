// Without this a technician could be told a device's whole small talk as its fault, or nothing of what its gateway found out.
import { expect, it } from 'vitest';
import { villageFacts } from '../../../gateway/commands/doctor.ts';
import { diagnoseVillage } from '../../../gateway/core/diagnosis.ts';
import { Traffic } from '../../../gateway/southbound/traffic.ts';

const recent = { answered: 60, exceptions: 0, timeouts: 0, garbled: 40 };
const traffic = { utilisation: 0.1, recent };
const status = {
  ...{ timeq: 'ntp', problem: null, uplink: { state: 'online', backlog: 0 }, bins: [] },
  devices: [
    { id: 'scale-1', state: 'online', note: 'weighing core 1.1.0; two devices may answer as unit 7', facts: { core: '1.1.0', symptom: 'duplicate_address' } },
  ],
  bus: {
    lines: [{ id: 'line-1', open: true, recentStrayBytes: 0, ...traffic, recent: { ...recent, garbled: 0 } }],
    devices: [{ id: 'scale-1', line: 'line-1', unit: 7, ...traffic }],
    ports: [],
  },
};

it('gives what a gateway suspects of the wiring as the finding, and nothing else of what the device says', () => {
  expect(diagnoseVillage(villageFacts(status))).toMatchObject([{ level: 'bad', subject: 'scale-1', what: 'two devices may answer as unit 7' }]);
});

it('says of a device on a port of its own that its answers are lost, as of one on a line', () => {
  const devices = [{ id: 'locks-1', state: 'online', note: '', facts: {} }];
  const bus = { lines: [], devices: [], ports: [{ id: 'locks-1', open: true, ...traffic, recent: { ...recent, answered: 600, garbled: 40 } }] };
  expect(diagnoseVillage(villageFacts({ ...status, devices, bus }))).toMatchObject([{ level: 'warn', code: 'answers_lost', subject: 'locks-1' }]);
});

it('judges by how things went lately: a bad month that is over hides nothing and blames nobody', () => {
  const devices = [{ id: 'scale-1', state: 'online', note: '', facts: {} }];
  const past = new Traffic(0);
  for (let n = 0; n < 20_000; n += 1) past.end(n < 5_000 ? 'timeouts' : 'answered', 5, n * 500);
  const mended = { lines: [{ id: 'line-1', open: true, strayBytes: 90_000, recentStrayBytes: 0.2, ...past.stats(10_000_000) }], ports: [] };
  const row = { id: 'scale-1', line: 'line-1', unit: 7 };
  expect(diagnoseVillage(villageFacts({ ...status, devices, bus: { ...mended, devices: [{ ...row, ...past.stats(10_000_000) }] } }))).toEqual([]);
  for (let n = 0; n < 100; n += 1) past.end('garbled', 5, 10_000_000 + n * 500);
  const broken = { ...mended, devices: [{ ...row, ...past.stats(10_050_000) }] };
  expect(diagnoseVillage(villageFacts({ ...status, devices, bus: broken }))).toMatchObject([{ code: 'answers_lost', subject: 'scale-1' }]);
});
