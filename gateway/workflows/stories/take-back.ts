/** Stories of hazardous waste and pesticide packaging: campaigns, taking in, handing over. */
import { z } from 'zod';
import { hashNamed } from '../../../protocol/credential.ts';
import { daySchema, deviceIdSchema, referenceSchema } from '../../../protocol/events/fields.ts';
import { hazardousKinds, pesticideKinds, type TakeBackStream, takeBackKindSchema, takeBackStreams } from '../../../protocol/take-back.ts';
import { mayBeTraced } from '../../core/consent.ts';
import type { Refused } from '../../core/refusals.ts';
import { campaignOn, decideCampaign, decideCampaignEnd, decideHandOver, decideHazard, decidePesticide, type ReceiptFacts } from '../../core/take-back.ts';
import { awardingOn, budgetOf, mayEarn, warned } from '../awarding.ts';
import { householdMeant, identify, type WhoComes } from '../recipient.ts';
import { type Asked, type Books, defineStory } from '../story.ts';
import { who, witnesses } from './bags.ts';

const counter = { by: ['clerk', 'committee', 'stationMaster'], secondBy: witnesses } as const;
const pieces = z.int().min(1).max(100_000);
const netGrams = z.int().min(1).max(10_000_000);
/** A name somebody types is hashed at once and kept nowhere. */
const typedName = z.string().trim().min(1).max(64);
const meant = (input: WhoComes, books: Books) => householdMeant(books, input);
const given = (...all: readonly unknown[]): number => all.filter((one) => one !== undefined).length;

/** Everything about a receipt but what was brought. */
function factsOf(books: Books, whose: WhoComes, stream: TakeBackStream, asked: Asked): ReceiptFacts | Refused {
  const { store, rules } = books;
  const { day, dateTrusted } = asked.when;
  const named = given(whose.card, whose.household) === 1;
  const who = named ? identify(books, whose, asked.orderedBy.second) : null;
  if (who !== null && !who.ok) return who;
  const household = who?.household ?? null;
  const awarding = awardingOn(books, day, asked);
  const village = rules(day).rules;
  return {
    receipt: `t-${Buffer.from(books.random(8)).toString('hex')}`,
    household,
    mayBeTraced: household !== null && mayBeTraced(store.people.standing(household), village.people),
    mayEarn: household !== null && mayEarn(books, household),
    campaign: campaignOn(store.takeBack.campaigns(), stream, day),
    rules: village.takeBack,
    ...{ day, dateTrusted, ...asked.orderedBy },
    awarding: 'ok' in awarding ? null : { context: awarding.context, budget: budgetOf(books, 'takeback', day) },
  };
}

export const takeBackStories = {
  'campaign.open': defineStory({
    title: { zh: '开展回收活动', en: 'Open a take-back campaign' },
    rules: ['R-41'],
    authority: { by: ['committee', 'supervisor'], second: 'always' },
    input: z
      .strictObject({ campaign: referenceSchema, stream: z.enum(takeBackStreams), from: daySchema, to: daySchema })
      .refine(({ from, to }) => from <= to, { path: ['to'], message: 'a campaign ends on or after the day it begins' }),
    decide: ({ store }, wanted, { when, orderedBy }) => decideCampaign(wanted, { known: store.takeBack.campaigns(), day: when.day }, orderedBy),
  }),
  'campaign.close': defineStory({
    title: { zh: '提前结束回收活动', en: 'End a take-back campaign' },
    rules: ['R-41'],
    authority: { by: ['committee', 'supervisor'], second: 'always' },
    input: z.strictObject({ campaign: referenceSchema }),
    decide: ({ store }, { campaign }, { when, orderedBy }) =>
      decideCampaignEnd(
        store.takeBack.campaigns().find((known) => known.campaign === campaign),
        when.day,
        orderedBy,
      ),
  }),
  'pesticide.receive': defineStory({
    title: { zh: '收农药包装', en: 'Take in pesticide packaging' },
    rules: ['R-41', 'R-33'],
    authority: counter,
    input: z
      .strictObject({
        ...who,
        farm: typedName.optional().describe('Where no household brings it; only its keyed hash is kept.'),
        kind: z.enum(pesticideKinds),
        pieces,
        netGrams,
        emptied: z.boolean(),
        rinsed: z.boolean(),
      })
      .refine(({ card, household, farm }) => given(card, household, farm) === 1, { path: ['farm'], message: 'give a card, a household or a farm' }),
    concerns: meant,
    decide(books, { card, household, farm, ...brought }, asked) {
      const facts = factsOf(books, { card, household }, 'pesticide', asked);
      if ('ok' in facts) return facts;
      const hash = farm === undefined ? null : hashNamed('farm', farm, books.credentialKey);
      return warned(decidePesticide({ ...brought, farm: hash }, facts), budgetOf(books, 'takeback', asked.when.day));
    },
  }),
  'hazard.receive': defineStory({
    title: { zh: '收有害垃圾', en: 'Take in hazardous waste' },
    rules: ['R-40', 'R-33'],
    authority: counter,
    input: z
      .strictObject({ ...who, origin: z.enum(['counter', 'lockedBox', 'station']).default('counter'), kind: z.enum(hazardousKinds), pieces, netGrams })
      .refine(({ card, household, origin }) => given(card, household) === (origin === 'counter' ? 1 : 0), {
        path: ['origin'],
        message: 'give a card or a household at the counter, and none elsewhere',
      }),
    concerns: meant,
    decide(books, { card, household, ...brought }, asked) {
      const facts = factsOf(books, { card, household }, 'hazardous', asked);
      if ('ok' in facts) return facts;
      const stationGrams = books.store.ledger.balance('station/hazardous', 'grams');
      return warned(decideHazard(brought, { ...facts, stationGrams }), budgetOf(books, 'takeback', asked.when.day));
    },
  }),
  'takeback.handover': defineStory({
    title: { zh: '有害垃圾、农药包装交接', en: 'Hand over hazardous waste or pesticide packaging' },
    rules: ['R-40', 'R-41'],
    authority: { by: ['clerk', 'committee', 'stationMaster'], secondBy: ['clerk', 'committee', 'stationMaster', 'supervisor'] },
    input: z.strictObject({
      stream: z.enum(takeBackStreams),
      receiver: deviceIdSchema.describe('A code of the village for whoever takes it.'),
      signedBy: typedName.nullable().default(null).describe('Who signs for the receiver; only its keyed hash is kept. Without it a second operator signs.'),
      lines: z
        .array(z.strictObject({ kind: takeBackKindSchema, pieces }))
        .min(1)
        .max(7)
        .refine((lines) => new Set(lines.map(({ kind }) => kind)).size === lines.length, 'a kind stands once'),
      netGrams,
    }),
    decide({ store, credentialKey }, { signedBy, ...wanted }, { when, orderedBy }) {
      const signature = signedBy === null ? null : hashNamed('receiver', signedBy, credentialKey);
      const grams = store.ledger.balance(`take-back/${wanted.stream}`, 'grams');
      const facts = { next: store.takeBack.nextTransfer(wanted.stream), day: when.day, dateTrusted: when.dateTrusted, grams };
      return decideHandOver({ ...wanted, signature }, { ...facts, pieces: (kind) => store.ledger.balance(`take-back/${kind}`, 'goods') }, orderedBy);
    },
  }),
} as const;
