// Lost if deleted: the published pulse of both relay boards, and that neither map can leave a coil on.
import { describe, expect, it } from 'vitest';
import { relayLcTech } from '../../../protocol/devices/relay-lc-tech.ts';
import { relayWaveshare } from '../../../protocol/devices/relay-waveshare.ts';
import { encodeWrites } from '../../../protocol/register-codec.ts';
import { expectWrites, readingIn, requestIn } from '../../support/golden-frames.ts';

const inputs = ['input1', 'input2', 'input3', 'input4', 'input5', 'input6', 'input7', 'input8'] as const;

it('the Waveshare class draws relay 1 for 700 ms with one FC05', () => {
  // Waveshare wiki: flash on.
  expectWrites(relayWaveshare, { relay1PulseMs: 700 }, ['01 05 02 00 00 07 8D B0']);
});

it('the LC-Tech class draws a relay with mode and duration in one FC16', () => {
  // Frames by pymodbus 3 from the rule 3 + 5(n - 1): relay 1 for 0.7 s, relay 8 for 2 s.
  expectWrites(relayLcTech, { relay1Mode: 'flashOn', relay1PulseMs: 700 }, ['01 10 00 03 00 02 04 00 02 00 07 53 B8']);
  expectWrites(relayLcTech, { relay8Mode: 'flashOn', relay8PulseMs: 2000 }, ['01 10 00 26 00 02 04 00 02 00 14 D0 52']);
  expect(() => encodeWrites(relayLcTech, { relay1PulseMs: 700 })).toThrow('RELAY-LC.relay1Mode: is missing; block pulse1 is written whole');
});

describe.each([
  ['RELAY-WS', relayWaveshare],
  ['RELAY-LC', relayLcTech],
] as const)('%s', (_model, map) => {
  it('reads its inputs by FC02', () => {
    // Reply by pymodbus 3: inputs 1 and 5. The published request FF 02 00 00 00 08 6C 12 is the same of unit 255.
    expect(requestIn('FF 02 00 00 00 08 6C 12', 255)).toEqual(requestIn('01 02 00 00 00 08 79 CC'));
    const reading = readingIn(map, inputs, [['01 02 00 00 00 08 79 CC', '01 02 01 11 61 84']]);
    expect(inputs.filter((name) => reading[name])).toEqual(['input1', 'input5']);
  });

  it('has no coil that can be written on, and pulses that end', () => {
    const writable = Object.values(map.fields).filter(({ access }) => access !== 'r');
    expect(writable.some(({ kind }) => kind === 'bit')).toBe(false);
    for (const row of writable) if (row.kind === 'u16') expect([row.min, row.max, row.unit]).toEqual([100, 10_000, 'ms']);
  });
});
