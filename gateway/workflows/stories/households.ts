/** Stories of households: registered and changed, what they said about commitment and consent, and known at the counter without a card. */
import { z } from 'zod';
import { daySchema, householdIdSchema } from '../../../protocol/events/fields.ts';
import { consentPurposes, identificationReasons } from '../../../protocol/events/households.ts';
import type { EventDraft } from '../../../protocol/events.ts';
import type { Authority } from '../../core/authority.ts';
import { decideCommitmentEnd, decideConsent, decideSigning, type Standing } from '../../core/consent.ts';
import { decideChange, decideRegistration } from '../../core/households.ts';
import { decideIdentification } from '../../core/identification.ts';
import { refuse } from '../../core/refusals.ts';
import { newCards, newHousehold } from '../household-books.ts';
import { type Asked, type Books, type Decision, defineStory } from '../story.ts';
import { cardsSchema, headSchema, houseSchema, membersSchema, numberSchema, phoneSchema } from './person-fields.ts';

/** Whoever keeps the households of a village. */
export const registrars: Authority = { by: ['clerk', 'committee'] };
const household = householdIdSchema;
const concerns = ({ household: id }: { readonly household: string }) => [id];
const silent: Standing = { commitment: null, processing: null, honourList: null };

/** Decides for a household there is, with what it said before. */
function saying(
  { store }: Books,
  id: string,
  { orderedBy }: Asked,
  decide: (said: { household: string; standing: Standing } & Asked['orderedBy']) => Decision,
): Decision {
  if (store.people.household(id) === undefined) return refuse('household_unknown');
  return decide({ ...orderedBy, household: id, standing: store.people.standing(id) });
}

/** What a household says on the day it registers, as its own events. */
function firstWords(id: string, { signedOn, consent }: { signedOn: string | null; consent: boolean | null }, { orderedBy, when }: Asked): Decision {
  const said = { ...orderedBy, household: id, standing: silent };
  const signed = signedOn === null ? { ok: true as const, drafts: [] } : decideSigning(said, signedOn, when.day);
  if (!signed.ok || consent === null) return signed;
  const consented = decideConsent(said, 'processing', consent ? 'given' : 'withdrawn');
  return consented.ok ? { ok: true, drafts: [...signed.drafts, ...consented.drafts] } : consented;
}

export const householdStories = {
  'household.register': defineStory({
    title: { zh: '登记农户', en: 'Register a household' },
    rules: ['R-01'],
    authority: registrars,
    input: z.strictObject({
      number: numberSchema,
      head: headSchema,
      members: membersSchema,
      phone: phoneSchema.default(null),
      house: houseSchema.default(null),
      cards: cardsSchema,
      signedOn: daySchema.nullable().default(null).describe('Day of the letter of commitment, where one was signed.'),
      consent: z.boolean().nullable().default(null).describe('Yes or no to points and tracing, where it was asked; apart from the commitment.'),
    }),
    decide(books, { cards: given, signedOn, consent, members, ...person }, asked) {
      const { store, personal } = books;
      // A record without a household is what a crash left between the two files: it is taken up.
      const found = personal.find(person.number);
      const id = found ?? newHousehold(books);
      const { codes, cards } = newCards(books, given);
      const decision = decideRegistration(asked.orderedBy, {
        household: id,
        members,
        isNumberTaken: found !== undefined && store.people.life(found) !== undefined,
        cards,
      });
      if (!decision.ok) return decision;
      const words = firstWords(id, { signedOn, consent }, asked);
      if (!words.ok) return words;
      const drafts: EventDraft[] = [...decision.drafts, ...words.drafts];
      return { ok: true, drafts, before: () => personal.put([{ household: id, ...person, cards: codes }]) };
    },
  }),
  'household.change': defineStory({
    title: { zh: '更改农户资料', en: 'Change what is kept of a household' },
    rules: ['R-01'],
    authority: registrars,
    concerns,
    input: z.strictObject({
      household,
      members: membersSchema.optional(),
      head: headSchema.optional(),
      phone: phoneSchema.optional(),
      house: houseSchema.optional(),
    }),
    decide({ store, personal }, { household: id, members, head, phone, house }, { orderedBy }) {
      const row = store.people.household(id);
      const record = personal.read(id);
      if (row === undefined || record === undefined) return refuse('household_unknown');
      const changed = {
        ...record,
        head: head ?? record.head,
        phone: phone === undefined ? record.phone : phone,
        house: house === undefined ? record.house : house,
      };
      return { ...decideChange(orderedBy, id, members ?? row.members), before: () => personal.put([changed]) };
    },
  }),
  'household.identify': defineStory({
    title: { zh: '无卡认人', en: 'Identify a household without a card' },
    rules: ['R-03'],
    authority: {
      by: ['clerk', 'collector', 'committee'],
      second: 'always',
      secondBy: ['clerk', 'collector', 'committee', 'supervisor', 'partyMember', 'cadre'],
    },
    concerns,
    input: z.strictObject({ household, reason: z.enum(identificationReasons) }),
    decide: ({ store }, { household: id, reason }, { orderedBy }) =>
      store.people.household(id) === undefined ? refuse('household_unknown') : decideIdentification(orderedBy, id, reason),
  }),
  'commitment.sign': defineStory({
    title: { zh: '签承诺书', en: 'Record a signed commitment' },
    rules: ['R-01'],
    authority: registrars,
    concerns,
    input: z.strictObject({ household, day: daySchema.describe('The day the letter bears.') }),
    decide: (books, { household: id, day }, asked) => saying(books, id, asked, (said) => decideSigning(said, day, asked.when.day)),
  }),
  'commitment.end': defineStory({
    title: { zh: '终止承诺', en: 'End a commitment' },
    rules: ['R-01'],
    authority: registrars,
    concerns,
    input: z.strictObject({ household }),
    decide: (books, { household: id }, asked) => saying(books, id, asked, (said) => decideCommitmentEnd(said, asked.when.day)),
  }),
  'consent.give': defineStory({
    title: { zh: '登记同意', en: 'Record consent' },
    rules: ['R-02', 'R-38'],
    authority: registrars,
    concerns,
    input: z.strictObject({ household, purpose: z.enum(consentPurposes) }),
    decide: (books, { household: id, purpose }, asked) => saying(books, id, asked, (said) => decideConsent(said, purpose, 'given')),
  }),
  'consent.withdraw': defineStory({
    title: { zh: '撤回同意', en: 'Record that consent was refused or withdrawn' },
    rules: ['R-02', 'R-38'],
    authority: registrars,
    concerns,
    input: z.strictObject({ household, purpose: z.enum(consentPurposes) }),
    decide: (books, { household: id, purpose }, asked) => saying(books, id, asked, (said) => decideConsent(said, purpose, 'withdrawn')),
  }),
} as const;
