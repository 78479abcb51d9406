/** Stories of operators: enrol, change, give a new badge, suspend. Two people of the committee or the supervisors, once there are two. */
import { z } from 'zod';
import { hashCredential, parseCredential } from '../../../protocol/credential.ts';
import { householdIdSchema } from '../../../protocol/events/fields.ts';
import { operatorIdSchema } from '../../../protocol/events/operators.ts';
import { roleSchema } from '../../../protocol/roles.ts';
import { decideEnrolment, decideNewBadge, decideOperatorChange, decideSuspension, operatorAuthority } from '../../core/operators.ts';
import { refuse } from '../../core/refusals.ts';
import { hashPin, pinSchema } from '../../store/pin.ts';
import { type Books, defineStory } from '../story.ts';

/** A badge as its reader sends it. */
export const badgeSchema = z
  .string()
  .max(64)
  .refine((text) => parseCredential(text).ok, 'not a card code: 4 to 64 visible characters, or one of our own with its check character');
const rolesSchema = z.array(roleSchema).min(1).max(10);
const household = householdIdSchema.nullable().default(null).describe('The own household, which the operator never serves alone.');
const enrolled = ({ store }: Books) => store.operators.list();
const authority = (books: Books) => operatorAuthority(enrolled(books));

export const operatorStories = {
  'operator.enrol': defineStory({
    title: { zh: '登记工作人员', en: 'Enrol an operator' },
    rules: ['R-50'],
    authority,
    input: z.strictObject({
      enrolled: operatorIdSchema.describe('A function and a number, such as clerk-2; never a person’s name.'),
      name: z.string().trim().min(1).max(32).describe('The person’s own name; kept in the personal file only.'),
      roles: rolesSchema,
      household,
      badge: badgeSchema,
      pin: pinSchema,
    }),
    prepare: ({ pin }) => hashPin(pin),
    decide(books, input, { orderedBy }, pin) {
      if (input.household !== null && books.store.people.household(input.household) === undefined) return refuse('household_unknown');
      const badge = hashCredential(input.badge, books.credentialKey);
      const decision = decideEnrolment({ operators: enrolled(books), ...orderedBy }, { ...input, name: input.enrolled, badge });
      if (!decision.ok) return decision;
      return { ...decision, before: () => books.personal.operators.put({ operator: input.enrolled, name: input.name, pin }) };
    },
  }),
  'operator.change': defineStory({
    title: { zh: '更改岗位', en: 'Change the roles of an operator' },
    rules: ['R-50'],
    authority,
    input: z.strictObject({ changed: operatorIdSchema, roles: rolesSchema, household }),
    decide: (books, { changed, ...wanted }, { orderedBy }) => decideOperatorChange({ operators: enrolled(books), ...orderedBy }, { name: changed, ...wanted }),
  }),
  'operator.rebadge': defineStory({
    title: { zh: '换发工牌', en: 'Give an operator a new badge and PIN' },
    rules: ['R-50'],
    authority,
    input: z.strictObject({ changed: operatorIdSchema, badge: badgeSchema, pin: pinSchema }),
    prepare: ({ pin }) => hashPin(pin),
    decide(books, { changed, badge }, { orderedBy }, pin) {
      const decision = decideNewBadge({ operators: enrolled(books), ...orderedBy }, { name: changed, badge: hashCredential(badge, books.credentialKey) });
      if (!decision.ok) return decision;
      const name = books.personal.operators.read(changed)?.name ?? changed;
      return { ...decision, before: () => books.personal.operators.put({ operator: changed, name, pin }) };
    },
  }),
  'operator.suspend': defineStory({
    title: { zh: '停用工作人员', en: 'Suspend an operator' },
    rules: ['R-50'],
    authority,
    input: z.strictObject({ suspended: operatorIdSchema, reason: z.enum(['left', 'badge_lost', 'misuse']) }),
    decide: (books, { suspended, reason }, { orderedBy }) => decideSuspension({ operators: enrolled(books), ...orderedBy }, { name: suspended, reason }),
  }),
} as const;
