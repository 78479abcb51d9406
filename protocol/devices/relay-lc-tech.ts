/**
 * Relay and input boards of the LC-Tech class as a register map: eight relays, eight inputs. A relay is drawn by a pulse the board itself times
 * and ends: mode 2 (flash on) and a duration, written together to 3 + 5(n - 1). Coils can be read and not written, so that a gateway that
 * crashes never leaves a solenoid energised.
 */
import { defineRelayBoard } from '../bin-reading.ts';
import { defineDevice } from '../define-device.ts';
import { inputReading, inputStates, relayStates } from './relay-states.ts';

const mode = { space: 'holding', kind: 'enum', labels: { flashOn: 2 }, access: 'w' } as const;
/** Longest pulse a lock or buzzer is given. Unit: ms. */
const pulse = { space: 'holding', kind: 'u16', unit: 'ms', scale: 100, min: 100, max: 10_000, access: 'w' } as const;

export const relayLcTech = defineDevice({
  model: 'RELAY-LC',
  kind: 'relay',
  title: 'Relay and input board, LC-Tech class',
  source: { document: 'LC-Tech Modbus relay board protocol, flash on', revision: 'boards with up to eight relays' },
  wordOrder: 'highFirst',
  units: { first: 1, last: 247 },
  timeoutMs: 150,
  guardMs: 200,
  notes: [
    'Some boards come as unit 255: give them a number of 1 to 247 first.',
    'Coils 0 to 7 are not writable here on purpose: a pulse ends by itself, a coil stays on. Mode 4 (flash off) is left out.',
    'Inputs are active low on some boards.',
  ],
  blocks: { pulse1: 'write', pulse2: 'write', pulse3: 'write', pulse4: 'write', pulse5: 'write', pulse6: 'write', pulse7: 'write', pulse8: 'write' },
  fields: {
    ...relayStates,
    relay1Mode: { ...mode, address: 3, block: 'pulse1', doc: 'What relay 1 does for the duration.' },
    relay1PulseMs: { ...pulse, address: 4, block: 'pulse1', doc: 'For how long; one count is 100 ms.' },
    relay2Mode: { ...mode, address: 8, block: 'pulse2', doc: 'What relay 2 does for the duration.' },
    relay2PulseMs: { ...pulse, address: 9, block: 'pulse2', doc: 'For how long; one count is 100 ms.' },
    relay3Mode: { ...mode, address: 13, block: 'pulse3', doc: 'What relay 3 does for the duration.' },
    relay3PulseMs: { ...pulse, address: 14, block: 'pulse3', doc: 'For how long; one count is 100 ms.' },
    relay4Mode: { ...mode, address: 18, block: 'pulse4', doc: 'What relay 4 does for the duration.' },
    relay4PulseMs: { ...pulse, address: 19, block: 'pulse4', doc: 'For how long; one count is 100 ms.' },
    relay5Mode: { ...mode, address: 23, block: 'pulse5', doc: 'What relay 5 does for the duration.' },
    relay5PulseMs: { ...pulse, address: 24, block: 'pulse5', doc: 'For how long; one count is 100 ms.' },
    relay6Mode: { ...mode, address: 28, block: 'pulse6', doc: 'What relay 6 does for the duration.' },
    relay6PulseMs: { ...pulse, address: 29, block: 'pulse6', doc: 'For how long; one count is 100 ms.' },
    relay7Mode: { ...mode, address: 33, block: 'pulse7', doc: 'What relay 7 does for the duration.' },
    relay7PulseMs: { ...pulse, address: 34, block: 'pulse7', doc: 'For how long; one count is 100 ms.' },
    relay8Mode: { ...mode, address: 38, block: 'pulse8', doc: 'What relay 8 does for the duration.' },
    relay8PulseMs: { ...pulse, address: 39, block: 'pulse8', doc: 'For how long; one count is 100 ms.' },
    ...inputStates,
  },
});

export const lcTechBoard = defineRelayBoard({
  part: 'relay',
  map: relayLcTech,
  ...inputReading,
  pulse: (relay, pulseMs) => ({ [`relay${relay}Mode`]: 'flashOn', [`relay${relay}PulseMs`]: pulseMs }),
});
