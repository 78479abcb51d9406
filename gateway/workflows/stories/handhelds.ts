/** Stories of handhelds: two people let one in, whoever misses it has it shut out at once. */
import { z } from 'zod';
import { deviceIdSchema } from '../../../protocol/events/fields.ts';
import { handheldKeySchema } from '../../../protocol/sealed-box.ts';
import { decideHandheldEnrolment, decideRevocation } from '../../core/handhelds.ts';
import { defineStory } from '../story.ts';

export const handheldStories = {
  'handheld.enrol': defineStory({
    title: { zh: '登记手持机', en: 'Enrol a handheld' },
    rules: ['R-49'],
    // It is given the numbers and houses of the village.
    authority: { by: ['committee', 'supervisor'], second: 'always' },
    input: z.strictObject({
      device: deviceIdSchema,
      publicKey: handheldKeySchema.describe('As the handheld shows it: the X25519 key its tables are sealed for.'),
    }),
    decide: ({ store }, { device, publicKey }, { orderedBy }) => decideHandheldEnrolment(store.handhelds.one(device), device, publicKey, orderedBy),
  }),
  'handheld.revoke': defineStory({
    title: { zh: '停用手持机', en: 'Revoke a handheld' },
    rules: ['R-49'],
    authority: { by: ['collector', 'clerk', 'committee', 'supervisor', 'technician'] },
    input: z.strictObject({ device: deviceIdSchema, reason: z.enum(['lost', 'broken', 'replaced']) }),
    decide: ({ store }, { device, reason }, { orderedBy }) => decideRevocation(store.handhelds.one(device), device, reason, orderedBy),
  }),
} as const;
