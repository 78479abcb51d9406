/**
 * Ultrasonic level sensor of the DYP-A02 class as a register map, and the step from its distance to a fill level. It measures from the lid down.
 * The processed distance takes about half a second to answer, which the deadline allows for. Zero or a few centimetres mean "too close
 * or fault", never "full": nobody may guess which.
 */
import { defineLevelSensor, type LevelMounting } from '../bin-reading.ts';
import { defineDevice } from '../define-device.ts';

export const levelDyp = defineDevice({
  model: 'LVL-DYP',
  kind: 'level',
  title: 'Ultrasonic level sensor, DYP-A02 class',
  source: { document: 'DYP-A02 RS485 output manual, register list', revision: 'Modbus variant' },
  wordOrder: 'highFirst',
  units: { first: 1, last: 247 },
  turnaroundMs: 520,
  timeoutMs: 700,
  guardMs: 300,
  functions: [3],
  registersPerRequestMax: 1,
  notes: [
    'The processed distance answers after about 520 ms, the real-time one after about 120 ms; each is asked for alone.',
    'Blind zone 30 mm: a smaller distance means too close or fault.',
    'Unit number and baud are set with the maker’s tool: they wear the sensor’s memory and are left out.',
  ],
  fields: {
    distanceMm: {
      space: 'holding',
      address: 0x0100,
      kind: 'u16',
      unit: 'mm',
      access: 'r',
      poll: 'status',
      doc: 'Processed distance, freed of outliers; slow.',
    },
    realTimeMm: { space: 'holding', address: 0x0101, kind: 'u16', unit: 'mm', access: 'r', doc: 'Distance of the last echo.' },
    temperatureDeciC: { space: 'holding', address: 0x0102, kind: 'i16', unit: '0.1 degC', access: 'r', poll: 'slow', doc: 'Temperature at the sensor.' },
  },
});

/** A distance below this is no distance. Unit: mm. */
const blindZoneMm = 30;
/** Beyond the floor by more than this share the sensor looks past the bin: a lid that stands open, a bin that is gone. Unit: percent of `emptyMm`. */
const beyondFloorPercent = 20;

/** Fill level 0..100 of a distance, or null where the distance says nothing: in the blind zone, or past the floor. */
function levelPercentOf(distanceMm: number, { emptyMm, fullMm }: LevelMounting): number | null {
  if (distanceMm < blindZoneMm || distanceMm > emptyMm + (emptyMm * beyondFloorPercent) / 100) return null;
  return Math.max(0, Math.min(100, Math.round(((emptyMm - distanceMm) * 100) / (emptyMm - fullMm))));
}

export const dypSensor = defineLevelSensor({
  part: 'level',
  map: levelDyp,
  fields: ['distanceMm'],
  levelPercent: ({ distanceMm }, mounting) => levelPercentOf(distanceMm, mounting),
});
