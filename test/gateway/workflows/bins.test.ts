// Without this nobody would have seen a bin fill and burn from the sensor to the ledger: a restart could forget a fire or tell a level twice.
import { describe, expect, it } from 'vitest';
import { BinBoard } from '../../../device-sim/bin-board.ts';
import { randomFor } from '../../../device-sim/random.ts';
import { wireClock } from '../../../gateway/clock.ts';
import { GatewayError } from '../../../gateway/errors.ts';
import { type Device, openDevice } from '../../../gateway/southbound/device.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { ControllerBin } from '../../../gateway/workflows/bin.ts';
import { type BinWatchOptions, resetAlarm, watchBin } from '../../../gateway/workflows/watch-bins.ts';
import type { BinModel } from '../../../protocol/bin-reading.ts';
import { bin4 } from '../../../protocol/devices/bin-4.ts';
import { binCatalogue } from '../../../protocol/devices/catalogue.ts';
import type { DeviceMap } from '../../../protocol/register-map.ts';
import { openBoardLine } from '../../support/board-line.ts';
import { eventually } from '../../support/eventually.ts';
import { makeStore, testStartMs } from '../../support/make-store.ts';

const half = { fillPermille: 500, temperatureDeciC: 200, smoke: false, doorOpen: false };

/** Simulated BIN-4, RTU frames over TCP, line, device, core, ledger. Village time 60 times as fast. */
async function openBin() {
  const kept = [half, half, half, half];
  const units = [{ id: 'bin-1', model: 'BIN-4', compartment: 1 }];
  const board = new BinBoard({ id: 'bin-1', compartments: 4, units, random: randomFor(5, 'bin-1'), onEvent: () => undefined, kept });
  const made = makeStore();
  const bench = await openBoardLine(board, { pace: 60, startMs: testStartMs });
  const device: Device<DeviceMap> = openDevice<DeviceMap>({ id: 'bin-1', line: bench.line, unit: 1, map: bin4, clock: wireClock });
  const bin = new ControllerBin({ device, model: binCatalogue['BIN-4'] as BinModel, wasteClass: 'residual' });
  const told = () =>
    [...made.store.events(1)]
      .filter(({ draft }) => !draft.name.startsWith('pickup.'))
      .map(({ draft }) => ('fillState' in draft.data ? `${draft.data.compartment} ${draft.data.fillState}` : draft.name));
  const comes = (...wanted: string[]) =>
    eventually(
      () => told().length >= wanted.length,
      () => `wanted ${wanted.join(', ')}, came ${told().join(', ')}`,
    ).then(() => expect(told()).toEqual(wanted));
  /** Time for some more reads, two requests each. */
  const reads = async (times: number) => {
    const before = bench.line.stats().answered;
    await eventually(
      () => bench.line.stats().answered >= before + 2 * times,
      () => 'the bin is not read',
    );
  };
  const watch = () => bench.run((signal) => watchBin({ bin, store: made.store, clock: bench.clock }, signal));
  return { board, made, device, bin, bench, told, comes, reads, watch };
}

describe('a simulated sorting bin', () => {
  it('is told when to be emptied, when full and when emptied, once each', async () => {
    const { board, made, comes, reads, watch, told } = await openBin();
    watch();
    await reads(5);
    expect(told()).toEqual([]);
    board.throwIn(2, 320);
    await comes('2 plan');
    board.throwIn(2, 150);
    await comes('2 plan', '2 full');
    board.empty(2);
    await comes('2 plan', '2 full', '2 normal');
    await reads(5);
    expect(told()).toHaveLength(3);
    expect(made.store.bins.state()).toEqual([{ bin: 'bin-1', compartment: 2, fillState: 'normal', levelPercent: 0, alarm: false }]);
    // A truck was called with the first level, in the same breath, and called off with the last.
    expect([...made.store.events(1)].map(({ draft }) => draft.name).filter((name) => name.startsWith('pickup.'))).toEqual([
      'pickup.requested',
      'pickup.changed',
      'pickup.cancelled',
    ]);
    expect(made.store.verify().problem).toBeNull();
  });

  it('goes on where the ledger stands after a restart: no level and no fire is told again', async () => {
    const { board, made, reads, watch, bench, bin, told } = await openBin();
    const first = new AbortController();
    const watched = watchBin({ bin, store: made.store, clock: bench.clock }, first.signal);
    board.throwIn(1, 350);
    board.setSmoke(3, true);
    await eventually(
      () => told().length === 2,
      () => told().join(', '),
    );
    first.abort();
    await watched;
    made.reopen();
    watch();
    await reads(5);
    expect(told().toSorted()).toEqual(['1 plan', 'alarm.fire']);
    board.throwIn(1, 150);
    await eventually(
      () => told().length === 3,
      () => told().join(', '),
    );
    expect(told().at(-1)).toBe('1 full');
  });

  it('burns until a person looked, and again if it still does', async () => {
    const { board, made, comes, reads, watch } = await openBin();
    const place = { bin: 'bin-1', compartment: 3 };
    watch();
    expect(resetAlarm(made.store, place, 'clerk')).toEqual({ ok: false, refusal: { code: 'compartment_unknown' } });
    board.setSmoke(3, true);
    await comes('alarm.fire');
    expect(resetAlarm(made.store, place, 'clerk')).toEqual({ ok: true });
    await comes('alarm.fire', 'alarm.cleared', 'alarm.fire');
    board.setSmoke(3, false);
    await reads(3);
    expect(made.store.bins.state()).toMatchObject([{ compartment: 3, alarm: true }]);
    expect(resetAlarm(made.store, place, 'clerk')).toEqual({ ok: true });
    await reads(3);
    expect(resetAlarm(made.store, place, 'clerk')).toEqual({ ok: false, refusal: { code: 'no_alarm' } });
    expect(made.store.lastOf('alarm.cleared')).toEqual({ ...place, operator: 'clerk' });
  });

  it('is watched again when its power comes back', async () => {
    const { board, comes, reads, watch, device } = await openBin();
    watch();
    await reads(2);
    board.setPower(false);
    await eventually(
      () => device.health().state === 'offline',
      () => 'the bin is not missed',
    );
    board.throwIn(4, 500);
    board.setPower(true);
    await comes('4 full');
  });
});

describe('the watch over a bin', () => {
  it('waits out nothing but the bus: a ledger that fails and a bug are passed on', async () => {
    const { store } = makeStore();
    const failed = (problem: Error): Pick<BinWatchOptions, 'bin' | 'store'> => ({
      bin: { id: 'bin-1', read: () => Promise.reject(problem) },
      store: store satisfies Pick<Store, 'bins'>,
    });
    for (const problem of [new GatewayError('store_failed', 'disk full'), new TypeError('bug')])
      await expect(watchBin({ ...failed(problem), clock: wireClock }, new AbortController().signal)).rejects.toBe(problem);
  });
});
