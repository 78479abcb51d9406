// Lost if deleted: the published read of the climate sensors, and that tenths and hundredths give the same degrees.
import { expect, it } from 'vitest';
import { climateTenths, hundredthsSensor, tenthsSensor } from '../../../protocol/devices/climate-rh.ts';
import { decodeField } from '../../../protocol/register-codec.ts';
import { readingIn } from '../../support/golden-frames.ts';

// Request: thesis, section on the temperature sensor. Reply by pymodbus 3: -5.0 degrees, 53.1 %.
it('is read with the published frame', () => {
  const reading = readingIn(climateTenths, ['temperature', 'humidity'], [['01 03 00 00 00 02 C4 0B', '01 03 04 FF CE 02 13 EB 75']]);
  expect(reading).toEqual({ temperature: -50, humidity: 531 });
  expect(tenthsSensor.temperatureDeciC(reading)).toBe(-50);
});

it('gives tenths of a degree for hundredths, rounded to the nearest', () => {
  expect([2345, 2344, -500].map((temperature) => hundredthsSensor.temperatureDeciC({ temperature, humidity: 0 }))).toEqual([235, 234, -50]);
});

it('refuses humidity over 100 %, as a sensor of the other model would send', () => {
  expect(decodeField(climateTenths, 'humidity', [5310])).toEqual({ ok: false, issue: 'TEMP-RH.humidity: 5310 0.1 % is outside 0..1000' });
});

it('says that its unit number wears', () => {
  expect(climateTenths.fields.unitNumber.wears).toBe(true);
});
