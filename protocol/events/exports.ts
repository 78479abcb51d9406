/** Events of the village's data being taken along with names. Pseudonyms alone leave no event: they are in every event the village sends anyway. */
import { z } from 'zod';
import { orderedBy } from './operators.ts';

export const exportEvents = {
  'village.exported': z.strictObject(orderedBy).describe('Two people took along the names, numbers, phones and houses of all households.'),
} as const;
