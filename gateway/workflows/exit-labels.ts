/** What an exit reader says, for every kind of dispenser: the label of a roll that passes, or of one being loaded. */
import { type BagVillage, parseBagCode } from '../../protocol/bag-code.ts';
import type { LabelRefusal } from '../core/magazine-loading.ts';
import { dispenserScansMax } from '../limits.ts';

/** Why a label was not taken. */
export type ExitRefusal = LabelRefusal | 'label_unreadable' | 'labels_too_many' | 'dispenser_unreachable';

/** Adds the roll code of a label to `heard`, at most dispenserScansMax. Returns why not, or null. */
export function hearLabel(text: string, bags: BagVillage, heard: string[]): ExitRefusal | null {
  const label = parseBagCode(text, bags);
  if (!label.ok || label.value.bag !== 0) return 'label_unreadable';
  if (heard.length >= dispenserScansMax) return 'labels_too_many';
  heard.push(label.value.rollCode);
  return null;
}
