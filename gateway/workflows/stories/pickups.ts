/** Stories of pick-ups: ask for one, take it, set out, weigh what says full, finish, cancel. */
import { z } from 'zod';
import { deviceIdSchema } from '../../../protocol/events/fields.ts';
import { pickupNumberSchema, wasteClassSchema } from '../../../protocol/events/pickups.ts';
import { decideAcknowledged, decideAsked, decideCancelled, decideChecked, decideFetched, decideStarted } from '../../core/pickups.ts';
import { type Asked, type Books, defineStory } from '../story.ts';

const drivers = { by: ['collector', 'stationMaster', 'committee'] } as const;
const request = pickupNumberSchema.describe('As `pickup.list` shows it.');
const netGrams = z.int().min(0).max(10_000_000);
const collectionRules = ({ rules }: Books, { when }: Asked) => rules(when.day).rules.collection;

export const pickupStories = {
  'pickup.request': defineStory({
    title: { zh: '请求清运', en: 'Ask for a pick-up' },
    rules: ['R-46'],
    authority: { by: ['collector', 'clerk', 'stationMaster', 'partyMember', 'committee', 'supervisor'] },
    input: z.strictObject({ bin: deviceIdSchema.describe('Bin or shed; it need have no device.'), wasteClass: wasteClassSchema }),
    decide: ({ store }, input, { orderedBy }) => decideAsked(input, store.pickups.at(input.bin), orderedBy),
  }),
  'pickup.acknowledge': defineStory({
    title: { zh: '接清运单', en: 'Take a pick-up' },
    rules: ['R-46'],
    authority: drivers,
    input: z.strictObject({ request, truck: z.int().min(1).max(8) }),
    decide: (books, { request: number, truck }, asked) =>
      decideAcknowledged(books.store.pickups.one(number), truck, collectionRules(books, asked), asked.orderedBy),
  }),
  'pickup.start': defineStory({
    title: { zh: '清运出车', en: 'Set out for a pick-up' },
    rules: ['R-46'],
    authority: drivers,
    input: z.strictObject({ request }),
    decide: ({ store }, { request: number }, { orderedBy }) => decideStarted(store.pickups.one(number), orderedBy),
  }),
  'pickup.check': defineStory({
    title: { zh: '称重核实满溢', en: 'Weigh what says full' },
    rules: ['R-46'],
    authority: drivers,
    input: z.strictObject({ request, wasteClass: wasteClassSchema, netGrams }),
    decide: (books, { request: number, ...weighed }, asked) =>
      decideChecked(books.store.pickups.one(number), weighed, collectionRules(books, asked), asked.orderedBy),
  }),
  'pickup.finish': defineStory({
    title: { zh: '清运完成', en: 'Finish a pick-up' },
    rules: ['R-46'],
    authority: drivers,
    input: z.strictObject({
      request,
      fetched: z
        .array(z.strictObject({ wasteClass: wasteClassSchema, netGrams }))
        .max(4)
        .refine((loads) => new Set(loads.map(({ wasteClass }) => wasteClass)).size === loads.length, 'a class stands once')
        .default([])
        .describe('By class, where there was a scale.'),
    }),
    decide: (books, { request: number, fetched }, asked) =>
      decideFetched(books.store.pickups.one(number), fetched, collectionRules(books, asked), asked.orderedBy),
  }),
  'pickup.cancel': defineStory({
    title: { zh: '取消清运', en: 'Cancel a pick-up' },
    rules: ['R-46'],
    authority: drivers,
    input: z.strictObject({ request, reason: z.enum(['false_full', 'error']) }),
    decide: ({ store }, { request: number, reason }, { orderedBy }) => decideCancelled(store.pickups.one(number), reason, orderedBy),
  }),
} as const;
