/**
 * A small model of a village, made from the rules of the town and not from our code: what each household owns, what lies where, and what a command may
 * do to it. Random commands run on it and on the real ledger beside it, and both must say the same.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { encodeBagCode, formatRollCode } from '../../protocol/bag-code.ts';
import { hashCredential } from '../../protocol/credential.ts';
import { testCredentialKey } from './make-desk.ts';
import { codeOf, type openVillage } from './tell.ts';

type RealVillage = ReturnType<typeof openVillage>;

/** Points a kilogram; pieces of bottles earn 3 each. */
const prices = { cardboard: 60, textile: 30 } as const;
type Material = keyof typeof prices;
const goodPrices = { salt: 200, soap: 300 } as const;
type Good = keyof typeof goodPrices;
const dayMs = 86_400_000;
const dailyCap = 3000;

export interface ModelHousehold {
  readonly id: string;
  readonly card: string;
  readonly members: number;
  points: number;
  /** Points earned by material on the present day. */
  earned: Record<string, number>;
  /** Rolls taken in the present month. */
  taken: number;
  /** Rolls in their hands, the newest last. */
  rolls: number[];
  sessions: number;
}
interface Award {
  readonly sequence: number;
  readonly material: Material;
  readonly household: number;
  readonly points: number;
  readonly day: number;
  undone: boolean;
}
interface Receipt {
  readonly receipt: number;
  readonly household: number;
  readonly good: Good;
  readonly pieces: number;
  readonly points: number;
  state: 'held' | 'captured' | 'released';
}

export class VillageModel {
  readonly households: ModelHousehold[];
  readonly stock: Record<Good, number>;
  readonly held: Record<Good, number>;
  readonly rolls = new Map<number, 'issued' | 'lost'>();
  readonly awards: Award[] = [];
  readonly receipts: Receipt[] = [];
  readonly paid = new Map<string, boolean>();
  /** Days since the run began. */
  day = 0;
  sessions = 0;

  readonly #beganMs: number;

  constructor(beganMs: number, households: ModelHousehold[], goods: Record<Good, { readonly stock: number; readonly held: number }>) {
    this.#beganMs = beganMs;
    this.households = households;
    this.stock = { salt: goods.salt.stock, soap: goods.soap.stock };
    this.held = { salt: goods.salt.held, soap: goods.soap.held };
  }

  /** Noon of the present day. Unit: ms since 1970. */
  get nowMs(): number {
    return this.#beganMs + this.day * dayMs;
  }

  /** The present day, `YYYY-MM-DD`. */
  get today(): string {
    return new Date(this.nowMs).toISOString().slice(0, 10);
  }
}

/** The real village, and what a run needs to name things of its own in it. */
export interface Real extends RealVillage {
  /** Rolls, sessions and keys of a run are its own. */
  readonly run: number;
  last: { readonly name: string; readonly input: unknown; readonly by: Who; readonly second: Who | null; readonly key: string } | null;
  keys: number;
}
type Who = Parameters<RealVillage['tell']>[2];

async function tell(real: Real, name: string, input: unknown, by: Who, second: Who | null = null) {
  real.keys += 1;
  const key = `run-${real.run}-request-${real.keys}`;
  const told = await real.tell(name, input, by, second, key);
  if (told.ok && told.events.length > 0) real.last = { name, input, by, second, key };
  return told;
}

/** Holds everything the model knows against the ledger. */
function compare(model: VillageModel, real: Real): void {
  const { ledger, shop, rolls } = real.store;
  const balances = model.households.map(({ id }) => ledger.balance(`household/${id}`, 'points'));
  expect(balances).toEqual(model.households.map(({ points }) => points));
  for (const good of Object.keys(goodPrices) as Good[]) expect([shop.good(good)?.stock, shop.good(good)?.held]).toEqual([model.stock[good], model.held[good]]);
  for (const [roll, state] of model.rolls) expect([roll, rolls.one(codeOfRoll(real, roll))?.state]).toEqual([roll, state]);
  expect(ledger.quickProblems()).toEqual([]);
}

const codeOfRoll = (real: Real, roll: number): string => formatRollCode(real.books.bags.village, real.run * 100 + roll);

type Command = fc.AsyncCommand<VillageModel, Real>;
const command = (name: string, run: (model: VillageModel, real: Real) => Promise<void>): Command => ({
  check: () => true,
  async run(model, real) {
    await run(model, real);
    compare(model, real);
  },
  toString: () => name,
});
const whose = fc.nat(2);
const of = (model: VillageModel, index: number): ModelHousehold => model.households[index] as ModelHousehold;

const receive = fc.tuple(whose, fc.constantFrom<Material>('cardboard', 'textile'), fc.integer({ min: 1, max: 60_000 })).map(([index, material, grams]) =>
  command(`receive ${index} ${material} ${grams}`, async (model, real) => {
    const household = of(model, index);
    const told = await tell(real, 'recyclables.receive', { household: household.id, material, grams }, 'clerk-1');
    if (grams > 50_000) return expect(codeOf(told)).toBe('second_person_needed');
    const before = household.earned[material] ?? 0;
    const points = Math.min(Math.floor((grams * prices[material]) / 1000), Math.max(0, dailyCap - before));
    expect(codeOf(told)).toBe('ok');
    household.earned[material] = before + points;
    household.points += points;
    const award = told.ok ? told.events.find(({ name }) => name === 'points.awarded') : undefined;
    if (award !== undefined) model.awards.push({ sequence: award.sequence, material, household: index, points, day: model.day, undone: false });
  }),
);

const handRoll = fc.tuple(whose, fc.nat(30)).map(([index, roll]) =>
  command(`hand ${index} roll ${roll}`, async (model, real) => {
    const household = of(model, index);
    const label = encodeBagCode(real.books.bags, real.run * 100 + roll, 0);
    const told = codeOf(await tell(real, 'bag.hand', { card: household.card, label }, 'clerk-1'));
    const quota = household.members >= 5 ? 2 : 1;
    if (model.rolls.has(roll)) return expect(told).toBe('roll_used');
    if (household.taken >= quota) return expect(told).toBe('quota_used');
    expect(told).toBe('ok');
    household.taken += 1;
    household.rolls.push(roll);
    model.rolls.set(roll, 'issued');
  }),
);

const loseRoll = whose.map((index) =>
  command(`lose ${index}`, async (model, real) => {
    const household = of(model, index);
    const told = codeOf(await tell(real, 'bag.lose', { card: household.card }, 'clerk-1'));
    const roll = household.rolls.pop();
    if (roll === undefined) return expect(told).toBe('roll_none');
    expect(told).toBe('ok');
    model.rolls.set(roll, 'lost');
  }),
);

const hold = fc.tuple(whose, fc.constantFrom<Good>('salt', 'soap'), fc.integer({ min: 1, max: 3 })).map(([index, good, pieces]) =>
  command(`hold ${index} ${pieces} ${good}`, async (model, real) => {
    const household = of(model, index);
    const points = goodPrices[good] * pieces;
    const told = await tell(real, 'shop.hold', { card: household.card, wanted: [{ good, pieces }] }, 'clerk-1');
    if (model.stock[good] < pieces) return expect(codeOf(told)).toBe('goods_sold_out');
    if (household.points < 0) return expect(codeOf(told)).toBe('points_negative');
    if (household.points < points) return expect(codeOf(told)).toBe('points_too_few');
    expect(codeOf(told)).toBe('ok');
    const receipt = told.ok ? (told.events[0]?.data as { readonly receipt: number } | undefined)?.receipt : undefined;
    if (receipt === undefined) throw new Error('a hold has a receipt');
    household.points -= points;
    model.stock[good] -= pieces;
    model.held[good] += pieces;
    model.receipts.push({ receipt, household: index, good, pieces, points, state: 'held' });
  }),
);

const endHold = fc.tuple(fc.constantFrom('capture' as const, 'release' as const), fc.nat(5)).map(([how, which]) =>
  command(`${how} ${which}`, async (model, real) => {
    const receipt = model.receipts[which];
    const told = codeOf(await tell(real, `shop.${how}`, { receipt: receipt?.receipt ?? 2_000_000_000 }, 'clerk-1'));
    if (receipt === undefined) return expect(told).toBe('receipt_unknown');
    if (receipt.state !== 'held') return expect(told).toBe(`receipt_${receipt.state}`);
    expect(told).toBe('ok');
    receipt.state = how === 'capture' ? 'captured' : 'released';
    model.held[receipt.good] -= receipt.pieces;
    if (how === 'capture') return;
    model.stock[receipt.good] += receipt.pieces;
    of(model, receipt.household).points += receipt.points;
  }),
);

const goodsIn = fc.tuple(fc.constantFrom<Good>('salt', 'soap'), fc.integer({ min: 1, max: 3 })).map(([good, pieces]) =>
  command(`goods ${good} ${pieces}`, async (model, real) => {
    expect(codeOf(await tell(real, 'shop.receive', { good, pieces }, 'clerk-1'))).toBe('ok');
    model.stock[good] += pieces;
  }),
);

const count = fc.tuple(fc.constantFrom<Good>('salt', 'soap'), fc.nat(8), fc.boolean()).map(([good, counted, alone]) =>
  command(`count ${good} ${counted}${alone ? ' alone' : ''}`, async (model, real) => {
    const told = codeOf(await tell(real, 'shop.count', { good, counted }, 'clerk-1', alone ? null : 'supervisor-1'));
    if (alone) return expect(told).toBe('second_person_needed');
    if (counted < model.held[good]) return expect(told).toBe('goods_held_missing');
    expect(told).toBe('ok');
    model.stock[good] = counted - model.held[good];
  }),
);

const clawback = fc.nat(6).map((which) =>
  command(`claw back ${which}`, async (model, real) => {
    const award = model.awards[which];
    if (award === undefined) return;
    const told = codeOf(await tell(real, 'points.clawback', { award: award.sequence, reason: 'error' }, 'committee-1', 'supervisor-1'));
    if (award.undone) return expect(told).toBe('already_undone');
    if (model.day - award.day > 90) return expect(told).toBe('clawback_too_late');
    expect(told).toBe('ok');
    award.undone = true;
    const household = of(model, award.household);
    household.points -= Math.min(award.points, Math.max(0, household.points + 500));
    // What was taken back no longer counts against the cap of its day.
    if (award.day === model.day) household.earned[award.material] = (household.earned[award.material] ?? 0) - award.points;
  }),
);

const learn = fc.tuple(whose, fc.option(fc.integer({ min: 0, max: 100 }))).map(([index, score]) =>
  command(`learn ${index} ${score}`, async (model, real) => {
    const household = of(model, index);
    model.sessions += 1;
    const session = `run-${real.run}-session-${model.sessions}`;
    expect(codeOf(await tell(real, 'learning.open', { session, day: model.today }, 'organiser-1'))).toBe('ok');
    expect(codeOf(await tell(real, 'learning.attend', { session, attendances: [{ household: household.id, score }] }, 'organiser-1'))).toBe('ok');
    const percent = score === null || score >= 90 ? 100 : score >= 75 ? 80 : score >= 60 ? 60 : 0;
    if (household.sessions >= 2 || percent === 0) return;
    household.sessions += 1;
    household.points += (600 * percent) / 100;
  }),
);

const pay = fc.tuple(whose, fc.integer({ min: 1, max: 3 })).map(([index, which]) =>
  command(`pay ${index} ${which}`, async (model, real) => {
    const weighing = `scale-${real.run}-${which}`;
    const told = codeOf(await tell(real, 'cash.pay', { card: of(model, index).card, weighing }, 'clerk-1'));
    if (model.paid.get(weighing)) return expect(told).toBe('weighing_settled');
    expect(told).toBe('ok');
    model.paid.set(weighing, true);
  }),
);

const repeat = fc.constant(
  command('the last request again', async (_model, real) => {
    const { last, store } = real;
    if (last === null) return;
    const { sequence } = store.head;
    const told = await real.tell(last.name, last.input, last.by, last.second, last.key);
    expect(told).toMatchObject({ ok: true, repeated: true });
    expect(store.head.sequence).toBe(sequence);
    expect(codeOf(await real.tell(last.name, { ...(last.input as object), receipt: 1, grams: 7, pieces: 9 }, last.by, last.second, last.key))).not.toBe('ok');
    expect(store.head.sequence).toBe(sequence);
  }),
);

const nextDay = fc.integer({ min: 1, max: 40 }).map((days) =>
  command(`${days} day(s) later`, async (model, real) => {
    const before = model.today.slice(0, 7);
    model.day += days;
    // Days of grace at the end of a month are proved elsewhere (test/gateway/core/quota.test.ts).
    while (Number(model.today.slice(8)) > 25) model.day += 1;
    real.clock.nowMs = model.nowMs;
    const isNewMonth = model.today.slice(0, 7) !== before;
    for (const household of model.households) {
      household.earned = {};
      if (!isNewMonth) continue;
      household.taken = 0;
      household.sessions = 0;
    }
  }),
);

/** Households of one run in the shared ledger, their cards, and three weighings nobody was paid for. */
export function openRun(village: RealVillage, run: number): { readonly model: VillageModel; readonly real: Real } {
  const { store } = village;
  // Noon of the second day after whatever the run before had come to, and never in the days of grace.
  let beganMs = (Math.floor(store.head.atMs / dayMs) + 2) * dayMs + 4 * 3_600_000;
  while (new Date(beganMs).getUTCDate() > 25) beganMs += dayMs;
  village.clock.nowMs = beganMs;
  const households = [2, 5, 4].map((members, index): ModelHousehold => {
    const id = `h-${(run * 10 + index + 100).toString(16).padStart(20, '0')}`;
    return { id, card: `CARD-${run}-${index}`, members, points: 0, earned: {}, taken: 0, rolls: [], sessions: 0 };
  });
  store.append(
    households.map(({ id, card, members }) => ({
      name: 'household.registered',
      subject: id,
      data: { household: id, members, credentials: [hashCredential(card, testCredentialKey)] },
    })),
  );
  const goods = { salt: store.shop.good('salt'), soap: store.shop.good('soap') } as Record<Good, { stock: number; held: number }>;
  return { model: new VillageModel(beganMs, households, goods), real: { ...village, run, last: null, keys: 0 } };
}

/** Any order of them. */
export const villageCommands = (size: number) =>
  fc.commands([receive, handRoll, loseRoll, hold, endHold, goodsIn, count, clawback, learn, pay, repeat, nextDay], { maxCommands: size, size: 'max' });
