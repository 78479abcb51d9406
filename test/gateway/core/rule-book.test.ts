// Lost if deleted: that rules and prices change only by two people, for a day to come and under a new name, and that a day has the rules it had.
import { expect, it } from 'vitest';
import { tariffOn } from '../../../gateway/core/points.ts';
import { type DatedRules, decideRuleChange, decideTariffChange, rulesOn } from '../../../gateway/core/rule-book.ts';
import { ruleStories } from '../../../gateway/workflows/stories/rules.ts';
import { type Story, tellStory } from '../../../gateway/workflows/story.ts';
import { villageRulesSchema } from '../../../protocol/village-rules.ts';
import { makeDesk } from '../../support/make-desk.ts';
import { sampleTariff } from '../../support/village-drafts.ts';

const rules = villageRulesSchema.parse({});
const site: DatedRules = { version: 'site', from: '2026-01-01', rules };
const dated = (version: string, from: string): DatedRules => ({ version, from, rules });
const ordered = { operator: 'committee-1', second: 'supervisor-1', day: '2026-11-24', versions: ['site', 'a'] };

it('gives a day the rules that had begun, the later recorded of two that begin together, and those of the site before any', () => {
  const recorded = [dated('a', '2026-12-01'), dated('b', '2027-01-01'), dated('c', '2027-01-01'), dated('d', '2026-12-15')];
  expect(['2026-11-30', '2026-12-01', '2026-12-20', '2027-01-01', '2030-01-01'].map((day) => rulesOn(site, recorded, day).version)).toEqual([
    'site',
    'a',
    'd',
    'c',
    'c',
  ]);
  // A site file that was given a later day than a change still stands before it.
  expect(rulesOn({ ...site, from: '2027-06-01' }, recorded, '2027-01-02').version).toBe('c');
});

it('refuses a day that has begun, and a name that was used', () => {
  expect(decideRuleChange(ordered, dated('b', '2026-11-25')).ok).toBe(true);
  expect(decideRuleChange(ordered, dated('b', '2026-11-24'))).toMatchObject({ refusal: { code: 'date_not_future' } });
  expect(decideRuleChange(ordered, dated('a', '2026-11-25'))).toMatchObject({ refusal: { code: 'version_taken' } });
  expect(decideTariffChange(ordered, { ...sampleTariff, version: 'b', validFrom: '2026-11-24' })).toMatchObject({ refusal: { code: 'date_not_future' } });
  expect(decideTariffChange(ordered, { ...sampleTariff, version: 'a', validFrom: '2026-11-25' })).toMatchObject({ refusal: { code: 'version_taken' } });
});

it('takes two people, and a change is in force from its day on', async () => {
  const { books } = makeDesk();
  const committee = { operator: 'committee-1', roles: ['committee' as const], ownHousehold: null };
  const supervisor = { operator: 'supervisor-1', roles: ['supervisor' as const], ownHousehold: null };
  const tell = (name: keyof typeof ruleStories, input: unknown, second: typeof supervisor | null) =>
    tellStory(books, name, ruleStories[name] as unknown as Story, input, { actor: committee, second, key: null });
  const wanted = { version: '2027-1', from: '2027-01-01', rules: { bags: { bands: [{ membersFrom: 1, rolls: 3 }] } } };
  expect(await tell('rules.change', wanted, null)).toMatchObject({ refusal: { code: 'second_person_needed' } });
  expect(await tell('rules.change', wanted, supervisor)).toMatchObject({ ok: true });
  expect(books.rules('2026-12-31').rules.bags.bands).toHaveLength(2);
  expect(books.rules('2027-01-01').rules.bags).toMatchObject({ bands: [{ membersFrom: 1, rolls: 3 }], bagsPerRoll: 30 });
  const tariff = { ...sampleTariff, version: '2027-1', validFrom: '2027-01-01', learningPoints: 300 };
  expect(await tell('tariff.change', { tariff }, supervisor)).toMatchObject({ ok: true });
  expect([tariffOn(books.tariffs(), '2026-12-31')?.learningPoints, tariffOn(books.tariffs(), '2027-01-01')?.learningPoints]).toEqual([600, 300]);
});
