// Without this a bin made of sensors and relays could burn unseen, call a truck for a sensor that sees nothing, or keep a lock under current.
import { afterEach, describe, expect, it } from 'vitest';
import { BinBoard } from '../../../device-sim/bin-board.ts';
import { randomFor } from '../../../device-sim/random.ts';
import type { MachineEvent } from '../../../device-sim/site-event.ts';
import { assembleBin } from '../../../gateway/bin-assembly.ts';
import { siteSchema } from '../../../gateway/config.ts';
import { openDevice } from '../../../gateway/southbound/device.ts';
import { type Line, openLine } from '../../../gateway/southbound/line.ts';
import type { Fitted } from '../../../gateway/workflows/assembled-bin.ts';
import { ControllerBin } from '../../../gateway/workflows/bin.ts';
import { openHatch } from '../../../gateway/workflows/open-hatch.ts';
import { watchBin } from '../../../gateway/workflows/watch-bins.ts';
import type { BinModel, BinPart } from '../../../protocol/bin-reading.ts';
import { binCatalogue, binPartCatalogue } from '../../../protocol/devices/catalogue.ts';
import type { ModbusRequest } from '../../../protocol/modbus.ts';
import { eventually } from '../../support/eventually.ts';
import { makeStore } from '../../support/make-store.ts';
import { cable, nullModem, patientClock } from '../../support/null-modem.ts';

const lines: Line[] = [];
afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
});

const { signal } = new AbortController();
const half = { fillPermille: 500, temperatureDeciC: 200, smoke: false, doorOpen: false };

/** A simulated bin with these units (unit number by place, from 1) at the end of a null modem. */
async function openUnits(id: string, compartments: number, units: readonly { id: string; model: string; compartment: number }[]) {
  const happened: MachineEvent[] = [];
  const kept = Array.from({ length: compartments }, () => half);
  const board = new BinBoard({ id, compartments, units, random: randomFor(5, id), onEvent: (event) => void happened.push(event), kept });
  const asked: ModbusRequest[] = [];
  const unitOf = (unit: number) => board.units.get(units[unit - 1]?.id ?? '');
  const service = (unit: number, request: ModbusRequest) => {
    asked.push(request);
    return unitOf(unit)?.answer(request);
  };
  const openStream = nullModem({ hasUnit: (unit) => unitOf(unit)?.isPowered ?? false, service });
  const line = openLine({ id: 'bin-line', transport: cable, openStream, clock: patientClock });
  lines.push(line);
  await eventually(
    () => line.state().open,
    () => 'the line does not open',
  );
  return { board, line, asked, happened };
}

const partModels = [
  { id: 'level-1', model: 'LVL-DYP', compartment: 1 },
  { id: 'level-2', model: 'LVL-DYP', compartment: 2 },
  { id: 'air', model: 'TEMP-RH-100', compartment: 1 },
];

/** Two compartments: the first with everything, the second with a level alone. The site file's own schema makes the row. */
async function openAssembled(relays: 'RELAY-WS' | 'RELAY-LC') {
  const units = [...partModels, { id: 'relays', model: relays, compartment: 1 }];
  const bench = await openUnits('bin-1', 2, units);
  const onLines = new Map<string, Fitted<BinPart>>();
  for (const [index, { id, model }] of units.entries()) {
    const part = binPartCatalogue[model] as BinPart;
    onLines.set(id, { part, device: openDevice({ id, line: bench.line, unit: index + 1, map: part.map, clock: patientClock }) });
  }
  const mounting = { emptyMm: 900, fullMm: 150 };
  const [row] = siteSchema.shape.bins.parse([
    {
      id: 'bin-1',
      model: 'PARTS',
      compartments: [
        {
          wasteClass: 'food',
          level: { part: 'level-1', ...mounting },
          temperature: { part: 'air' },
          smoke: { part: 'relays', input: 1 },
          door: { part: 'relays', input: 5 },
          lock: { part: 'relays', relay: 1, pulseMs: 700 },
        },
        { wasteClass: 'residual', level: { part: 'level-2', ...mounting } },
      ],
    },
  ]);
  if (row?.model !== 'PARTS') throw new Error('no such row');
  const parts = { onLines, locks: new Map() };
  return { ...bench, bin: assembleBin(row, parts), look: () => assembleBin(row, parts).read(signal) };
}

const first = { compartment: 1, wasteClass: 'food', levelPercent: 50, full: null, temperatureDeciC: 200, smoke: false, doorOpen: false };
const second = { compartment: 2, wasteClass: 'residual', levelPercent: 50, full: null, temperatureDeciC: null, smoke: null, doorOpen: null };

describe.each(['RELAY-WS', 'RELAY-LC'] as const)('a bin assembled with a %s', (relays) => {
  it('is read like a bin with a controller, each part once, and says null where nothing is fitted', async () => {
    const { board, look, asked } = await openAssembled(relays);
    expect(await look()).toEqual([first, second]);
    // Two levels, temperature and humidity at once, eight inputs at once.
    expect(asked).toHaveLength(4);
    board.throwIn(1, 400);
    board.setSmoke(1, true);
    expect(await look()).toEqual([{ ...first, levelPercent: 90, smoke: true }, second]);
  });

  it('opens a lock by a pulse the board ends itself, and leaves no relay drawn', async () => {
    const { board, bin, happened, look } = await openAssembled(relays);
    const { store } = makeStore();
    expect([bin.hasLock(1), bin.hasLock(2)]).toEqual([true, false]);
    expect(await openHatch(store, bin, { compartment: 1, operator: 'clerk' }, signal)).toEqual({ ok: true, outcome: 'obeyed' });
    expect(happened).toEqual([{ event: 'lock-pulse', device: 'relays', compartment: 1, pulseMs: 700 }]);
    expect(store.lastOf('bin.hatch.opened')).toEqual({ bin: 'bin-1', compartment: 1, outcome: 'obeyed', operator: 'clerk' });
    const drawn = () => board.units.get('relays')?.answer({ kind: 'read', space: 'coil', address: 0, count: 8 });
    expect(drawn()).toMatchObject({ bits: [true, ...new Array(7).fill(false)] });
    board.advance(600);
    expect(drawn()).toMatchObject({ bits: [true, ...new Array(7).fill(false)] });
    board.advance(100);
    expect(drawn()).toMatchObject({ bits: new Array(8).fill(false) });
    await look();
  });
});

describe('a bin assembled from parts', () => {
  it('leaves open what a silent part would say, and nothing else', async () => {
    const { board, look } = await openAssembled('RELAY-WS');
    board.units.get('relays')?.setPower(false);
    board.units.get('level-2')?.setPower(false);
    expect(await look()).toEqual([
      { ...first, smoke: null, doorOpen: null },
      { ...second, levelPercent: null },
    ]);
  });

  it('takes no level from a sensor with an arm before it', async () => {
    const { board, look } = await openAssembled('RELAY-WS');
    board.setDoor(true);
    expect(await look()).toEqual([
      { ...first, levelPercent: null, doorOpen: true },
      { ...second, levelPercent: null },
    ]);
  });

  it('tells the same story as any bin: full once, fire at once, and no hatch opens on it', async () => {
    const { board, bin, asked } = await openAssembled('RELAY-WS');
    const { store } = makeStore();
    const stop = new AbortController();
    const watched = watchBin({ bin, store, clock: patientClock, idlePollMs: 1 }, stop.signal);
    const told = () =>
      [...store.events(1)]
        .filter(({ draft }) => draft.name !== 'pickup.requested')
        .map(({ draft }) => ('fillState' in draft.data ? `${draft.data.compartment} ${draft.data.fillState}` : draft.name));
    const comes = (...wanted: string[]) =>
      eventually(
        () => told().length >= wanted.length,
        () => told().join(', '),
      ).then(() => expect(told()).toEqual(wanted));
    board.throwIn(2, 500);
    await comes('2 full');
    board.setSmoke(1, true);
    await comes('2 full', 'alarm.fire');
    expect(store.lastOf('alarm.fire')).toEqual({ bin: 'bin-1', compartment: 1, smoke: true, temperatureDeciC: 200 });
    expect(await openHatch(store, bin, { compartment: 1, operator: null }, signal)).toEqual({ ok: false, refusal: { code: 'alarm_standing' } });
    expect(await openHatch(store, bin, { compartment: 2, operator: null }, signal)).toEqual({ ok: false, refusal: { code: 'no_lock' } });
    stop.abort();
    await watched;
    expect(asked.filter(({ kind }) => kind !== 'read')).toEqual([]);
  });
});

describe('a bin with a controller', () => {
  const controller = async (model: 'BIN-1' | 'BIN-4', compartments: number) => {
    const bench = await openUnits('bin-1', compartments, [{ id: 'bin-1', model, compartment: 1 }]);
    const found = binCatalogue[model] as BinModel;
    const device = openDevice({ id: 'bin-1', line: bench.line, unit: 1, map: found.map, clock: patientClock });
    return { ...bench, bin: new ControllerBin({ device, model: found, wasteClass: 'food' }), store: makeStore().store };
  };

  it('BIN-4 pulses the lock of a compartment, and refuses one that smokes with an exception', async () => {
    const { board, bin, store, happened } = await controller('BIN-4', 4);
    expect(await openHatch(store, bin, { compartment: 3, operator: 'clerk' }, signal)).toEqual({ ok: true, outcome: 'obeyed' });
    expect(happened).toEqual([{ event: 'lock-pulse', device: 'bin-1', compartment: 3, pulseMs: 700 }]);
    board.setSmoke(3, true);
    expect(await openHatch(store, bin, { compartment: 3, operator: 'clerk' }, signal)).toEqual({ ok: false, refusal: { code: 'board_refused' } });
    expect(await openHatch(store, bin, { compartment: 5, operator: 'clerk' }, signal)).toEqual({ ok: false, refusal: { code: 'no_lock' } });
    const told = [...store.events(1)].flatMap(({ draft }) => (draft.name === 'bin.hatch.opened' ? [draft.data.outcome] : []));
    expect(told).toEqual(['obeyed', 'refused']);
  });

  it('BIN-1 is read, opened and read back: a refusal that echoes like obedience is seen', async () => {
    const { board, bin, store } = await controller('BIN-1', 1);
    const seen = { compartment: 1, wasteClass: 'food', levelPercent: null, full: false, doorOpen: false, smoke: null, temperatureDeciC: 200 };
    expect(await bin.read(signal)).toEqual([seen]);
    expect(await openHatch(store, bin, { compartment: 1, operator: 'clerk' }, signal)).toEqual({ ok: true, outcome: 'obeyed' });
    expect(await bin.read(signal)).toEqual([{ ...seen, doorOpen: true }]);
    board.setDoor(false);
    board.throwIn(1, 500);
    expect(await bin.read(signal)).toEqual([{ ...seen, full: true }]);
    expect(await openHatch(store, bin, { compartment: 1, operator: 'clerk' }, signal)).toEqual({ ok: false, refusal: { code: 'board_refused' } });
  });
});
