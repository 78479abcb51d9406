/**
 * Every device model this version speaks to, by the name the site file uses. Adding a model is one file beside this one and one line here;
 * driver, simulator, reference and contract tests follow from its map or frames. Nothing else may list models.
 */
import type { BinModel, BinPart } from '../bin-reading.ts';
import type { AnyFrameDevice } from '../frame-device.ts';
import type { DeviceMap } from '../register-map.ts';
import type { FrameScale, ScaleModel } from '../scale-reading.ts';
import { bin1Controller } from './bin-1.ts';
import { bin4Controller } from './bin-4.ts';
import { hundredthsSensor, tenthsSensor } from './climate-rh.ts';
import { dispenserBd1 } from './dispenser-bd1.ts';
import { dispenserEasivend } from './dispenser-easivend.ts';
import { dispenserVmc } from './dispenser-vmc.ts';
import { dypSensor } from './level-dyp.ts';
import { lockWkly } from './lock-wkly.ts';
import { modemAt } from './modem-at.ts';
import { mtSics } from './mt-sics.ts';
import { printerEscPos } from './printer-esc-pos.ts';
import { readerGm65 } from './reader-gm65.ts';
import { readerNewland } from './reader-newland.ts';
import { lcTechBoard } from './relay-lc-tech.ts';
import { waveshareBoard } from './relay-waveshare.ts';
import { dgt } from './scale-dgt.ts';
import { floatScale } from './scale-float.ts';
import { laumas } from './scale-laumas.ts';
import { pt113 } from './scale-pt113.ts';
import { wcn } from './scale-wcn.ts';
import { toledoChecked, toledoUnchecked } from './toledo-continuous.ts';
import { xk3190Format0, xk3190Format1, xk3190Format2 } from './xk3190.ts';
import { xk3190Command } from './xk3190-command.ts';

/** Boards with a register map that weigh nothing and stand in no bin. */
const boards = {
  [dispenserBd1.model]: dispenserBd1,
} as const;

const bins = {
  [bin4Controller.map.model]: bin4Controller,
  [bin1Controller.map.model]: bin1Controller,
} as const;

const binParts = {
  [dypSensor.map.model]: dypSensor,
  [waveshareBoard.map.model]: waveshareBoard,
  [lcTechBoard.map.model]: lcTechBoard,
  [tenthsSensor.map.model]: tenthsSensor,
  [hundredthsSensor.map.model]: hundredthsSensor,
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

const mapsOf = <Models extends Record<string, { readonly map: DeviceMap }>>(models: Models) =>
  Object.fromEntries(Object.entries(models).map(([model, { map }]) => [model, map])) as { readonly [Model in keyof Models]: Models[Model]['map'] };

/** Everything with a register map. */
export const deviceCatalogue = { ...boards, ...mapsOf(registerScales), ...mapsOf(bins), ...mapsOf(binParts) } as const;

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

/** Every bin with a controller of its own. */
export const binCatalogue: Readonly<Record<string, BinModel>> = bins;

/** Everything a bin without one is assembled from. */
export const binPartCatalogue: Readonly<Record<string, BinPart>> = binParts;

/** Their model names, for schemas. */
export const binPartModels = Object.keys(binParts) as readonly (keyof typeof binParts)[];
