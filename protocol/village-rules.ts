/**
 * The rules a village runs by, as dated data, subject by subject: the schema of `rules` in a site file and of a change two people of the
 * village sign. What applies on a day is decided in gateway/core/rule-book.ts; prices stand in the tariff (tariff.ts).
 */
import { z } from 'zod';
import { bagRulesSchema } from './rules/bags.ts';
import { collectionRulesSchema } from './rules/collection.ts';
import { oversightRulesSchema } from './rules/oversight.ts';
import { peopleRulesSchema } from './rules/people.ts';
import { pointRulesSchema } from './rules/points.ts';
import { shopRulesSchema } from './rules/shop.ts';
import { sortingRulesSchema } from './rules/sorting.ts';
import { takeBackRulesSchema } from './rules/take-back.ts';

/** Subjects of the rules; every one has defaults, so that a site file names only what is different. */
export const villageRulesShape = {
  bags: bagRulesSchema,
  points: pointRulesSchema,
  people: peopleRulesSchema,
  shop: shopRulesSchema,
  oversight: oversightRulesSchema,
  collection: collectionRulesSchema,
  takeBack: takeBackRulesSchema,
  sorting: sortingRulesSchema,
} as const;

export const villageRulesSchema = z.strictObject(villageRulesShape).meta({ title: 'village rules' });
export type VillageRules = z.output<typeof villageRulesSchema>;

/** Names a set of rules in events: letters, digits, dots and hyphens, at most 32. `site` is the one of the site file. */
export const rulesVersionSchema = z
  .string()
  .regex(/^[0-9A-Za-z.-]{1,32}$/, 'letters, digits, dots and hyphens, at most 32')
  .meta({ title: 'version of rules' });
