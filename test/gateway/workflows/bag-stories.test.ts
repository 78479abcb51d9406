// Without this a roll could be handed out twice, a lost one replaced for nothing for ever, a forged print run become stock, a bag be traced by
// anybody, or a roll nobody saw come out stay with the wrong household.
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyidOf, rawPublicKey } from '../../../gateway/keys.ts';
import { signManifest } from '../../../protocol/roll-manifest.ts';
import { villageRulesSchema } from '../../../protocol/village-rules.ts';
import { atHomeIn, cardOf, clerk, collector, committee, dispenser, openBagDesk, supervisor, technician } from '../../support/bag-desk.ts';
import { householdOf, rollOf } from '../../support/village-drafts.ts';

const [mine, hers] = [householdOf(1), householdOf(2)];
const dayMs = 86_400_000;
const range = (from: number, count: number) => Array.from({ length: count }, (_unused, index) => from + index);

describe('a print run', () => {
  const signer = () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    return { keyid: keyidOf(publicKey), privateKey, publicKey: rawPublicKey(publicKey) };
  };
  const manifest = { batch: '2026-11-A', bagsPerRoll: 30, rolls: range(1, 260).map(rollOf) };

  it('comes into stock by a key of the rules, by one person, in parts; once', async () => {
    const village = openBagDesk();
    const printer = signer();
    const rules = villageRulesSchema.parse({ bags: { manifestKeys: [{ keyid: printer.keyid, publicKey: printer.publicKey }] } });
    const data = { operator: 'committee-1', second: 'supervisor-1', version: '2026-2', from: '2026-11-01', rules };
    village.store.append([{ name: 'rules.changed', subject: 'rules', data }]);
    const signed = JSON.parse(signManifest(manifest, printer).toString('utf8'));
    expect(await village.tell('bag.import', { signed })).toEqual(['bag.manifest.imported', 'bag.manifest.imported']);
    expect(village.store.ledger.balance('stock/rolls', 'rolls')).toBe(260);
    expect(village.stateOf(260)).toBe('inStock');
    expect(await village.tell('bag.import', { signed })).toBe('batch_known');
  });

  it('is refused when changed, or signed by somebody nobody knows, and takes two persons unsigned', async () => {
    const village = openBagDesk();
    const signed = JSON.parse(signManifest(manifest, signer()).toString('utf8'));
    expect(await village.tell('bag.import', { signed })).toBe('manifest_unsigned');
    expect(await village.tell('bag.import', { signed: { ...signed, payload: Buffer.from('{}').toString('base64') } })).toBe('manifest_unsigned');
    expect(await village.tell('bag.import', { plain: manifest })).toBe('second_person_needed');
    expect(await village.tell('bag.import', { plain: { ...manifest, rolls: ['K1OTHER0000001'] } }, clerk, committee)).toBe('rolls_of_another_village');
    expect(await village.tell('bag.import', { plain: manifest }, clerk, committee)).toHaveLength(2);
  });

  it('leaves out rolls that were in use before it came, and is loaded from stock', async () => {
    const village = openBagDesk();
    village.load([1]);
    await village.shelve([1, 2, 3]);
    village.load([2]);
    expect([1, 2, 3].map(village.stateOf)).toEqual(['inMagazine', 'inMagazine', 'inStock']);
    expect(village.store.ledger.balance('stock/rolls', 'rolls')).toBe(1);
    expect(await village.tell('bag.unload', { label: village.labelOf(2), dispenser }, technician)).toEqual(['bag.roll.unloaded']);
    expect(village.stateOf(2)).toBe('inStock');
  });
});

describe('a roll by hand', () => {
  it('goes to a card once a month, and to a household without one only before a second person', async () => {
    const village = openBagDesk();
    await village.shelve(range(1, 5));
    expect(await village.tell('bag.hand', { card: cardOf(1), label: village.labelOf(1) })).toEqual(['bag.roll.handed']);
    expect(await village.tell('bag.hand', { card: cardOf(1), label: village.labelOf(2) })).toBe('quota_used');
    expect(await village.tell('bag.hand', { card: cardOf(2), label: village.labelOf(1) })).toBe('roll_used');
    expect(await village.tell('bag.hand', { household: hers, label: village.labelOf(2) })).toBe('second_person_needed');
    const told = await village.told('bag.hand', { household: hers, label: village.labelOf(2) }, clerk, collector);
    expect(told).toMatchObject({ ok: true, events: [{ data: { household: hers, identifiedBy: 'second', second: 'collector-1', period: '2026-11' } }] });
    expect(await village.tell('bag.hand', { label: village.labelOf(3) })).toContain('either a card or a household');
    expect(await village.tell('bag.hand', { card: 'NOBODYS', label: village.labelOf(3) })).toBe('card_unknown');
    expect(await village.tell('bag.hand', { card: cardOf(1), label: village.labelOf(3) }, atHomeIn(mine, clerk))).toBe('own_household');
    village.made.clock.nowMs += 8 * dayMs;
    expect(await village.tell('bag.hand', { card: cardOf(1), label: village.labelOf(3) })).toEqual(['bag.roll.handed']);
  });

  it('is not taken from a magazine, nor from another village', async () => {
    const village = openBagDesk();
    village.load([1]);
    expect(await village.tell('bag.hand', { card: cardOf(1), label: village.labelOf(1) })).toBe('roll_in_magazine');
    expect(await village.tell('bag.hand', { card: cardOf(1), label: village.labelOf(2).replace(/.$/, '!') })).toBe('label_unreadable');
  });

  it('stands in once for a job nobody can tell the end of (R-12)', async () => {
    const village = openBagDesk();
    village.load([1]);
    await village.shelve(range(2, 4));
    const job = village.order(1) as number;
    expect(await village.tell('bag.hand', { card: cardOf(1), label: village.labelOf(2) })).toBe('quota_used');
    village.doubt(job);
    expect(await village.tell('bag.unload', { label: village.labelOf(1), dispenser }, technician)).toBe('dispenser_holds_roll');
    const told = await village.told('bag.hand', { card: cardOf(1), label: village.labelOf(2) });
    expect(told).toMatchObject({ ok: true, events: [{ data: { reason: 'manual', job } }] });
    expect(await village.tell('bag.hand', { card: cardOf(1), label: village.labelOf(3) })).toBe('quota_used');
    expect(village.view('bag.open', {})).toMatchObject({ ok: true, shown: { undecided: [{ job, manualRoll: rollOf(2) }] } });
    // Nothing had come out: the roll by hand was the one of the month.
    village.settle(job, 0, []);
    expect(village.store.jobs.quota(mine, '2026-11')).toEqual({ held: 0, issued: 1, extra: 0 });
    expect(village.order(1)).toBe('quota_used');
  });
});

describe('a lost roll (R-10)', () => {
  it('is replaced free once in half a year, then for points the household has', async () => {
    const village = openBagDesk();
    await village.shelve(range(1, 6));
    const hand = (roll: number) => village.tell('bag.hand', { card: cardOf(1), label: village.labelOf(roll) });
    const lose = (more: object = {}) => village.told('bag.lose', { card: cardOf(1), replace: true, ...more });
    expect(await lose()).toMatchObject({ ok: false, refusal: { code: 'roll_none' } });
    await hand(1);
    expect(await lose()).toMatchObject({ ok: true, events: [{ name: 'bag.roll.lost' }, { data: { terms: 'free', points: 0 } }] });
    expect(await lose({ roll: rollOf(1) })).toMatchObject({ refusal: { code: 'roll_replaced' } });
    expect(await hand(2)).toEqual(['bag.roll.handed']);
    expect(await lose()).toMatchObject({ refusal: { code: 'points_short', facts: { points: 300, balance: 0 } } });
    expect(village.stateOf(2)).toBe('issued');
    village.pay(1, 299);
    expect(await lose()).toMatchObject({ refusal: { code: 'points_short' } });
    village.pay(1, 1);
    expect(await lose()).toMatchObject({ ok: true, events: [{}, { data: { terms: 'points', points: 300 } }] });
    expect(village.store.ledger.balance(`household/${mine}`, 'points')).toBe(0);
    expect(await hand(3)).toEqual(['bag.roll.handed']);
    expect(await hand(4)).toBe('quota_used');
    village.made.clock.nowMs += 40 * dayMs;
    await hand(4);
    expect(await lose()).toMatchObject({ ok: true, events: [{}, { data: { terms: 'free', period: '2027-01' } }] });
    expect([1, 2, 3, 4].map(village.stateOf)).toEqual(['lost', 'lost', 'issued', 'lost']);
    expect(await village.tell('bag.hand', { card: cardOf(2), label: village.labelOf(1) })).toBe('roll_used');
  });
});

describe('a bad roll (R-11)', () => {
  it('is exchanged for enough unused bags, which are void then', async () => {
    const village = openBagDesk();
    await village.shelve([1, 2, 3]);
    await village.tell('bag.hand', { card: cardOf(1), label: village.labelOf(1) });
    const bags = (count: number) => range(16, count).map((bag) => village.labelOf(1, bag));
    const swap = (more: object) => ({ card: cardOf(1), bad: village.labelOf(1, 30), reason: 'damaged', label: village.labelOf(2), bags: bags(15), ...more });
    expect(await village.tell('bag.swap', swap({ bags: bags(14) }))).toBe('bags_too_few');
    expect(await village.tell('bag.swap', swap({ bags: [...bags(14), ...bags(1)] }))).toBe('bags_too_few');
    expect(await village.tell('bag.swap', swap({ bags: [...bags(14), village.labelOf(2, 1)] }))).toBe('bag_of_another_roll');
    expect(await village.tell('bag.swap', swap({ card: cardOf(2) }))).toBe('roll_not_theirs');
    expect(await village.tell('bag.swap', swap({}))).toEqual(['bag.roll.damaged', 'bag.roll.handed']);
    expect([1, 2].map(village.stateOf)).toEqual(['damaged', 'issued']);
    expect(village.store.rolls.isVoidBag(rollOf(1), 16)).toBe(true);
    expect(await village.tell('bag.confirm', { card: cardOf(1), bag: village.labelOf(1, 16) }, collector)).toBe('bag_void');
    expect(await village.tell('bag.hand', { card: cardOf(1), label: village.labelOf(3) })).toBe('quota_used');
  });

  it('in stock is written off by two, and a whole roll given back restores the right of its month', async () => {
    const village = openBagDesk();
    await village.shelve([1, 2, 3]);
    expect(await village.tell('bag.void', { roll: rollOf(1), reason: 'misprinted' })).toBe('second_person_needed');
    expect(await village.tell('bag.void', { roll: rollOf(1), reason: 'misprinted' }, clerk, committee)).toEqual(['bag.roll.voided']);
    expect(await village.tell('bag.hand', { card: cardOf(1), label: village.labelOf(1) })).toBe('roll_used');
    await village.tell('bag.hand', { card: cardOf(1), label: village.labelOf(2) });
    expect(await village.tell('bag.return', { card: cardOf(2), label: village.labelOf(2) })).toBe('roll_not_theirs');
    expect(await village.tell('bag.return', { card: cardOf(1), label: village.labelOf(2) })).toEqual(['bag.roll.returned']);
    expect(await village.tell('bag.hand', { card: cardOf(2), label: village.labelOf(2) })).toBe('roll_used');
    expect(await village.tell('bag.hand', { card: cardOf(1), label: village.labelOf(3) })).toEqual(['bag.roll.handed']);
  });
});

describe('more than the quota', () => {
  it('takes two of the committee, and not for a month that is over', async () => {
    const village = openBagDesk();
    await village.shelve([1, 2, 3]);
    const extra = { household: mine, period: '2026-11', rolls: 1, reason: 'event' };
    expect(await village.tell('bag.extra', extra, committee)).toBe('second_person_needed');
    expect(await village.tell('bag.extra', { ...extra, period: '2026-10' }, committee, supervisor)).toBe('date_not_future');
    expect(await village.tell('bag.extra', extra, committee, supervisor)).toEqual(['bag.extra.approved']);
    const handed = [];
    for (const roll of [1, 2, 3]) handed.push(await village.tell('bag.hand', { card: cardOf(1), label: village.labelOf(roll) }));
    expect(handed).toEqual([['bag.roll.handed'], ['bag.roll.handed'], 'quota_used']);
  });
});

describe('a roll nobody saw come out', () => {
  /** Both households drew; the books assume roll 1 with mine, roll 2 with hers. */
  const drawn = () => {
    const village = openBagDesk();
    village.load(range(1, 4));
    for (const index of [1, 2]) village.settle(village.order(index) as number, 1, []);
    return village;
  };
  const scan = (village: ReturnType<typeof drawn>, roll: number, index = 1) =>
    village.tell('bag.confirm', { card: cardOf(index), bag: village.labelOf(roll, 5) }, collector);

  it('is settled by the first scan of one of its bags, once', async () => {
    const village = drawn();
    expect(village.view('bag.open', {})).toMatchObject({ shown: { unconfirmed: [{ household: mine }, { household: hers }] } });
    expect(await scan(village, 1)).toEqual(['bag.roll.confirmed']);
    expect(await scan(village, 1)).toEqual([]);
    expect(await scan(village, 1, 2)).toBe('roll_of_another');
    expect(village.store.rolls.unconfirmed(9)).toMatchObject([{ household: hers, roll: rollOf(2) }]);
  });

  it('changes places with the one that was assumed: in the magazine, with a neighbour, or never read while loading', async () => {
    const inMagazine = drawn();
    expect(await scan(inMagazine, 3)).toEqual(['bag.roll.confirmed']);
    expect([1, 2, 3, 4].map(inMagazine.stateOf)).toEqual(['inMagazine', 'issued', 'issued', 'inMagazine']);
    expect(inMagazine.store.rolls.one(rollOf(3))).toMatchObject({ household: mine, confirmed: true, period: '2026-11' });

    const exchanged = drawn();
    expect(await scan(exchanged, 2)).toEqual(['bag.roll.confirmed']);
    expect(exchanged.store.rolls.one(rollOf(1))).toMatchObject({ household: hers, confirmed: false });
    expect(await scan(exchanged, 1, 2)).toEqual(['bag.roll.confirmed']);
    expect(exchanged.store.rolls.unconfirmed(9)).toEqual([]);

    const unread = drawn();
    expect(await scan(unread, 9)).toEqual(['bag.roll.confirmed']);
    expect([1, 9].map(unread.stateOf)).toEqual(['inMagazine', 'issued']);
    expect(unread.store.ledger.balance(`magazine/${dispenser}`, 'rolls')).toBe(3);
    for (const village of [inMagazine, exchanged, unread]) expect(village.store.rebuild().identical).toBe(true);
  });
});

describe('a bag outside', () => {
  const handed = async () => {
    const village = openBagDesk();
    village.books.personal.put([{ household: mine, number: '001', head: '俞庚申', phone: null, house: '上村1号', cards: [] }]);
    await village.shelve([1, 2]);
    await village.tell('bag.hand', { card: cardOf(1), label: village.labelOf(1) });
    return village;
  };

  it('is traced by those who may, written down without a name, and shown to whoever asked', async () => {
    const village = await handed();
    const trace = { bag: village.labelOf(1, 7), purpose: 'sorting' };
    for (const who of [clerk, technician]) expect(await village.tell('bag.trace', trace, who)).toBe('role_missing');
    expect(await village.tell('bag.trace', { ...trace, bag: village.labelOf(2, 7) }, collector)).toBe('roll_not_issued');
    expect(await village.tell('bag.trace', { ...trace, bag: `${village.labelOf(1, 7).slice(0, -1)}!` }, collector)).toBe('label_unreadable');
    const told = await village.told('bag.trace', trace, collector);
    expect(told).toMatchObject({ ok: true, events: [{ name: 'bag.traced', data: { operator: 'collector-1', household: mine, bag: 7 } }] });
    const number = told.ok ? (told.events[0]?.sequence ?? 0) : 0;
    expect(village.view('bag.owner', { trace: number }, collector)).toMatchObject({ shown: { head: '俞庚申', house: '上村1号' } });
    expect(village.view('bag.owner', { trace: number }, supervisor)).toMatchObject({ refusal: { code: 'trace_not_yours' } });
    expect(village.view('bag.owner', { trace: number }, technician)).toMatchObject({ refusal: { code: 'role_missing' } });
    for (const { envelope } of village.store.events()) {
      const { payload } = JSON.parse(envelope.toString('utf8')) as { payload: string };
      expect(Buffer.from(payload, 'base64').toString('utf8')).not.toMatch(/俞庚申|上村/);
    }
    expect(village.store.rolls.tracesOf(mine, 9)).toMatchObject([{ operator: 'collector-1', purpose: 'sorting' }]);
  });

  it('is traced until 90 days after its month, then neither by a new order nor by an old answer', async () => {
    const village = await handed();
    const trace = () => village.tell('bag.trace', { bag: village.labelOf(1, 7), purpose: 'complaint' }, committee);
    village.made.clock.nowMs = Date.parse('2027-02-28T12:00:00+08:00');
    expect(await trace()).toEqual(['bag.traced']);
    village.made.clock.nowMs = Date.parse('2027-03-01T00:00:00+08:00');
    expect(await trace()).toBe('trace_too_late');
    expect(village.view('bag.owner', { trace: village.store.head.sequence }, committee)).toMatchObject({ refusal: { code: 'trace_too_late' } });
  });

  it('is not traced where the household does not consent (R-02)', async () => {
    const village = await handed();
    const trace = { bag: village.labelOf(1, 7), purpose: 'sorting' };
    const before = await village.told('bag.trace', trace, collector);
    const said = { operator: 'clerk-1', second: null, household: mine, purpose: 'processing' as const };
    village.store.append([{ name: 'consent.withdrawn', subject: mine, data: said }]);
    expect(await village.tell('bag.trace', trace, collector)).toBe('consent_missing');
    const number = before.ok ? (before.events[0]?.sequence ?? 0) : 0;
    expect(village.view('bag.owner', { trace: number }, collector)).toMatchObject({ refusal: { code: 'consent_missing' } });
  });

  it('found with a neighbour is reported, costs nothing, and is answered once by its owner (R-13)', async () => {
    const village = await handed();
    const report = { bag: village.labelOf(1, 7), at: hers };
    expect(await village.tell('bag.report', { ...report, at: mine }, collector)).toBe('bag_at_home');
    expect(await village.tell('bag.report', report, collector)).toEqual(['bag.found']);
    const finding = village.store.head.sequence;
    expect(village.view('bag.findings', {}, collector)).toMatchObject({ shown: [{ finding, owner: mine, at: hers, state: 'open' }] });
    expect(village.store.ledger.account(`household/${mine}`).filter(({ unit }) => unit === 'points')).toEqual([]);
    expect(await village.tell('bag.answer', { finding: finding + 9, answer: 'own' })).toBe('finding_unknown');
    expect(await village.tell('bag.answer', { finding, answer: 'lost' }, atHomeIn(mine, clerk))).toBe('own_household');
    expect(await village.tell('bag.answer', { finding, answer: 'lost' })).toEqual(['bag.finding.answered', 'bag.roll.lost']);
    expect(await village.tell('bag.answer', { finding, answer: 'own' })).toBe('finding_answered');
    expect(await village.tell('bag.lose', { card: cardOf(1), roll: rollOf(1), replace: true })).toEqual(['bag.replacement.granted']);
  });
});

describe('the stock of rolls (R-09)', () => {
  it('warns of a magazine that runs low, by what its jobs leave free', () => {
    const village = openBagDesk();
    village.load(range(1, 21));
    const level = () => {
      const seen = village.view('bag.stock', {});
      return seen.ok ? (seen.shown as { magazines: { level: string; held: number }[] }).magazines[0] : undefined;
    };
    expect(level()).toMatchObject({ level: 'ok', held: 0 });
    village.order(1);
    expect(level()).toMatchObject({ level: 'low', held: 1 });
  });
});
