/**
 * Temperature and humidity sensors over Modbus as register maps. Two models of one map: most makers send tenths, some send hundredths, and
 * nothing on the wire tells them apart, so the model says it. A reading here is never an alarm by itself: that is core's decision.
 */
import { defineClimateSensor } from '../bin-reading.ts';
import { defineDevice } from '../define-device.ts';

const common = {
  kind: 'climate',
  source: { document: 'Temperature and humidity transmitter YSAT01B, Modbus address table', revision: 'registers 0x0000 to 0x0067' },
  wordOrder: 'highFirst',
  units: { first: 1, last: 247 },
  timeoutMs: 150,
  guardMs: 200,
} as const;
const reported = { space: 'holding', access: 'r', poll: 'status' } as const;
const unitNumber = {
  space: 'holding',
  address: 0x0066,
  kind: 'u16',
  unit: 'unit number',
  min: 1,
  max: 247,
  initial: 1,
  access: 'rw',
  wears: true,
  doc: 'Own unit number; the answer to a change may already come from the new one.',
} as const;

export const climateTenths = defineDevice({
  ...common,
  model: 'TEMP-RH',
  title: 'Temperature and humidity sensor, tenths',
  notes: ['One count is 0.1. Where a room reads 250 degrees, the sensor sends hundredths: model TEMP-RH-100.'],
  fields: {
    temperature: { ...reported, address: 0, kind: 'i16', unit: '0.1 degC', min: -500, max: 1500, doc: 'Temperature.' },
    humidity: { ...reported, address: 1, kind: 'u16', unit: '0.1 %', max: 1000, doc: 'Relative humidity.' },
    unitNumber,
  },
});

export const climateHundredths = defineDevice({
  ...common,
  model: 'TEMP-RH-100',
  title: 'Temperature and humidity sensor, hundredths',
  notes: ['One count is 0.01. Where a room reads 2 degrees, the sensor sends tenths: model TEMP-RH.'],
  fields: {
    temperature: { ...reported, address: 0, kind: 'i16', unit: '0.01 degC', min: -5000, max: 15_000, doc: 'Temperature.' },
    humidity: { ...reported, address: 1, kind: 'u16', unit: '0.01 %', max: 10_000, doc: 'Relative humidity.' },
    unitNumber,
  },
});

export const tenthsSensor = defineClimateSensor({
  part: 'climate',
  map: climateTenths,
  fields: ['temperature', 'humidity'],
  temperatureDeciC: ({ temperature }) => temperature,
});

/** Hundredths are rounded to the nearest tenth. */
export const hundredthsSensor = defineClimateSensor({
  part: 'climate',
  map: climateHundredths,
  fields: ['temperature', 'humidity'],
  temperatureDeciC: ({ temperature }) => Math.round(temperature / 10),
});
