/**
 * What every register map owes over a wire, whatever wire: the gateway's driver and a simulated board built from the same map agree on every
 * readable field, every write arrives as it was meant, what the board does not have it refuses, and a unit that is not there is silent.
 * Run by bus-models.test.ts in memory and over TCP, by new-model.test.ts for a model made up on the spot, and by test/system over a pty.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBank, type RegisterBank } from '../../device-sim/register-bank.ts';
import type { BoardLine } from '../../device-sim/rtu-slave.ts';
import { type Clock, wireClock } from '../../gateway/clock.ts';

import { type Device, openDevice } from '../../gateway/southbound/device.ts';
import { type Line, type LineOptions, openLine } from '../../gateway/southbound/line.ts';
import { exceptionCodes, type ModbusRequest, type RegisterSpace, readCodes } from '../../protocol/modbus.ts';
import { type DeviceMap, type FieldsOf, knowsFunction, registerSpaces, type WritableOf } from '../../protocol/register-map.ts';
import { patientClock } from '../support/null-modem.ts';
import { mapValues } from './map-contract.ts';

/** A way to a line of boards, as the gateway opens it. */
export interface ModelBench {
  readonly way: Pick<LineOptions, 'transport' | 'openStream'>;
  stop(): Promise<void>;
}
export type OpenModelBench = (board: BoardLine) => Promise<ModelBench>;

type Bank = RegisterBank<DeviceMap>;
interface Bench {
  readonly bank: Bank;
  readonly device: Device<DeviceMap>;
  readonly line: Line;
}

const seed = Number(process.env['SIFEN_SEED'] ?? 11);
const timingOf = (map: DeviceMap) => ({ priority: 'poll', deadlineMs: map.timeoutMs, guardMs: map.guardMs }) as const;

async function withBench(map: DeviceMap, openBench: OpenModelBench, use: (bench: Bench) => Promise<void>, clock: Clock = patientClock): Promise<void> {
  const bank: Bank = createBank(map);
  const unit = map.units.first;
  const { way, stop } = await openBench({ hasUnit: (asked) => asked === unit, service: (_unit, request) => bank.answer(request) });
  const line = openLine({ id: 'line-1', ...way, clock });
  try {
    for (let tries = 0; tries < 200 && !line.state().open; tries += 1) await wireClock.sleep(10, 'the line to open');
    await use({ bank, line, device: openDevice({ id: map.model, line, unit, map, clock }) });
  } finally {
    await line.close();
    await stop();
  }
}

/** An address of `space` that the map does not have. */
function strangeAddress(map: DeviceMap, space: RegisterSpace): number {
  const taken = Object.values(map.fields).filter((row) => row.space === space);
  return Math.max(...taken.map((row) => row.address)) + 0x1000;
}

/** Runs the contract over one map. */
export function describeOverWire(name: string, model: string, map: DeviceMap, openBench: OpenModelBench): void {
  describe(`${model} over ${name}`, () => {
    const names = Object.keys(map.fields).filter((field) => map.fields[field]?.access !== 'w');

    it('is read as the board has it, field by field', () =>
      withBench(map, openBench, async ({ bank, device }) => {
        const readable = mapValues(map, (row) => row.access !== 'w');
        for (const values of fc.sample(readable, { numRuns: 3, seed })) {
          bank.set(values as Partial<FieldsOf<DeviceMap>>);
          expect(await device.read(names, { priority: 'poll' })).toEqual(values);
        }
      }));

    it('is written as it was meant', () =>
      withBench(map, openBench, async ({ bank, device }) => {
        for (const values of fc.sample(
          mapValues(map, (row) => row.access !== 'r'),
          { numRuns: 3, seed },
        )) {
          await device.write(values as Partial<WritableOf<DeviceMap>>, { priority: 'actuation' });
          for (const [field, value] of Object.entries(values)) expect(bank.get(field), field).toEqual(value);
        }
      }));

    it('refuses an address and a function it does not have', () =>
      withBench(map, openBench, async ({ line }) => {
        const unit = map.units.first;
        for (const space of registerSpaces) {
          const request: ModbusRequest = { kind: 'read', space, address: 0xf000, count: 1 };
          const has = Object.values(map.fields).some((row) => row.space === space);
          const known = has && knowsFunction(map, readCodes[space]);
          const asked = has ? { ...request, address: strangeAddress(map, space) } : request;
          const code = known ? exceptionCodes.illegalAddress : exceptionCodes.illegalFunction;
          expect(await line.request(unit, asked, timingOf(map)), space).toEqual({ kind: 'exception', code });
        }
      }));

    it('is silent as another unit', () =>
      withBench(
        map,
        openBench,
        async ({ line }) => {
          const silent = line.request(map.units.first === 1 ? 2 : 1, { kind: 'read', space: 'holding', address: 0, count: 1 }, timingOf(map));
          await expect(silent).rejects.toMatchObject({ code: 'bus_timeout' });
        },
        wireClock,
      ));
  });
}
