/** The twin of every scale, bin and part of a bin in protocol/devices/catalogue.ts, by its model. A new one is one file beside this one and one line here. */
import { bin1Twin, bin4Twin } from './bin-controllers.ts';
import { hundredthsTwin, lcTechTwin, levelTwin, tenthsTwin, waveshareTwin } from './bin-parts.ts';
import type { BinTwin } from './bin-twin.ts';
import { mtSicsTwin } from './mt-sics.ts';
import { dgtTwin } from './scale-dgt.ts';
import { floatTwin } from './scale-float.ts';
import { laumasTwin } from './scale-laumas.ts';
import { pt113Twin } from './scale-pt113.ts';
import type { ScaleTwin } from './scale-twin.ts';
import { wcnTwin } from './scale-wcn.ts';
import { toledoCheckedTwin, toledoUncheckedTwin } from './toledo-continuous.ts';
import { xk3190Format0Twin, xk3190Format1Twin, xk3190Format2Twin } from './xk3190.ts';
import { xk3190CommandTwin } from './xk3190-command.ts';

const twins: readonly ScaleTwin[] = [
  wcnTwin,
  laumasTwin,
  floatTwin,
  pt113Twin,
  dgtTwin,
  xk3190Format0Twin,
  xk3190Format1Twin,
  xk3190Format2Twin,
  xk3190CommandTwin,
  toledoCheckedTwin,
  toledoUncheckedTwin,
  mtSicsTwin,
];

/** Model name as both site files spell it. */
const modelOf = ({ scale }: ScaleTwin): string => (scale.speaks === 'registers' ? scale.map.model : scale.device.model);

export const scaleTwins: Readonly<Record<string, ScaleTwin>> = Object.fromEntries(twins.map((twin) => [modelOf(twin), twin]));

/** Bins with a controller of their own, and parts of bins. */
const binElectronics: readonly BinTwin[] = [bin4Twin, bin1Twin, levelTwin, waveshareTwin, lcTechTwin, tenthsTwin, hundredthsTwin];

export const binTwins: Readonly<Record<string, BinTwin>> = Object.fromEntries(binElectronics.map((twin) => [twin.map.model, twin]));
