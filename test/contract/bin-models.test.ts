// Lost if deleted: the contract every bin and every part of a bin owes its story, so that a new one is proved by its line in the catalogue.
import { describe, expect, it } from 'vitest';
import { BinBoard } from '../../device-sim/bin-board.ts';
import type { BinUnit } from '../../device-sim/bin-unit.ts';
import { randomFor } from '../../device-sim/random.ts';
import { binTwins } from '../../device-sim/twins/catalogue.ts';
import type { BinModel, BinPart } from '../../protocol/bin-reading.ts';
import { binCatalogue, binPartCatalogue } from '../../protocol/devices/catalogue.ts';
import { planReads, readRequest } from '../../protocol/read-plan.ts';
import { decodeSpan, encodeWrites } from '../../protocol/register-codec.ts';
import type { DeviceMap, ReadingOf } from '../../protocol/register-map.ts';

const mounting = { emptyMm: 900, fullMm: 150 };

/** A simulated bin, half full, and one unit of this model in its first compartment. */
function openUnit(model: string, compartments = 1) {
  const kept = Array.from({ length: compartments }, () => ({ fillPermille: 500, temperatureDeciC: 231, smoke: false, doorOpen: false }));
  const units = [{ id: 'unit', model, compartment: 1 }];
  const board = new BinBoard({ id: 'bin', compartments, units, random: randomFor(3, model), onEvent: () => undefined, kept });
  const unit = board.units.get('unit') as BinUnit;
  const read = (map: DeviceMap, fields: readonly string[]): ReadingOf<DeviceMap> => {
    const values: Record<string, unknown> = {};
    for (const span of planReads(map, fields)) {
      const answer = unit.answer(readRequest(span));
      const decoded = decodeSpan(map, span, answer?.kind === 'words' ? answer.words : answer?.kind === 'bits' ? answer.bits : []);
      if (!decoded.ok) throw new Error(decoded.issues.join('; '));
      Object.assign(values, decoded.values);
    }
    return values as ReadingOf<DeviceMap>;
  };
  return { board, unit, read };
}

it('has a twin for every model, and knows no other', () => {
  expect(Object.keys(binTwins).sort()).toEqual([...Object.keys(binCatalogue), ...Object.keys(binPartCatalogue)].sort());
});

const parts = Object.entries(binPartCatalogue);
const ofKind = <K extends BinPart['part']>(kind: K) => parts.filter((entry): entry is [string, Extract<BinPart, { part: K }>] => entry[1].part === kind);

describe.each(ofKind('level'))('the level sensor %s', (model, sensor) => {
  it('says how full its compartment is, and nothing with an arm before it', () => {
    const { board, read } = openUnit(model);
    const level = () => sensor.levelPercent(read(sensor.map, sensor.fields), mounting);
    expect(level()).toBe(50);
    board.empty(1);
    expect(level()).toBe(0);
    board.throwIn(1, 1000);
    expect(level()).toBe(100);
    board.setDoor(true);
    expect(level()).toBeNull();
  });
});

describe.each(ofKind('climate'))('the thermometer %s', (model, sensor) => {
  it('says tenths of a degree', () => {
    const { read } = openUnit(model);
    expect(sensor.temperatureDeciC(read(sensor.map, sensor.fields))).toBe(231);
  });
});

describe.each(ofKind('relay'))('the relay board %s', (model, relay) => {
  it('shows each input, and every relay’s pulse ends by itself', () => {
    const { board, unit, read } = openUnit(model, 4);
    const inputs = () => [1, 2, 3, 4, 5, 6, 7, 8].filter((input) => relay.input(read(relay.map, relay.fields), input));
    expect(inputs()).toEqual([]);
    board.setSmoke(3, true);
    board.setDoor(true);
    expect(inputs()).toEqual([3, 5, 6, 7, 8]);
    const drawn = () => {
      const answer = unit.answer({ kind: 'read', space: 'coil', address: 0, count: 8 });
      return answer?.kind === 'bits' ? answer.bits.flatMap((bit, at) => (bit ? [at + 1] : [])) : answer;
    };
    for (let n = 1; n <= 8; n += 1) {
      for (const request of encodeWrites(relay.map, relay.pulse(n, 700))) expect(unit.answer(request)).toEqual({ kind: 'written' });
      expect(drawn()).toEqual([n]);
      board.advance(700);
      expect(drawn()).toEqual([]);
    }
  });
});

describe.each(Object.entries(binCatalogue))('the bin %s', (model, bin: BinModel) => {
  it('says what its sensors see, counted from 1, and opens no compartment it does not have', () => {
    const compartments = bin.open(2, 700) === undefined ? 1 : 4;
    const { board, read } = openUnit(model, compartments);
    board.throwIn(1, 500);
    const look = bin.decode(read(bin.map, bin.fields), 'food');
    expect(look.map(({ compartment }) => compartment)).toEqual(Array.from({ length: compartments }, (_unused, at) => at + 1));
    expect(look[0]).toMatchObject({ wasteClass: 'food', doorOpen: false, temperatureDeciC: 231 });
    // Percent, or full and nothing else: never one made of the other.
    expect([look[0]?.levelPercent, look[0]?.full]).toEqual(look[0]?.full === null ? [100, null] : [null, true]);
    expect(bin.open(compartments + 1, 700)).toBeUndefined();
    for (let n = 1; n <= compartments; n += 1) expect(encodeWrites(bin.map, bin.open(n, 700) ?? {})).toHaveLength(1);
  });
});
