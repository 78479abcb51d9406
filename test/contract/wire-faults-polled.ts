/**
 * The wire faults as a village meets them: a device is polled through its back-off, as stations do, and what its traffic says of the wiring is
 * judged. Part of wire-faults-contract.ts, which asks the bare line.
 */
import { FaultyWire, type WireFault } from '../../device-sim/faulty-wire.ts';
import { randomFor } from '../../device-sim/random.ts';
import type { WireFaultName } from '../../device-sim/wire-faults.ts';
import { wireClock } from '../../gateway/clock.ts';
import { type BusSymptom, judgeTraffic, rememberTraffic } from '../../gateway/core/bus-symptoms.ts';
import { scaleIdlePollMs } from '../../gateway/limits.ts';
import { type Device, openDevice } from '../../gateway/southbound/device.ts';
import { type Line, openLine } from '../../gateway/southbound/line.ts';
import { defineDevice } from '../../protocol/define-device.ts';
import { declared, type OpenFaultBench, tellingBoard, tellingWord } from '../support/fault-bench.ts';

const tellingMap = defineDevice({
  ...{ model: 'TELLING', kind: 'scale', title: 'A board that tells where its registers stand', source: { document: 'this test', revision: '1' } },
  ...{ wordOrder: 'highFirst', printedBase: 0, units: { first: 1, last: 247 }, ...declared, notes: [], blocks: {} },
  fields: { told: { space: 'holding', address: 7, kind: 'u16', unit: 'count', access: 'r', poll: 'status', doc: 'Its place.' } },
});
type Telling = Device<typeof tellingMap>;

/** Long enough that the plain back-off would have grown to a pause of 8 s. Unit: wire ms. */
const spoiltMs = 9000;
/** Given up after this. Unit: wire ms. */
const patienceMs = 12_000;

export interface PolledRow {
  /** Values that were none of the device's. */
  readonly wrong: number;
  /** From the lifting of the fault to the first right poll. Unit: wire ms. */
  readonly recoveredMs: number;
}

async function withDevices<Result>(
  fault: WireFaultName,
  openBench: OpenFaultBench,
  run: (faults: FaultyWire, line: Line, units: Telling[]) => Promise<Result>,
) {
  const faults = new FaultyWire({ random: randomFor(6, fault), timingOf: () => declared, wireMs: () => performance.now() });
  const bench = await openBench(tellingBoard().line, faults);
  const line = openLine({ id: 'line-1', transport: bench.transport, clock: wireClock });
  const units = [1, 2].map((unit) => openDevice({ id: `unit-${unit}`, line, unit, map: tellingMap, clock: wireClock }));
  try {
    for (const unit of units) for (let n = 0; (await poll(unit)) !== 'right' && n < 100; n += 1) await wireClock.sleep(50, 'the line to open');
    return await run(faults, line, units);
  } finally {
    for (const unit of units) unit.close();
    await line.close();
    await bench.stop();
  }
}

async function poll(device: Telling): Promise<'right' | 'wrong' | 'none'> {
  try {
    const { told } = await device.read(['told'], { priority: 'poll' });
    return told === tellingWord(7) ? 'right' : 'wrong';
  } catch {
    return 'none';
  }
}

/** Polls a device at the pace of an idle scale while every answer of it is spoilt, and until it is served again. */
export const pollThrough = (fault: WireFaultName, openBench: OpenFaultBench): Promise<PolledRow> =>
  withDevices(fault, openBench, async (faults, _line, [device]) => {
    if (device === undefined) throw new Error('no device');
    let wrong = 0;
    const pollOnce = async () => {
      const outcome = await poll(device);
      if (outcome === 'wrong') wrong += 1;
      return outcome;
    };
    faults.inject({ name: fault, p: 1 });
    const startMs = wireClock.monotonicMs();
    while (wireClock.monotonicMs() - startMs < spoiltMs) {
      await pollOnce();
      await wireClock.sleep(scaleIdlePollMs, 'the next poll');
    }
    faults.clear(fault);
    const liftedAtMs = wireClock.monotonicMs();
    while ((await pollOnce()) !== 'right' && wireClock.monotonicMs() - liftedAtMs < patienceMs) await wireClock.sleep(scaleIdlePollMs, 'the next poll');
    return { wrong, recoveredMs: wireClock.monotonicMs() - liftedAtMs };
  });

/** What is said of unit 1, behind which a second board answers, beside a sound unit 2. */
export const suspectOf = (fault: Omit<WireFault, 'p' | 'unit'>, openBench: OpenFaultBench): Promise<BusSymptom | undefined> =>
  withDevices(fault.name, openBench, async (faults, line, units) => {
    faults.inject({ ...fault, p: 0.75, unit: 1 });
    for (let n = 0; n < 20; n += 1)
      for (const unit of units) {
        await unit.read(['told'], { priority: 'weighing' }).catch(() => undefined);
        await wireClock.sleep(60, 'the second board to have answered');
      }
    const traffic = units.map((device) => ({ id: device.id, ...device.place(), ...device.traffic() }));
    if (line.stats().doubled !== traffic.reduce((sum, { doubled }) => sum + doubled, 0)) throw new Error('a second reply was counted for nobody');
    return judgeTraffic(rememberTraffic(new Map(), traffic)).get('unit-1');
  });
