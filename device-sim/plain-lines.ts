/** Who stands on a line with framing plain, for whoever asks how it talks and how late it may answer. */

import { frameCatalogue } from '../protocol/devices/catalogue.ts';
import type { AnyFrameDevice } from '../protocol/frame-device.ts';
import type { Board } from './board.ts';
import { ownLines, type SiteFile } from './site-file.ts';

export type PlainRows = Pick<SiteFile, 'scales' | 'vending' | 'locks' | 'printers' | 'modems'>;

/** The device, or the first of several alike; undefined where none with frames of its own is on the line, or none yet. */
export function frameDeviceOn(site: PlainRows, boards: ReadonlyMap<string, Pick<Board, 'model'>>, line: string): AnyFrameDevice | undefined {
  const row = [...site.scales, ...site.vending, ...ownLines(site)].find((one) => one.line === line);
  const model = row && boards.get(row.id)?.model;
  return frameCatalogue.find((device) => device.model === model);
}
