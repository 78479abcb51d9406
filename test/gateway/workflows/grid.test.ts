// Lost if deleted: that a party member sees the own households and nobody else's, a cadre those of the own party members, and no time of day of any grade.
import { expect, it } from 'vitest';
import { openPeople, soundBooks } from '../../support/people-desk.ts';

/** Two cells: households 12 and 13 with party-1, who reports to cadre-1; 14 with party-2, who reports to nobody. */
async function openGrid() {
  const village = openPeople();
  const enrolled = { badge: 'a'.repeat(32), ownHousehold: null, operator: 'founder', second: null };
  for (const [enrol, roles] of [
    ['party-1', ['partyMember']],
    ['party-2', ['partyMember']],
    ['cadre-1', ['cadre']],
  ] as const) {
    const badge = enrol.padEnd(32, '0').replaceAll(/[^0-9a-f]/g, 'b');
    village.store.append([{ name: 'operator.enrolled', subject: enrol, data: { ...enrolled, badge, enrolled: enrol, roles: [...roles] } }]);
  }
  const homes = [await village.register('12', { house: '西岙12号' }), await village.register('13'), await village.register('14')] as const;
  const [first, second, third] = homes;
  await village.told('grid.assign', { partyMember: 'party-1', households: [first, second, first] }, { by: 'committee-1' });
  await village.told('grid.assign', { partyMember: 'party-2', households: [third] }, { by: 'committee-1' });
  await village.told('grid.cadre', { partyMember: 'party-1', cadre: 'cadre-1' }, { by: 'committee-1' });
  const seen = (by: Parameters<typeof village.see>[2]) => {
    const shown = village.see('grid.show', {}, by);
    return shown.ok ? (shown.shown as { household: string; label: string }[]) : shown;
  };
  const homesSeen = (by: Parameters<typeof village.see>[2]) => {
    const rows = seen(by);
    return Array.isArray(rows) ? rows.map(({ household }) => household).sort() : rows;
  };
  return { ...village, homes, seen, homesSeen };
}

it('shows each the own households, and the heads of the village all', async () => {
  const { homes, homesSeen, seen } = await openGrid();
  const [first, second, third] = homes;
  expect(homesSeen('party-1')).toEqual([first, second].sort());
  expect(homesSeen('party-2')).toEqual([third]);
  expect(homesSeen('cadre-1')).toEqual([first, second].sort());
  expect(homesSeen('committee-1')).toEqual([...homes].sort());
  expect(homesSeen('clerk-1')).toMatchObject({ refusal: { code: 'role_missing' } });
  expect(seen('party-2')).toEqual([{ household: third, label: '14', members: 3, partyMember: 'party-2', cadre: null, grades: [] }]);
});

it('shows grades by day, the ones that count only, and never a time', async () => {
  const village = await openGrid();
  const [first] = village.homes;
  await village.told('evaluation.record', { household: first, stream: 'rotting', day: '2026-11-23', grade: 'good' }, { by: 'collector-1' });
  const rows = village.seen('party-1') as unknown as { household: string; grades: object[] }[];
  const { grades } = rows.find(({ household }) => household === first) as { grades: object[] };
  expect(grades).toEqual([{ day: '2026-11-23', stream: 'rotting', grade: 'good' }]);
});

it('changes hands, is given up, and is only for those who have the function', async () => {
  const village = await openGrid();
  const [first, second, third] = village.homes;
  const by = { by: 'committee-1' } as const;
  expect(await village.code('grid.assign', { partyMember: 'cadre-1', households: [first] }, by)).toBe('operator_role_missing');
  expect(await village.code('grid.assign', { partyMember: 'party-9', households: [first] }, by)).toBe('operator_unknown');
  expect(await village.code('grid.assign', { partyMember: 'party-1', households: ['h-ffffffffffffffffffff'] }, by)).toBe('household_unknown');
  expect(await village.code('grid.cadre', { partyMember: 'party-1', cadre: 'party-2' }, by)).toBe('operator_role_missing');
  expect(await village.told('grid.assign', { partyMember: 'party-1', households: [first] }, by)).toEqual([]);
  await village.told('grid.assign', { partyMember: 'party-2', households: [first] }, by);
  await village.told('grid.assign', { partyMember: null, households: [second] }, by);
  await village.told('grid.cadre', { partyMember: 'party-1', cadre: null }, by);
  expect([village.homesSeen('party-1'), village.homesSeen('party-2'), village.homesSeen('cadre-1')]).toEqual([[], [first, third].sort(), []]);
  // A closed household is nobody's.
  await village.told('household.close', { household: third, reason: 'moved_away' }, village.pair);
  expect(village.homesSeen('party-2')).toEqual([first]);
  expect(village.sound()).toEqual(soundBooks);
});
