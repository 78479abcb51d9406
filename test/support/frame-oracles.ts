// Which oracle judges which model; see frame-oracle.ts.
import { actorOracles } from './actor-oracles.ts';
import type { DeviceOracle } from './frame-oracle.ts';
import { scaleOracles } from './scale-oracles.ts';

/** By model, as the catalogue spells it: a new model is one line here. */
export const frameOracles: Readonly<Record<string, DeviceOracle>> = { ...actorOracles, ...scaleOracles };
