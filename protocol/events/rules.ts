/** Events of rules and prices: what is in force from which day, and which two people said so. */
import { z } from 'zod';
import { tariffSchema } from '../tariff.ts';
import { rulesVersionSchema, villageRulesSchema } from '../village-rules.ts';
import { daySchema } from './fields.ts';
import { orderedBy } from './operators.ts';

export const ruleEvents = {
  'rules.changed': z
    .strictObject({ ...orderedBy, version: rulesVersionSchema, from: daySchema, rules: villageRulesSchema })
    .describe('Rules in force from the day named on, whole, in place of all before.'),
  'tariff.changed': z.strictObject({ ...orderedBy, tariff: tariffSchema }).describe('A price list, in force from its first day on.'),
} as const;
