/** The twin of the Dini Argeo transmitters: magnitudes in input registers, 1 = stable, commands obeyed when they change. */
import { dgt } from '../../protocol/devices/scale-dgt.ts';
import type { FieldsOf, WritableOf } from '../../protocol/register-map.ts';
import type { RegisterBank } from '../register-bank.ts';
import { countsOf, decimalsFor, type RegisterTwin, type WriteMeaning } from './scale-twin.ts';

type Map = typeof dgt.map;
type Command = WritableOf<Map>['command'];

/** The command counter runs 0..15. */
const countOf = (before: number) => (before + 1) % 16;
const commandNumbers: Readonly<Record<Command, number>> = dgt.map.fields.command.labels;

function meaningOf(command: Command, grams: number): WriteMeaning {
  switch (command) {
    case 'zero':
      return { order: { kind: 'zero' } };
    case 'tare':
      return { order: { kind: 'tare', grams: null } };
    case 'presetTare':
      return { order: { kind: 'tare', grams } };
    case 'none':
      return undefined;
  }
}

/** Counts what was processed, as the board does. */
function count(bank: RegisterBank<Map>, command: Command): void {
  const processed: FieldsOf<Map>['processed'] = { count: countOf(bank.get('processed').count), result: 0, command: commandNumbers[command] };
  bank.set({ processed });
}

export const dgtTwin: RegisterTwin<Map> = {
  scale: dgt,
  show({ grossGrams, tareGrams, intervalGrams, unstable, atZero, overload, underload }) {
    const decimals = decimalsFor(intervalGrams);
    const [gross, net] = [countsOf(grossGrams, decimals), countsOf(grossGrams - tareGrams, decimals)];
    const flags = { stable: !unstable, underload, overload, tareActive: tareGrams !== 0, presetTareActive: false, unloaded: atZero };
    return {
      gross: Math.abs(gross),
      net: Math.abs(net),
      status: { netNegative: net < 0, grossNegative: gross < 0, ...flags, input1: false, input2: false, channel: 0 },
    };
  },
  obey({ command, parameter }, { intervalGrams }, bank) {
    if (command === undefined || command === bank.get('command')) return undefined;
    if (command !== 'none') count(bank, command);
    return meaningOf(command, (parameter ?? bank.get('parameter')) * 10 ** (3 - decimalsFor(intervalGrams)));
  },
};
