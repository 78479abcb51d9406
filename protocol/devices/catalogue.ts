/**
 * Every device model this version speaks to, by the name the site file uses. Adding a model is one file beside this one and one line here;
 * driver, simulator, reference and contract tests follow from its map. Nothing else may list models.
 */
import { bin4 } from './bin-4.ts';
import { dispenserBd1 } from './dispenser-bd1.ts';
import { scaleWcn } from './scale-wcn.ts';

export const deviceCatalogue = {
  [dispenserBd1.model]: dispenserBd1,
  [scaleWcn.model]: scaleWcn,
  [bin4.model]: bin4,
} as const;

export type DeviceModel = keyof typeof deviceCatalogue;
/** Model names in a fixed order, for schemas and messages. */
export const deviceModels = Object.keys(deviceCatalogue) as readonly DeviceModel[];
