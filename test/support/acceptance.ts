// A sorting point in perfect order, as facts and as a report, so that a test of acceptance names only what is wrong in it.
import type { Counters, DeviceRun, PointFacts } from '../../gateway/core/acceptance.ts';
import { decideVerdict, judgePoint } from '../../gateway/core/acceptance.ts';
import type { AcceptanceReport } from '../../protocol/acceptance.ts';
import type { CompartmentReading } from '../../protocol/bin-reading.ts';
import { testStartMs } from './make-store.ts';

export const counted = (more: Partial<Counters> = {}): Counters => ({ answered: 0, exceptions: 0, timeouts: 0, garbled: 0, doubled: 0, meanMs: 0, ...more });
const line = { id: 'line-1', open: true, answered: 40, exceptions: 0, timeouts: 0, garbled: 0, utilisation: 0.1, strayBytes: 0 };

/** A device that answered 40 requests in 4 ms each. */
export const soundDevice = (more: Partial<DeviceRun> = {}): DeviceRun => ({
  ...{ id: 'scale-1', model: 'W-CN', place: { line: 'line-1', unit: 1 }, state: 'online', identity: [], deadlineMs: 200 },
  traffic: { before: counted(), now: counted({ answered: 40, meanMs: 4 }) },
  ...more,
});
export const soundReading = (more: Partial<CompartmentReading> = {}): CompartmentReading => ({
  ...{ compartment: 1, wasteClass: 'food', levelPercent: 40, full: null, doorOpen: false, smoke: false, temperatureDeciC: 195 },
  ...more,
});

/** Facts of a point with one device of each kind. */
export const soundPoint = (more: Partial<PointFacts> = {}): PointFacts => ({
  machine: { freeDiskBytes: 20 * 1024 ** 3, missingKeys: [], missingPorts: [], isServing: true },
  keysNeeded: 4,
  village: {
    ...{ timeq: 'ntp', problem: null, uplink: { state: 'online', backlog: 3 }, alarms: [], lines: [line] },
    devices: [{ id: 'scale-1', state: 'online', note: '', locked: null, symptom: null }],
    traffic: [{ id: 'scale-1', answered: 40, exceptions: 0, timeouts: 0, garbled: 0, utilisation: 0.1 }],
  },
  devices: [soundDevice()],
  scales: [{ id: 'scale-1', wanted: 'wanted', outcome: { kind: 'weighed', nominalGrams: 2000, readGrams: 2005, limitGrams: 10, passed: true, event: 12 } }],
  dispensers: [{ id: 'dispenser-1', reliability: 'A', wanted: 'wanted', outcome: { refusal: null, ctrTestBefore: 3, ctrTestAfter: 4, event: 13 } }],
  bins: [{ id: 'bin-1', readings: [soundReading()] }],
  ...more,
});

/** The report of a point. */
export function reportOf(facts: PointFacts = soundPoint()): AcceptanceReport {
  const checks = judgePoint(facts);
  return {
    ...{ format: 'sifen-acceptance-1', village: 'waixiaojiang', villageName: '外小将', gateway: 'gw-test', keyid: 'k-0123456789abcdef', version: '0.1.0' },
    ...{ rulesDigest: 'a'.repeat(64), operator: 'technician-7', startedAtMs: testStartMs, finishedAtMs: testStartMs + 300_000, timeq: 'ntp' },
    ...{ ledger: { epoch: 1, sequence: 99, leaf: 'AAAA' }, verdict: decideVerdict(checks), checks },
  };
}
