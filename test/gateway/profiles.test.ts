// Lost if deleted: that the example villages are right site files, and that one with no device at all lives a whole day: rolls, grades, goods, a round and its rates.
import { Command } from 'commander';
import { describe, expect, it, vi } from 'vitest';
import { addCheck } from '../../gateway/commands/check.ts';
import { loadSite } from '../../gateway/config-file.ts';
import type { Village } from '../../gateway/runtime.ts';
import { runOperation } from '../../gateway/web/operations.ts';
import type { Synced } from '../../gateway/web/sync.ts';
import type { Told } from '../../gateway/workflows/story.ts';
import { encodeBagCode } from '../../protocol/bag-code.ts';
import { importNumbers, live, printedCards } from '../support/live-village.ts';
import { makeFolder } from '../support/make-store.ts';
import { codeOf } from '../support/tell.ts';

const profiles = ['smart', 'integrated', 'basic'] as const;
const fileOf = (profile: (typeof profiles)[number]): string => `config/village-${profile}.yaml`;

describe('an example village', () => {
  it.each(profiles)('%s passes sifen check, without a warning', (profile) => {
    const program = new Command().exitOverride();
    addCheck(program);
    const said: string[] = [];
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    try {
      program.parse(['check', fileOf(profile)], { from: 'user' });
    } finally {
      spy.mockRestore();
    }
    expect(said.join('')).toContain(`${fileOf(profile)} is right`);
    expect(said.join('')).not.toContain('warning');
  });

  it('is smart with every kind of device, integrated with devices, basic with none', () => {
    const [smart, integrated, basic] = profiles.map((profile) => loadSite(fileOf(profile)).config);
    for (const kind of ['lines', 'dispensers', 'scales', 'bins', 'parts', 'readers', 'printers'] as const) {
      expect([kind, (smart?.[kind].length ?? 0) > 0]).toEqual([kind, true]);
      expect([kind, basic?.[kind]]).toEqual([kind, []]);
    }
    expect([smart?.alarms !== null, basic?.alarms]).toEqual([true, null]);
    expect([integrated?.scales.length, integrated?.rules.oversight.harmlessDestinations]).toEqual([
      1,
      ['farmland', 'orchard', 'sold', 'biogas', 'incineration'],
    ]);
  });
});

/** Tells a story at the machine; a second person shows badge and PIN. */
const teller =
  ({ desk }: Village) =>
  async (story: string, input: object, operator: string, second: string | null = null): Promise<Extract<Told, { ok: true }>> => {
    const proof = second === null ? null : { badge: `badge-${second}`, pin: '271828' };
    const told = (await runOperation(desk, 'story.tell', { story, input, operator, second: proof, key: null })) as Told;
    return told.ok ? told : expect.fail(`${story}: ${codeOf(told)} ${JSON.stringify(told)}`);
  };
type Tell = ReturnType<typeof teller>;

async function enrolPeople(tell: Tell): Promise<void> {
  // The two of the committee last: from then on enrolling takes both.
  const people = {
    'clerk-1': 'clerk',
    'clerk-2': 'clerk',
    'collector-1': 'collector',
    'station-1': 'stationMaster',
    'committee-1': 'committee',
    'committee-2': 'committee',
  };
  for (const [enrolled, role] of Object.entries(people))
    await tell('operator.enrol', { enrolled, name: '甲', roles: [role], badge: `badge-${enrolled}`, pin: '271828' }, 'founder');
}

/** What a collector recorded out of reach, sent in the evening. */
async function sendDay({ desk, time }: Village, household: string): Promise<Synced> {
  const atMs = time.clock.now();
  const day = new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 10);
  const item = (key: string, stream: string, grade: string) => ({ key, story: 'evaluation.record', atMs, input: { household, stream, day, grade } });
  const items = [item('door-0001', 'rotting', 'excellent'), item('door-0002', 'nonRotting', 'good')];
  return (await runOperation(desk, 'handheld.sync', { device: 'handheld-1', items, operator: 'collector-1' })) as Synced;
}

describe('a village without a device', () => {
  it('hands out a roll, takes in goods, grades doors, goes its round and reports, and its books balance', { timeout: 60_000 }, async () => {
    await live(
      makeFolder(),
      async (village) => {
        const { desk, store, field } = village;
        const tell = teller(village);
        expect(field?.devices()).toEqual([]);
        await importNumbers(village, '001', '002');
        await enrolPeople(tell);
        const [card] = await printedCards(village);
        const [household = ''] = store.people.households().map((row) => row.household);

        const roll = { village: 'LX001', key: desk.books.bags.key };
        await tell('bag.import', { plain: { batch: 'batch-1', bagsPerRoll: 30, rolls: ['K1LX0010000001'] } }, 'clerk-1', 'clerk-2');
        await tell('bag.hand', { card: card?.card, label: encodeBagCode(roll, 1, 0) }, 'clerk-1');
        await tell('recyclables.receive', { household, material: 'cardboard', grams: 5000 }, 'clerk-1');

        await tell('handheld.enrol', { device: 'handheld-1', publicKey: '4a'.repeat(32) }, 'committee-1', 'committee-2');
        expect((await sendDay(village, household)).answers.map(({ outcome }) => outcome)).toEqual(['recorded', 'recorded']);
        expect(store.ledger.balance(`household/${household}`, 'points')).toBe(300 + 10 + 5);

        const round = { round: 1, cartStable: true };
        await tell('round.start', { cart: 'cart-1', tareGrams: 40_000, cartStable: true }, 'collector-1');
        await tell(
          'round.stop',
          {
            ...round,
            household,
            loads: [
              { wasteClass: 'residual', netGrams: 3000 },
              { wasteClass: 'food', netGrams: 2000 },
            ],
          },
          'collector-1',
        );
        await tell('round.close', { ...round, endGrams: 45_000 }, 'collector-1');
        const load = (wasteClass: string, grams: number) => ({ wasteClass, grossGrams: grams, tareGrams: 0, purity: 'clean', problems: [] });
        await tell('station.intake', { rounds: [1], loads: [load('residual', 3000), load('food', 2000)] }, 'station-1');
        await tell('station.send', { wasteClass: 'residual', netGrams: 3000, destination: 'incineration' }, 'station-1');

        const month = new Date(village.time.clock.now() + 8 * 3_600_000).toISOString().slice(0, 7);
        const seen = await runOperation(desk, 'view.read', { view: 'report.month', input: { month }, operator: 'committee-1' });
        expect(seen).toMatchObject({
          shown: { coverage: { denominator: 2 }, recycling: { numerator: 5000, denominator: 8000, permille: 625 }, resourceUse: { numerator: 8000 } },
        });
        expect(store.ledger.problems()).toEqual([]);
        expect(store.rebuild()).toMatchObject({ identical: true });
      },
      { site: loadSite(fileOf('basic')), withField: true },
    );
  });
});
