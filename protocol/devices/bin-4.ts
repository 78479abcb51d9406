/**
 * BIN-4, our controller of a sorting bin with up to four compartments: level, door, lock pulse, temperature and smoke of each.
 * Locks are opened by a pulse the board itself times and ends: there is deliberately no coil that could stay on, so a gateway that
 * crashes never leaves a solenoid energised. The board reports and unlocks; deciding about fire or fullness is the gateway's work.
 */
import { type CompartmentReading, defineBin, wasteClasses } from '../bin-reading.ts';
import { defineDevice } from '../define-device.ts';
import { fieldsPolled, type ReadingOf } from '../register-map.ts';

export const bin4 = defineDevice({
  model: 'BIN-4',
  kind: 'bin',
  title: 'Sorting bin controller, two or four compartments',
  source: { document: 'BIN-4 register contract (this project)', revision: 'revision 1' },
  wordOrder: 'highFirst',
  units: { first: 1, last: 247 },
  timeoutMs: 150,
  guardMs: 200,
  notes: ['A lock of a compartment that smokes or is hot is refused with exception 3, and nothing opens: the board’s own rule, whoever asks.'],
  fields: {
    foodDoorOpen: { space: 'discrete', address: 0, kind: 'bit', access: 'r', poll: 'status', doc: 'Door contact: 1 = open.' },
    recyclableDoorOpen: { space: 'discrete', address: 1, kind: 'bit', access: 'r', poll: 'status', doc: 'Door contact: 1 = open.' },
    hazardousDoorOpen: { space: 'discrete', address: 2, kind: 'bit', access: 'r', poll: 'status', doc: 'Door contact: 1 = open.' },
    residualDoorOpen: { space: 'discrete', address: 3, kind: 'bit', access: 'r', poll: 'status', doc: 'Door contact: 1 = open.' },
    foodSmoke: { space: 'discrete', address: 4, kind: 'bit', access: 'r', poll: 'status', doc: 'Smoke detector: 1 = smoke.' },
    recyclableSmoke: { space: 'discrete', address: 5, kind: 'bit', access: 'r', poll: 'status', doc: 'Smoke detector: 1 = smoke.' },
    hazardousSmoke: { space: 'discrete', address: 6, kind: 'bit', access: 'r', poll: 'status', doc: 'Smoke detector: 1 = smoke.' },
    residualSmoke: { space: 'discrete', address: 7, kind: 'bit', access: 'r', poll: 'status', doc: 'Smoke detector: 1 = smoke.' },
    fitted: {
      space: 'input',
      address: 0,
      kind: 'bits',
      bits: { food: 0, recyclable: 1, hazardous: 2, residual: 3 },
      initial: { food: true, recyclable: true, hazardous: true, residual: true },
      access: 'r',
      poll: 'status',
      doc: 'Compartments this bin has. Registers of the others read 0 and mean nothing.',
    },
    foodLevelPercent: {
      space: 'input',
      address: 1,
      kind: 'u16',
      unit: '%',
      max: 100,
      access: 'r',
      poll: 'status',
      doc: 'Fill level, already freed of blind zone and fluff by the board.',
    },
    recyclableLevelPercent: { space: 'input', address: 2, kind: 'u16', unit: '%', max: 100, access: 'r', poll: 'status', doc: 'Fill level.' },
    hazardousLevelPercent: { space: 'input', address: 3, kind: 'u16', unit: '%', max: 100, access: 'r', poll: 'status', doc: 'Fill level.' },
    residualLevelPercent: { space: 'input', address: 4, kind: 'u16', unit: '%', max: 100, access: 'r', poll: 'status', doc: 'Fill level.' },
    foodTemperatureDeciC: {
      space: 'input',
      address: 5,
      kind: 'i16',
      unit: '0.1 degC',
      min: -500,
      max: 2000,
      initial: 200,
      access: 'r',
      poll: 'status',
      doc: 'Temperature inside.',
    },
    recyclableTemperatureDeciC: {
      space: 'input',
      address: 6,
      kind: 'i16',
      unit: '0.1 degC',
      min: -500,
      max: 2000,
      initial: 200,
      access: 'r',
      poll: 'status',
      doc: 'Temperature inside.',
    },
    hazardousTemperatureDeciC: {
      space: 'input',
      address: 7,
      kind: 'i16',
      unit: '0.1 degC',
      min: -500,
      max: 2000,
      initial: 200,
      access: 'r',
      poll: 'status',
      doc: 'Temperature inside.',
    },
    residualTemperatureDeciC: {
      space: 'input',
      address: 8,
      kind: 'i16',
      unit: '0.1 degC',
      min: -500,
      max: 2000,
      initial: 200,
      access: 'r',
      poll: 'status',
      doc: 'Temperature inside.',
    },
    foodLockPulseMs: {
      space: 'holding',
      address: 0,
      kind: 'u16',
      unit: 'ms',
      scale: 100,
      min: 100,
      max: 2000,
      access: 'w',
      doc: 'Opens the lock for this long; the board ends the pulse. One count is 100 ms.',
    },
    recyclableLockPulseMs: {
      space: 'holding',
      address: 1,
      kind: 'u16',
      unit: 'ms',
      scale: 100,
      min: 100,
      max: 2000,
      access: 'w',
      doc: 'Opens the lock for this long.',
    },
    hazardousLockPulseMs: {
      space: 'holding',
      address: 2,
      kind: 'u16',
      unit: 'ms',
      scale: 100,
      min: 100,
      max: 2000,
      access: 'w',
      doc: 'Opens the lock for this long.',
    },
    residualLockPulseMs: {
      space: 'holding',
      address: 3,
      kind: 'u16',
      unit: 'ms',
      scale: 100,
      min: 100,
      max: 2000,
      access: 'w',
      doc: 'Opens the lock for this long.',
    },
  },
});

/** The compartments this bin has, in order of their registers; those not fitted are left out. */
function decode(values: ReadingOf<typeof bin4>): readonly CompartmentReading[] {
  const all = wasteClasses.map((wasteClass, index) => ({
    compartment: index + 1,
    wasteClass,
    levelPercent: values[`${wasteClass}LevelPercent`],
    full: null,
    doorOpen: values[`${wasteClass}DoorOpen`],
    smoke: values[`${wasteClass}Smoke`],
    temperatureDeciC: values[`${wasteClass}TemperatureDeciC`],
  }));
  return all.filter(({ wasteClass }) => values.fitted[wasteClass]);
}

export const bin4Controller = defineBin({
  map: bin4,
  fields: fieldsPolled(bin4, 'status'),
  decode,
  open(compartment, pulseMs) {
    const wasteClass = wasteClasses[compartment - 1];
    return wasteClass && { [`${wasteClass}LockPulseMs`]: pulseMs };
  },
});
