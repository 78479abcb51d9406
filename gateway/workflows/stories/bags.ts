/** Stories of rolls and bags: import, hand out, lost, bad, given back, written off, unloaded, confirmed, more than the quota. */
import { z } from 'zod';
import { type BagCode, parseBagCode } from '../../../protocol/bag-code.ts';
import { parseCredential } from '../../../protocol/credential.ts';
import { deviceIdSchema, householdIdSchema, periodSchema, rollCodeSchema } from '../../../protocol/events/fields.ts';
import { rollReasons } from '../../../protocol/events/rolls.ts';
import { openManifest, publicKeyOf, type RollManifest, rollManifestSchema } from '../../../protocol/roll-manifest.ts';
import { decideHanding, decideImport, decideLoss, decideReturn, decideSwap, decideUnloading, decideVoid, type KnownRoll } from '../../core/bag-stock.ts';
import { halfYearOf } from '../../core/calendar.ts';
import { type Refused, refuse } from '../../core/refusals.ts';
import { decideSighting } from '../../core/roll-sighting.ts';
import { householdRollsRead } from '../../limits.ts';
import { quotaIn } from '../draw.ts';
import { householdMeant, identify, type WhoComes } from '../recipient.ts';
import { type Asked, type Books, type Decision, defineStory } from '../story.ts';

const counter = ['clerk', 'committee'] as const;
/** Who may answer for a villager without a card. */
export const witnesses = ['clerk', 'committee', 'collector', 'partyMember', 'cadre', 'supervisor', 'stationMaster'] as const;
const atCounter = { by: counter, secondBy: witnesses };
const twoOfCommittee = { by: ['committee', 'supervisor'], second: 'always' } as const;

const card = z
  .string()
  .max(64)
  .refine((text) => parseCredential(text).ok, 'not a card code')
  .optional()
  .describe('Card or plaque of the household, as read.');
const household = householdIdSchema.optional().describe('In place of a card; a second person answers for it then.');
export const who = { card, household };
/** A label or a bag, as read: 26 characters. */
export const bagTextSchema = z.string().min(1).max(26).describe('Label of the roll or one of its bags, as read.');
const bagTexts = z.array(z.string().min(1).max(26)).max(99);

/** One of the two names the household, never both. */
export const oneOfTwo = <Input extends z.ZodType<WhoComes>>(input: Input) =>
  input.refine(({ card: shown, household: named }) => (shown === undefined) !== (named === undefined), {
    path: ['household'],
    message: 'give either a card or a household',
  });

const concerns = (input: WhoComes, books: Books) => householdMeant(books, input);

/** Roll and bag of a printed code, with its proof checked. */
export function readBag({ bags }: Books, text: string): ({ readonly ok: true } & BagCode) | Refused {
  const parsed = parseBagCode(text, bags);
  return parsed.ok ? { ok: true, ...parsed.value } : refuse('label_unreadable');
}

const quotaOf = ({ store, rules }: Books, { when }: Asked, whose: string) =>
  quotaIn(
    store,
    (day) => rules(day).rules.bags,
    () => when,
  )(whose);
const bagRules = ({ rules }: Books, { when }: Asked) => rules(when.day).rules.bags;

/** The roll named, or the last one a household was given. */
function rollOf({ store }: Books, whose: string, roll: string | undefined): KnownRoll | Refused {
  if (roll !== undefined) return store.rolls.one(roll) ?? refuse('roll_unknown', { roll });
  return store.rolls.ofHousehold(whose, householdRollsRead).find(({ state }) => state === 'issued') ?? refuse('roll_none');
}
const isRefused = (found: KnownRoll | Refused): found is Refused => 'refusal' in found;

const signedSchema = z.strictObject({
  payloadType: z.string().max(128),
  payload: z.string().max(70_000),
  signatures: z
    .array(z.strictObject({ keyid: z.string().max(64), sig: z.string().max(128) }))
    .min(1)
    .max(4),
});

export const bagStories = {
  'bag.import': defineStory({
    title: { zh: '袋卷清单入库', en: 'Take a print run of rolls into stock' },
    rules: ['R-08'],
    authority: atCounter,
    input: z
      .strictObject({
        signed: signedSchema.optional().describe('Manifest signed by a printer this village knows.'),
        plain: rollManifestSchema.optional().describe('In place of a signed one; two persons answer for it.'),
      })
      .refine(({ signed, plain }) => (signed === undefined) !== (plain === undefined), {
        path: ['plain'],
        message: 'give either a signed or a plain manifest',
      }),
    decide(books, { signed, plain }, asked) {
      const opened = openEither(books, asked, signed, plain);
      if ('refusal' in opened) return opened;
      const { store, bags } = books;
      const { manifest, signedBy } = opened;
      const facts = { ...asked.orderedBy, village: bags.village, signedBy, isBatchKnown: store.rolls.isBatchKnown(manifest.batch) };
      return decideImport({ ...facts, isKnown: (roll) => store.rolls.one(roll) !== undefined }, manifest);
    },
  }),
  'bag.hand': defineStory({
    title: { zh: '柜台发袋', en: 'Hand a roll out at the counter' },
    rules: ['R-05', 'R-07', 'R-08', 'R-12'],
    authority: atCounter,
    input: oneOfTwo(z.strictObject({ ...who, label: bagTextSchema })),
    concerns,
    decide(books, input, asked) {
      const recipient = identify(books, input, asked.orderedBy.second);
      if (!recipient.ok) return recipient;
      const label = readBag(books, input.label);
      if (!label.ok) return label;
      const { store } = books;
      const undecided = store.rolls.undecidedOf(recipient.household);
      return decideHanding({
        ...asked.orderedBy,
        ...recipient,
        roll: label.rollCode,
        known: store.rolls.one(label.rollCode),
        quota: quotaOf(books, asked, recipient.household),
        undecided: undecided === undefined ? null : { job: undecided.job, period: undecided.period },
      });
    },
  }),
  'bag.lose': defineStory({
    title: { zh: '袋卷挂失', en: 'Report a roll lost' },
    rules: ['R-10'],
    authority: atCounter,
    input: oneOfTwo(
      z.strictObject({
        ...who,
        roll: rollCodeSchema.optional().describe('The last one they were given, if not said.'),
        replace: z.boolean().default(false).describe('Give the right to another one: free, or for points.'),
      }),
    ),
    concerns,
    decide(books, input, asked) {
      const recipient = identify(books, input, asked.orderedBy.second);
      if (!recipient.ok) return recipient;
      const known = rollOf(books, recipient.household, input.roll);
      if (isRefused(known)) return known;
      const { rolls, ledger } = books.store;
      const { period } = asked.when;
      return decideLoss({
        ...asked.orderedBy,
        household: recipient.household,
        known,
        rules: bagRules(books, asked),
        replace: input.replace ? { period } : null,
        isReplaced: rolls.isReplaced(known.roll),
        freeThisHalfYear: rolls.freeReplacements(recipient.household, halfYearOf(period)),
        points: ledger.balance(`household/${recipient.household}`, 'points'),
      });
    },
  }),
  'bag.swap': defineStory({
    title: { zh: '坏卷调换', en: 'Exchange a bad roll' },
    rules: ['R-11'],
    authority: atCounter,
    input: oneOfTwo(
      z.strictObject({
        ...who,
        bad: bagTextSchema.describe('Label or a bag of the bad roll.'),
        bags: bagTexts.describe('Its unused bags, each as read.'),
        reason: z.enum(rollReasons.swap),
        label: bagTextSchema.describe('Label of the roll that is given for it.'),
      }),
    ),
    concerns,
    decide: decideSwapStory,
  }),
  'bag.return': defineStory({
    title: { zh: '退回袋卷', en: 'Take a whole roll back' },
    rules: ['R-07'],
    authority: atCounter,
    input: oneOfTwo(z.strictObject({ ...who, label: bagTextSchema })),
    concerns,
    decide(books, input, asked) {
      const recipient = identify(books, input, asked.orderedBy.second);
      if (!recipient.ok) return recipient;
      const label = readBag(books, input.label);
      if (!label.ok) return label;
      const known = rollOf(books, recipient.household, label.rollCode);
      return isRefused(known) ? known : decideReturn({ ...asked.orderedBy, household: recipient.household, known });
    },
  }),
  'bag.void': defineStory({
    title: { zh: '库存袋卷作废', en: 'Write off a roll in stock' },
    rules: ['R-11'],
    authority: { by: counter, second: 'always', secondBy: witnesses },
    input: z.strictObject({ roll: rollCodeSchema, reason: z.enum(rollReasons.void) }),
    decide(books, { roll, reason }, { orderedBy }) {
      const known = books.store.rolls.one(roll);
      return known === undefined ? refuse('roll_unknown', { roll }) : decideVoid({ ...orderedBy, known, reason });
    },
  }),
  'bag.unload': defineStory({
    title: { zh: '从发袋机取出袋卷', en: 'Take a roll out of a magazine' },
    rules: ['R-08'],
    authority: { by: ['clerk', 'committee', 'technician'], secondBy: witnesses },
    input: z.strictObject({ label: bagTextSchema, dispenser: deviceIdSchema }),
    decide(books, { label, dispenser }, { orderedBy }) {
      const read = readBag(books, label);
      if (!read.ok) return read;
      const known = books.store.rolls.one(read.rollCode);
      if (known === undefined || known.dispenser !== dispenser) return refuse('roll_not_in_magazine', { roll: read.rollCode });
      const { jobs } = books.store;
      return decideUnloading({ ...orderedBy, known, isHolding: jobs.vends(dispenser).length > 0 });
    },
  }),
  'bag.confirm': defineStory({
    title: { zh: '确认领到的是哪一卷', en: 'Confirm which roll a household has' },
    rules: ['R-08'],
    authority: { by: ['collector', 'clerk', 'committee', 'supervisor'], secondBy: witnesses },
    input: oneOfTwo(z.strictObject({ ...who, bag: bagTextSchema })),
    concerns,
    decide(books, input, asked) {
      const recipient = identify(books, input, asked.orderedBy.second);
      if (!recipient.ok) return recipient;
      const read = readBag(books, input.bag);
      if (!read.ok) return read;
      const { rolls } = books.store;
      if (rolls.isVoidBag(read.rollCode, read.bag)) return refuse('bag_void');
      return decideSighting({
        ...asked.orderedBy,
        household: recipient.household,
        roll: read.rollCode,
        known: rolls.one(read.rollCode),
        unconfirmed: rolls.unconfirmedOf(recipient.household),
        assumedOf: rolls.assumedOf(read.rollCode) ?? null,
      });
    },
  }),
  'bag.extra': defineStory({
    title: { zh: '批准多领', en: 'Approve more rolls than the quota' },
    rules: ['R-05'],
    authority: twoOfCommittee,
    input: z.strictObject({ household: householdIdSchema, period: periodSchema, rolls: z.int().min(1).max(10), reason: z.enum(rollReasons.extra) }),
    concerns: ({ household: whose }) => [whose],
    decide({ store }, extra, { orderedBy, when }) {
      if (store.people.household(extra.household) === undefined) return refuse('household_unknown');
      if (extra.period < when.period) return refuse('date_not_future', { day: extra.period });
      return { ok: true, drafts: [{ name: 'bag.extra.approved', subject: extra.household, data: { ...orderedBy, ...extra } }] };
    },
  }),
} as const;

type Signed = z.output<typeof signedSchema>;

/** The manifest, and the key that signed it. */
function openEither(
  books: Books,
  asked: Asked,
  signed: Signed | undefined,
  plain: RollManifest | undefined,
): { readonly manifest: RollManifest; readonly signedBy: string | null } | Refused {
  if (plain !== undefined) return { manifest: plain, signedBy: null };
  const keys = bagRules(books, asked).manifestKeys;
  const opened = openManifest(Buffer.from(JSON.stringify(signed ?? null)), (keyid) => {
    const known = keys.find((key) => key.keyid === keyid);
    return known && publicKeyOf(known.publicKey);
  });
  return opened.ok ? { manifest: opened.manifest, signedBy: opened.keyid } : refuse('manifest_unsigned');
}

interface SwapInput extends WhoComes {
  readonly bad: string;
  readonly bags: readonly string[];
  readonly reason: (typeof rollReasons.swap)[number];
  readonly label: string;
}

function decideSwapStory(books: Books, input: SwapInput, asked: Asked): Decision {
  const recipient = identify(books, input, asked.orderedBy.second);
  if (!recipient.ok) return recipient;
  const [bad, label] = [readBag(books, input.bad), readBag(books, input.label)];
  if (!bad.ok) return bad;
  if (!label.ok) return label;
  const known = books.store.rolls.one(bad.rollCode);
  if (known === undefined) return refuse('roll_unknown', { roll: bad.rollCode });
  const bags = input.bags.map((text) => readBag(books, text));
  const unread = bags.find((bag) => !bag.ok);
  if (unread !== undefined && !unread.ok) return unread;
  const read = bags.filter((bag) => bag.ok);
  if (read.some((bag) => bag.rollCode !== bad.rollCode || bag.bag === 0)) return refuse('bag_of_another_roll');
  return decideSwap({
    ...asked.orderedBy,
    ...recipient,
    bad: known,
    reason: input.reason,
    bags: read.map(({ bag }) => bag),
    roll: label.rollCode,
    known: books.store.rolls.one(label.rollCode),
    period: asked.when.period,
    rules: bagRules(books, asked),
  });
}
