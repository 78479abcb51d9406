/**
 * The twins of what a bin is assembled from. Wired as a technician would: relay n is the lock of compartment n, input n its smoke contact,
 * input 4 + n its door contact, all of them high when active.
 */
import { climateHundredths, climateTenths } from '../../protocol/devices/climate-rh.ts';
import { levelDyp } from '../../protocol/devices/level-dyp.ts';
import { relayLcTech } from '../../protocol/devices/relay-lc-tech.ts';
import { relayWaveshare } from '../../protocol/devices/relay-waveshare.ts';
import { type BinSight, type BinTwin, distanceMm, ownCompartment } from './bin-twin.ts';

const relays = 8;
const numbers = Array.from({ length: relays }, (_unused, index) => index + 1);
type RelayNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export const levelTwin: BinTwin<typeof levelDyp> = {
  map: levelDyp,
  outputs: 0,
  show: (sight) => ({ distanceMm: distanceMm(sight), realTimeMm: distanceMm(sight), temperatureDeciC: ownCompartment(sight)?.temperatureDeciC ?? 0 }),
  obey: () => undefined,
};

/** Relays and inputs, which both boards call the same. */
function relayFace({ compartments, outputs }: BinSight): Readonly<Record<string, boolean>> {
  const drawn = numbers.map((n) => [`relay${n}On`, (outputs[n - 1] ?? 0) > 0]);
  const inputs = numbers.map((n) => [`input${n}`, n <= 4 ? (compartments[n - 1]?.smoke ?? false) : (compartments[n - 5]?.doorOpen ?? false)]);
  return Object.fromEntries([...drawn, ...inputs]);
}

/** The pulses a write asks for; both boards call the durations the same. */
function pulsesOf(write: Readonly<Partial<Record<`relay${RelayNumber}PulseMs`, number>>>) {
  const pulses = numbers.flatMap((output) => {
    const pulseMs = write[`relay${output as RelayNumber}PulseMs`];
    return pulseMs === undefined ? [] : [{ output, pulseMs }];
  });
  return { pulses };
}

export const waveshareTwin: BinTwin<typeof relayWaveshare> = { map: relayWaveshare, outputs: relays, show: relayFace, obey: pulsesOf };
export const lcTechTwin: BinTwin<typeof relayLcTech> = { map: relayLcTech, outputs: relays, show: relayFace, obey: pulsesOf };

export const tenthsTwin: BinTwin<typeof climateTenths> = {
  map: climateTenths,
  outputs: 0,
  show: (sight) => ({ temperature: ownCompartment(sight)?.temperatureDeciC ?? 0, humidity: 550 }),
  obey: () => undefined,
};

export const hundredthsTwin: BinTwin<typeof climateHundredths> = {
  map: climateHundredths,
  outputs: 0,
  show: (sight) => ({ temperature: 10 * (ownCompartment(sight)?.temperatureDeciC ?? 0), humidity: 5500 }),
  obey: () => undefined,
};
