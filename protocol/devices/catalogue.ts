/**
 * Every device model this version speaks to, by the name the site file uses. Adding a model is one file beside this one and one line here;
 * driver, simulator, reference and contract tests follow from its map or frames. Nothing else may list models.
 */
import type { AnyFrameDevice } from '../frame-device.ts';
import type { DeviceMap } from '../register-map.ts';
import type { FrameScale, ScaleModel } from '../scale-reading.ts';
import { bin1 } from './bin-1.ts';
import { bin4 } from './bin-4.ts';
import { climateHundredths, climateTenths } from './climate-rh.ts';
import { dispenserBd1 } from './dispenser-bd1.ts';
import { dispenserEasivend } from './dispenser-easivend.ts';
import { dispenserVmc } from './dispenser-vmc.ts';
import { levelDyp } from './level-dyp.ts';
import { lockWkly } from './lock-wkly.ts';
import { modemAt } from './modem-at.ts';
import { mtSics } from './mt-sics.ts';
import { printerEscPos } from './printer-esc-pos.ts';
import { readerGm65 } from './reader-gm65.ts';
import { readerNewland } from './reader-newland.ts';
import { relayLcTech } from './relay-lc-tech.ts';
import { relayWaveshare } from './relay-waveshare.ts';
import { dgt } from './scale-dgt.ts';
import { floatScale } from './scale-float.ts';
import { laumas } from './scale-laumas.ts';
import { pt113 } from './scale-pt113.ts';
import { wcn } from './scale-wcn.ts';
import { toledoChecked, toledoUnchecked } from './toledo-continuous.ts';
import { xk3190Format0, xk3190Format1, xk3190Format2 } from './xk3190.ts';
import { xk3190Command } from './xk3190-command.ts';

/** Boards with a register map that are no scales. */
const boards = {
  [dispenserBd1.model]: dispenserBd1,
  [bin4.model]: bin4,
  [bin1.model]: bin1,
  [levelDyp.model]: levelDyp,
  [relayWaveshare.model]: relayWaveshare,
  [relayLcTech.model]: relayLcTech,
  [climateTenths.model]: climateTenths,
  [climateHundredths.model]: climateHundredths,
} as const;

const registerScales = {
  [wcn.map.model]: wcn,
  [laumas.map.model]: laumas,
  [floatScale.map.model]: floatScale,
  [pt113.map.model]: pt113,
  [dgt.map.model]: dgt,
} as const;

const frameScales: readonly FrameScale[] = [xk3190Format0, xk3190Format1, xk3190Format2, xk3190Command, toledoChecked, toledoUnchecked, mtSics];

/** Devices with frames of their own that are no scales. */
const speakers: readonly AnyFrameDevice[] = [dispenserEasivend, dispenserVmc, lockWkly, readerGm65, readerNewland, printerEscPos, modemAt];

const mapsOf = <Scales extends Record<string, { readonly map: DeviceMap }>>(scales: Scales) =>
  Object.fromEntries(Object.entries(scales).map(([model, { map }]) => [model, map])) as { readonly [Model in keyof Scales]: Scales[Model]['map'] };

/** Everything with a register map. */
export const deviceCatalogue = { ...boards, ...mapsOf(registerScales) } as const;

export type DeviceModel = keyof typeof deviceCatalogue;
/** Model names in a fixed order, for schemas and messages. */
export const deviceModels = Object.keys(deviceCatalogue) as readonly DeviceModel[];

/** Everything with frames of its own. */
export const frameCatalogue: readonly AnyFrameDevice[] = [...frameScales.map(({ device }) => device), ...speakers];

/** Every scale, whatever it speaks. */
export const scaleCatalogue: Readonly<Record<string, ScaleModel>> = {
  ...registerScales,
  ...Object.fromEntries(frameScales.map((scale) => [scale.device.model, scale])),
};
