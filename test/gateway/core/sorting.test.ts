// Lost if deleted: that a village which takes bags whole punishes nobody for a bag inside, and one that tips out nobody for another bag.
import { expect, it } from 'vitest';
import { reasonsUnder } from '../../../gateway/core/sorting.ts';
import { codeOf, openVillage } from '../../support/tell.ts';
import { householdOf } from '../../support/village-drafts.ts';

it('the bag policy decides which reasons of a low grade there are (R-26)', async () => {
  expect(reasonsUnder('tipOut')).toEqual(['mixed', 'bagInside', 'bagLeftInFood', 'hazardousInside', 'emptyBagOnly']);
  expect(reasonsUnder('wholeBag')).toEqual(['mixed', 'foreignBag', 'hazardousInside']);
  const grade = async (bagPolicy: string, reason: string) => {
    const { tell, show } = openVillage({ rules: { sorting: { bagPolicy } } });
    const low = { household: householdOf(1), stream: 'rotting', day: '2026-11-23', grade: 'poor', reason, evidence: 'a'.repeat(64) };
    expect(show('sorting.classes', {}, 'collector-1')).toMatchObject({ shown: { bagPolicy } });
    return codeOf(await tell('evaluation.record', low, 'collector-1'));
  };
  expect(await grade('tipOut', 'bagLeftInFood')).toBe('ok');
  expect(await grade('wholeBag', 'bagLeftInFood')).toBe('reason_not_here');
  expect(await grade('wholeBag', 'foreignBag')).toBe('ok');
  expect(await grade('tipOut', 'foreignBag')).toBe('reason_not_here');
});

it('blue means another class at home than at the shed, and a region may say it otherwise', () => {
  const { show, setRules } = openVillage();
  expect(show('sorting.classes', {}, 'collector-1')).toMatchObject({
    shown: { home: { nonRotting: { zh: '不会烂', colour: 'blue' } }, shed: { recyclable: { colour: 'blue' }, food: { zh: '易腐垃圾', colour: 'green' } } },
  });
  setRules({ sorting: { home: { nonRotting: { colour: 'black' } }, shed: { food: { zh: '厨余垃圾' } } } });
  expect(show('sorting.classes', {}, 'collector-1')).toMatchObject({
    shown: { home: { nonRotting: { zh: '不会烂', colour: 'black' } }, shed: { food: { zh: '厨余垃圾', colour: 'green' } } },
  });
});
