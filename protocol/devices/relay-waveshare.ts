/**
 * Relay and input boards of the Waveshare class as a register map: eight relays, eight inputs. A relay is drawn by a pulse the board itself
 * times and ends, FC05 to 0x0200 + n with a duration for its word. Coils can be read and not written, so that a gateway that crashes never
 * leaves a solenoid energised.
 */
import { defineRelayBoard } from '../bin-reading.ts';
import { defineDevice } from '../define-device.ts';
import { inputReading, inputStates, relayStates } from './relay-states.ts';

/** Longest pulse a lock or buzzer is given. Unit: ms. The board would take 3,276,700. */
const pulse = { space: 'coil', kind: 'u16', unit: 'ms', scale: 100, min: 100, max: 10_000, access: 'w' } as const;

export const relayWaveshare = defineDevice({
  model: 'RELAY-WS',
  kind: 'relay',
  title: 'Relay and input board, Waveshare class',
  source: { document: 'Waveshare Modbus RTU Relay wiki, development protocol', revision: 'V2' },
  wordOrder: 'highFirst',
  units: { first: 1, last: 247 },
  timeoutMs: 150,
  guardMs: 200,
  notes: [
    'Some boards come as unit 255: give them a number of 1 to 247 first.',
    'Coils 0 to 7 are not writable here on purpose: a pulse ends by itself, a coil stays on. The board would also switch off by a pulse, at 0x0400 + n.',
    'Inputs are active low on some boards.',
  ],
  fields: {
    ...relayStates,
    relay1PulseMs: { ...pulse, address: 0x0200, doc: 'Draws relay 1 for this long; one count is 100 ms.' },
    relay2PulseMs: { ...pulse, address: 0x0201, doc: 'Draws relay 2 for this long; one count is 100 ms.' },
    relay3PulseMs: { ...pulse, address: 0x0202, doc: 'Draws relay 3 for this long; one count is 100 ms.' },
    relay4PulseMs: { ...pulse, address: 0x0203, doc: 'Draws relay 4 for this long; one count is 100 ms.' },
    relay5PulseMs: { ...pulse, address: 0x0204, doc: 'Draws relay 5 for this long; one count is 100 ms.' },
    relay6PulseMs: { ...pulse, address: 0x0205, doc: 'Draws relay 6 for this long; one count is 100 ms.' },
    relay7PulseMs: { ...pulse, address: 0x0206, doc: 'Draws relay 7 for this long; one count is 100 ms.' },
    relay8PulseMs: { ...pulse, address: 0x0207, doc: 'Draws relay 8 for this long; one count is 100 ms.' },
    ...inputStates,
  },
});

export const waveshareBoard = defineRelayBoard({
  part: 'relay',
  map: relayWaveshare,
  ...inputReading,
  pulse: (relay, pulseMs) => ({ [`relay${relay}PulseMs`]: pulseMs }),
});
