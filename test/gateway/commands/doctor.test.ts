// Without this a technician could be told a device's whole small talk as its fault, or nothing of what its gateway found out.
import { expect, it } from 'vitest';
import { villageFacts } from '../../../gateway/commands/doctor.ts';
import { diagnoseVillage } from '../../../gateway/core/diagnosis.ts';

const traffic = { answered: 60, exceptions: 0, timeouts: 0, garbled: 40, utilisation: 0.1 };
const status = {
  ...{ timeq: 'ntp', problem: null, uplink: { state: 'online', backlog: 0 }, bins: [] },
  devices: [
    { id: 'scale-1', state: 'online', note: 'weighing core 1.1.0; two devices may answer as unit 7', facts: { core: '1.1.0', symptom: 'duplicate_address' } },
  ],
  bus: {
    lines: [{ id: 'line-1', open: true, strayBytes: 0, ...traffic, garbled: 0 }],
    devices: [{ id: 'scale-1', line: 'line-1', unit: 7, ...traffic }],
    ports: [],
  },
};

it('gives what a gateway suspects of the wiring as the finding, and nothing else of what the device says', () => {
  expect(diagnoseVillage(villageFacts(status))).toMatchObject([{ level: 'bad', subject: 'scale-1', what: 'two devices may answer as unit 7' }]);
});

it('says of a device on a port of its own that its answers are lost, as of one on a line', () => {
  const devices = [{ id: 'locks-1', state: 'online', note: '', facts: {} }];
  const bus = { lines: [], devices: [], ports: [{ id: 'locks-1', open: true, ...traffic, answered: 6000, garbled: 400 }] };
  expect(diagnoseVillage(villageFacts({ ...status, devices, bus }))).toMatchObject([{ level: 'warn', code: 'answers_lost', subject: 'locks-1' }]);
});
