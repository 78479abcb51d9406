/**
 * BIN-1: a bin of one compartment with a controller of its own, as published in a graduate thesis: sensors in input registers, the lid on one coil.
 * It drives its lid motor itself and refuses to open when hot, full or too heavy; a refused command may echo like an obeyed one, so whoever
 * opens reads the lid back. It says full or not full, by infrared and weight together, and never how full.
 */
import { defineBin } from '../bin-reading.ts';
import { defineDevice } from '../define-device.ts';

export const bin1 = defineDevice({
  model: 'BIN-1',
  kind: 'bin',
  title: 'Sorting bin with an integrated controller, one compartment',
  source: { document: 'Leonezz, graduation thesis on an intelligent bin, chapter 3, Modbus data addresses and interface', revision: '2021' },
  wordOrder: 'highFirst',
  units: { first: 1, last: 15 },
  timeoutMs: 150,
  guardMs: 200,
  functions: [1, 4, 5],
  notes: [
    'The unit number is set by four switches, so 1 to 15.',
    'The scanned user code is left out: it is listed at 0x0005 with 14 registers and read at 0x0006 with 13, and it names a person.',
    'The distance of who approaches is listed at 0x0012 and read at 0x0013: 0x0013 is used, as its frame is printed.',
    'The thesis names no scales: temperature and humidity are taken as tenths, as their sensor sends them; the gas value is a bare converter count.',
    'The lid coil is a position, not a pulse: the board moves the lid and stops by itself.',
  ],
  fields: {
    lidOpen: { space: 'coil', address: 0, kind: 'bit', access: 'rw', poll: 'status', doc: 'Lid: 1 = open. Read it back after writing.' },
    temperatureDeciC: { space: 'input', address: 0, kind: 'i16', unit: '0.1 degC', min: -500, max: 2000, access: 'r', poll: 'status', doc: 'Inside.' },
    humidityPermille: { space: 'input', address: 1, kind: 'u16', unit: '0.1 %', max: 1000, access: 'r', poll: 'status', doc: 'Relative humidity inside.' },
    gasCount: {
      space: 'input',
      address: 2,
      kind: 'u16',
      unit: 'count',
      access: 'r',
      poll: 'status',
      doc: 'Combustible gas, converter count; more is more gas.',
    },
    weight: { space: 'input', address: 3, kind: 'i32', unit: 'count', access: 'r', poll: 'status', doc: 'Weight of the bin as its transmitter counts.' },
    approach: { space: 'input', address: 0x13, kind: 'u16', unit: 'count', access: 'r', doc: 'Distance of who stands before the bin.' },
    full: { space: 'input', address: 0x14, kind: 'enum', labels: { room: 0, full: 1 }, access: 'r', poll: 'status', doc: 'By infrared and weight together.' },
  },
});

export const bin1Controller = defineBin({
  map: bin1,
  fields: ['lidOpen', 'temperatureDeciC', 'full'],
  // The board says full or not, never how full. What its gas sensor counts is no smoke detector's word.
  decode: ({ lidOpen, temperatureDeciC, full }, wasteClass) => [
    { compartment: 1, wasteClass, levelPercent: null, full: full === 'full', doorOpen: lidOpen, smoke: null, temperatureDeciC },
  ],
  open: (compartment) => (compartment === 1 ? { lidOpen: true } : undefined),
  readBack: 'lidOpen',
});
