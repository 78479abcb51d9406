/** The twins of bins with a controller of their own: BIN-4 pulses locks and answers with an exception, BIN-1 moves its lid or quietly does not. */
import { wasteClasses } from '../../protocol/bin-reading.ts';
import { bin1 } from '../../protocol/devices/bin-1.ts';
import { bin4 } from '../../protocol/devices/bin-4.ts';
import { isTooHot } from '../firmware/outputs.ts';
import { type BinTwin, ownCompartment, type SensedCompartment } from './bin-twin.ts';

export const bin4Twin: BinTwin<typeof bin4> = {
  map: bin4,
  outputs: wasteClasses.length,
  show({ compartments }) {
    const shown = wasteClasses.flatMap((name, index) => {
      const compartment = compartments[index];
      if (compartment === undefined) return [];
      const { doorOpen, smoke, fillPermille, temperatureDeciC } = compartment;
      return Object.entries({
        [`${name}DoorOpen`]: doorOpen,
        [`${name}Smoke`]: smoke,
        [`${name}LevelPercent`]: Math.floor(fillPermille / 10),
        [`${name}TemperatureDeciC`]: temperatureDeciC,
      });
    });
    return Object.fromEntries(shown);
  },
  obey(write, { compartments }) {
    const pulses = wasteClasses.flatMap((name, index) => {
      const pulseMs = write[`${name}LockPulseMs`];
      return pulseMs === undefined ? [] : [{ output: index + 1, pulseMs }];
    });
    const hot = pulses.some(({ output }) => isHot(compartments[output - 1]));
    return hot ? { refused: 'illegalValue' } : { pulses };
  },
};

const isHot = (compartment: SensedCompartment | undefined) => compartment !== undefined && isTooHot(compartment);

/** Full by infrared and weight together. Unit: 0.1 %. */
const fullPermille = 950;
/** A converter in clean air, and in smoke. */
const gas = { clean: 180, smoke: 2600 } as const;

export const bin1Twin: BinTwin<typeof bin1> = {
  map: bin1,
  outputs: 0,
  show(sight) {
    const compartment = ownCompartment(sight);
    if (compartment === undefined) return {};
    const { doorOpen, smoke, fillPermille, temperatureDeciC } = compartment;
    return {
      lidOpen: doorOpen,
      temperatureDeciC,
      humidityPermille: 550,
      gasCount: smoke ? gas.smoke : gas.clean,
      weight: fillPermille * 3,
      full: fillPermille >= fullPermille ? 'full' : 'room',
    };
  },
  // Refused or not, the echo is the same: whoever opens has to look.
  obey({ lidOpen }, sight) {
    const compartment = ownCompartment(sight);
    if (lidOpen === undefined || compartment === undefined) return undefined;
    return lidOpen && (isTooHot(compartment) || compartment.fillPermille >= fullPermille) ? undefined : { door: lidOpen };
  },
};
