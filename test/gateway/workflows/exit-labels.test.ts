// Lost if deleted: labels scanned at the exit could be dropped without a word, or grow without bound.
import { expect, it } from 'vitest';
import { dispenserScansMax } from '../../../gateway/limits.ts';
import { hearLabel } from '../../../gateway/workflows/exit-labels.ts';
import { encodeBagCode } from '../../../protocol/bag-code.ts';

const bags = { village: 'WXJ01', key: Buffer.alloc(32, 9) };

it('labels of rolls are kept in order up to the bound; what is not kept is named', () => {
  const heard: string[] = [];
  const label = (roll: number, bag = 0) => encodeBagCode(bags, roll, bag);
  expect(hearLabel('CARD-1', bags, heard)).toBe('label_unreadable');
  expect(hearLabel(label(1, 3), bags, heard)).toBe('label_unreadable');
  for (let serial = 1; serial <= dispenserScansMax; serial += 1) expect(hearLabel(label(serial), bags, heard)).toBeNull();
  expect(hearLabel(label(999), bags, heard)).toBe('labels_too_many');
  expect(heard).toHaveLength(dispenserScansMax);
  expect(heard.slice(0, 2)).toEqual(['K1WXJ010000001', 'K1WXJ010000002']);
});
