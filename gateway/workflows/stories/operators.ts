/** Stories of operators: enrol, change, give a new badge, suspend. Two people of the committee or the supervisors, once there are two. */
import { z } from 'zod';
import { hashBadge, hashOwnHousehold, parseCredential } from '../../../protocol/credential.ts';
import { householdIdSchema } from '../../../protocol/events/fields.ts';
import { operatorIdSchema } from '../../../protocol/events/operators.ts';
import { roleSchema } from '../../../protocol/roles.ts';
import { decideEnrolment, decideNewBadge, decideOperatorChange, decideSuspension, operatorAuthority } from '../../core/operators.ts';
import { refuse } from '../../core/refusals.ts';
import type { OperatorSecret } from '../../store/operator-secrets.ts';
import { hashPin, pinSchema } from '../../store/pin.ts';
import { type Books, defineStory } from '../story.ts';

/** A badge as its reader sends it. */
export const badgeSchema = z
  .string()
  .max(64)
  .refine((text) => parseCredential(text).ok, 'not a card code: 4 to 64 visible characters, or one of our own with its check character');
const rolesSchema = z.array(roleSchema).min(1).max(10);
const household = householdIdSchema.nullable();
const own = (pseudonym: string | null, { credentialKey }: Books): string | null => (pseudonym === null ? null : hashOwnHousehold(pseudonym, credentialKey));
const isUnknown = (pseudonym: string | null | undefined, { store }: Books): boolean =>
  pseudonym !== null && pseudonym !== undefined && store.people.household(pseudonym) === undefined;
/** What the personal file has of an operator as the ledger knows them now. */
const secretOf = (operator: string, { store, personal }: Books): OperatorSecret | undefined => {
  const row = store.operators.one(operator);
  return row && personal.operators.read(row);
};
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
      household: household.default(null).describe('The own household, which the operator never serves alone.'),
      badge: badgeSchema,
      pin: pinSchema,
    }),
    prepare: ({ pin }) => hashPin(pin),
    decide(books, input, { orderedBy }, pin) {
      if (isUnknown(input.household, books)) return refuse('household_unknown');
      const badge = hashBadge(input.badge, books.credentialKey);
      const wanted = { name: input.enrolled, roles: input.roles, ownHousehold: own(input.household, books), badge };
      const decision = decideEnrolment({ operators: enrolled(books), ...orderedBy }, wanted);
      const secret = { operator: input.enrolled, badge, name: input.name, pin, household: input.household };
      return decision.ok ? { ...decision, before: () => books.personal.operators.put(secret) } : decision;
    },
  }),
  'operator.change': defineStory({
    title: { zh: '更改岗位', en: 'Change the roles of an operator' },
    rules: ['R-50'],
    authority,
    input: z.strictObject({
      changed: operatorIdSchema,
      roles: rolesSchema,
      household: household.optional().describe('The own household; as it was if not said, none if null.'),
    }),
    decide(books, { changed, roles, household: wanted }, { orderedBy }) {
      if (isUnknown(wanted, books)) return refuse('household_unknown');
      const ownHousehold = wanted === undefined ? undefined : own(wanted, books);
      const decision = decideOperatorChange({ operators: enrolled(books), ...orderedBy }, { name: changed, roles, ownHousehold });
      const secret = secretOf(changed, books);
      if (!decision.ok || wanted === undefined || secret === undefined) return decision;
      return { ...decision, before: () => books.personal.operators.put({ ...secret, household: wanted }) };
    },
  }),
  'operator.rebadge': defineStory({
    title: { zh: '换发工牌', en: 'Give an operator a new badge and PIN' },
    rules: ['R-50'],
    authority,
    input: z.strictObject({ changed: operatorIdSchema, badge: badgeSchema, pin: pinSchema }),
    prepare: ({ pin }) => hashPin(pin),
    decide(books, { changed, badge: code }, { orderedBy }, pin) {
      const badge = hashBadge(code, books.credentialKey);
      const decision = decideNewBadge({ operators: enrolled(books), ...orderedBy }, { name: changed, badge });
      if (!decision.ok) return decision;
      const { name = changed, household: known = null } = secretOf(changed, books) ?? {};
      return { ...decision, before: () => books.personal.operators.put({ operator: changed, badge, name, pin, household: known }) };
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
