/** Events of operators: who may do what, by a name of function. Their own names and PINs stand in the personal file only. */
import { z } from 'zod';
import { roleSchema } from '../roles.ts';
import { credentialHashSchema, deviceIdSchema } from './fields.ts';

/** Name of an operator: a function and a number, `clerk-2`. */
export const operatorIdSchema = deviceIdSchema.meta({ title: 'operator name' });
/** Of the own household, which this operator never serves alone: a hash only the gateway can compare. */
const ownHousehold = credentialHashSchema.nullable();
const operatorRoles = z.array(roleSchema).min(1).max(10);
/** The operator whose order it was, and the second person where a rule asked for one. */
export const orderedBy = { operator: operatorIdSchema, second: operatorIdSchema.nullable() };

/** The same of an event that a roster can bring too, which names its importer in `roster.imported`. */
export const perhapsOrderedBy = { operator: operatorIdSchema.optional(), second: operatorIdSchema.nullable().optional() };

export const operatorEvents = {
  'operator.enrolled': z
    .strictObject({
      ...orderedBy,
      enrolled: operatorIdSchema,
      roles: operatorRoles,
      ownHousehold,
      badge: credentialHashSchema,
    })
    .describe('An operator with a badge and a PIN of their own.'),
  'operator.changed': z
    .strictObject({ ...orderedBy, changed: operatorIdSchema, roles: operatorRoles, ownHousehold })
    .describe('Other roles, or another own household.'),
  'operator.badge.replaced': z
    .strictObject({ ...orderedBy, changed: operatorIdSchema, badge: credentialHashSchema })
    .describe('A new badge and PIN; the old badge no longer counts.'),
  'operator.suspended': z
    .strictObject({ ...orderedBy, suspended: operatorIdSchema, reason: z.enum(['left', 'badge_lost', 'misuse']) })
    .describe('The operator may do nothing from here on.'),
} as const;
