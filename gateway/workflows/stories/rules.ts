/** Changing rules and prices: two people, a day to come, a version of its own. */
import { z } from 'zod';
import { daySchema } from '../../../protocol/events/fields.ts';
import { tariffSchema } from '../../../protocol/tariff.ts';
import { rulesVersionSchema, villageRulesSchema } from '../../../protocol/village-rules.ts';
import { decideRuleChange, decideTariffChange, ruleAuthority } from '../../core/rule-book.ts';
import { defineStory } from '../story.ts';

export const ruleStories = {
  'rules.change': defineStory({
    title: { zh: '修改规则', en: 'Change the rules' },
    rules: ['R-50'],
    authority: ruleAuthority,
    input: z.strictObject({ version: rulesVersionSchema, from: daySchema, rules: villageRulesSchema }),
    decide: ({ store }, wanted, { orderedBy, when }) =>
      decideRuleChange({ ...orderedBy, day: when.day, versions: ['site', ...store.rules.rules().map(({ version }) => version)] }, wanted),
  }),
  'tariff.change': defineStory({
    title: { zh: '修改积分标准', en: 'Change the prices' },
    rules: ['R-16', 'R-50'],
    authority: ruleAuthority,
    input: z.strictObject({ tariff: tariffSchema }),
    decide: ({ tariffs }, { tariff }, { orderedBy, when }) =>
      decideTariffChange({ ...orderedBy, day: when.day, versions: tariffs().map(({ version }) => version) }, tariff),
  }),
} as const;
