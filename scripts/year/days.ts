/**
 * One day of the village, as seeded people live it: rolls and lost rolls, recyclables, grades and appeals, learning, volunteering, the shop and its
 * till, changes of the roster, a clock that jumps, and operators who make mistakes. What is refused is counted, never repeated by force.
 */
import { dayOf } from '../../gateway/core/calendar.ts';
import { encodeBagCode, formatRollCode } from '../../protocol/bag-code.ts';
import type { Household } from './people.ts';
import { newCard } from './people.ts';
import { weighForCash, weighForPoints } from './tray.ts';
import type { YearVillage } from './year-village.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const goods = [
  { good: 'salt', zh: '盐', pricePoints: 200 },
  { good: 'soap', zh: '肥皂', pricePoints: 300 },
  { good: 'shampoo', zh: '洗发水', pricePoints: 1000 },
] as const;
const materials = ['cardboard', 'paper', 'textile', 'plastic', 'metal'] as const;
/** Chance of a slip of an operator at a story. */
const slip = 0.02;

export class Days {
  readonly #made: YearVillage;
  #nextRoll = 1;
  /** Households that have not moved away. */
  #here: readonly Household[];
  /** Every card there ever was. */
  readonly cards: string[] = [];
  /** Rolls of the present batch that were not handed out. */
  #shelf: number[] = [];
  /** When a household comes for its roll and its goods, by day of the month. */
  readonly #habits: ReadonlyMap<Household, { readonly roll: number; readonly sells: readonly number[]; readonly shops: number }>;

  constructor(made: YearVillage) {
    this.#made = made;
    const { random } = made;
    this.#here = made.people;
    this.cards.push(...made.people.map(({ card }) => card));
    this.#habits = new Map(
      made.people.map((household) => [household, { roll: random.whole(1, 27), sells: [random.whole(1, 28), random.whole(1, 28)], shops: random.whole(1, 28) }]),
    );
  }

  /** What is done once: prices, stock, cash in the till. */
  async found(): Promise<void> {
    const { tell } = this.#bound();
    for (const { good, zh, pricePoints } of goods) {
      await tell('shop.price', { good, zh, pricePoints }, 'committee-1', 'supervisor-1');
      await tell('shop.receive', { good, pieces: 500 }, 'clerk-1');
    }
    await tell('till.fill', { fen: 500_000 }, 'clerk-1', 'committee-1');
    const [tariff] = this.#made.books.tariffs();
    if (tariff === undefined) throw new Error('the site has a price list');
    const materialsWithCash = Object.fromEntries(
      Object.entries(tariff.materials).map(([name, row]) => [name, row.pointsPerKg === undefined ? row : { ...row, fenPerKg: row.pointsPerKg }]),
    );
    await tell(
      'tariff.change',
      { tariff: { ...tariff, version: 'xiaojiang-2027.1', validFrom: '2027-01-01', materials: materialsWithCash } },
      'committee-1',
      'committee-2',
    );
    await this.#learn('founding');
  }

  /** Lives the day that begins at `startMs` (midnight in the village). */
  async live(startMs: number, index: number): Promise<void> {
    const { time, random } = this.#made;
    const dayOfMonth = Number(dayOf(startMs).slice(8));
    // A clock that jumps: once in a while it is wrong for two hours, and nobody vouches for it.
    const isJumping = random.chance(0.03);
    await time.passTo(startMs + 7 * hourMs);
    if (isJumping) this.#setClock(random.pick([-3 * dayMs, 40 * dayMs, -hourMs]), false);
    for (const [turn, household] of this.#here.entries()) {
      if (turn % 60 === 0) await time.passTo(startMs + 7 * hourMs + turn * 60_000);
      if (isJumping && turn === 120) this.#setClock(0, true);
      await this.#visit(household, dayOfMonth);
    }
    if (isJumping) this.#setClock(0, true);
    await time.passTo(startMs + 18 * hourMs);
    await this.#grade(dayOf(startMs), index);
    if (dayOfMonth === 10 || dayOfMonth === 24) await this.#learn(dayOf(startMs));
    if (dayOfMonth === 15) await this.#volunteer(dayOf(startMs));
    if (dayOfMonth === 1 || dayOfMonth === 16) await this.#count();
    if (index % 30 === 29) await this.#changePeople();
    await time.passTo(startMs + dayMs);
  }

  #setClock(shiftMs: number, isSynchronized: boolean): void {
    this.#made.time.wallShiftMs = shiftMs;
    this.#made.time.isSynchronized = isSynchronized;
  }

  #bound() {
    const made = this.#made;
    return { tell: made.tell.bind(made), random: made.random, idOf: made.idOf.bind(made), store: made.books.store };
  }

  async #visit(household: Household, dayOfMonth: number): Promise<void> {
    const { tell, random } = this.#bound();
    const habit = this.#habits.get(household);
    if (habit === undefined) return;
    const { card } = household;
    if (habit.roll === dayOfMonth) await this.#handRoll(household);
    // Somebody tries for a second roll.
    if (random.chance(slip / 20)) await tell('bag.hand', { card, label: await this.#label() }, 'clerk-1');
    if (habit.sells.includes(dayOfMonth)) await this.#sell(household);
    if (habit.shops !== dayOfMonth) return;
    const { good } = random.pick(goods);
    const held = await tell('shop.hold', { card, wanted: [{ good, pieces: random.whole(1, 2) }] }, 'clerk-2');
    const receipt = held.ok ? (held.events[0]?.data as { receipt?: number } | undefined)?.receipt : undefined;
    if (receipt === undefined) return;
    if (random.chance(0.05)) await tell('shop.release', { receipt }, 'clerk-2');
    else if (!random.chance(0.02)) await tell('shop.capture', { receipt }, 'clerk-2');
    if (random.chance(slip)) await tell('shop.capture', { receipt }, 'clerk-2');
  }

  async #handRoll({ card }: Household): Promise<void> {
    const { tell, random } = this.#bound();
    await tell('bag.hand', { card, label: await this.#label() }, 'clerk-1');
    // Eight of a hundred are lost; most are replaced.
    if (!random.chance(0.08)) return;
    const lost = await tell('bag.lose', { card, replace: random.chance(0.8) }, 'clerk-1');
    if (lost.ok && lost.events.some(({ name }) => name === 'bag.replacement.granted')) await tell('bag.hand', { card, label: await this.#label() }, 'clerk-1');
  }

  /** The next label on the shelf; a new batch comes when it is empty. */
  async #label(): Promise<string> {
    const { tell } = this.#bound();
    const { bags } = this.#made.books;
    if (this.#shelf.length === 0) {
      this.#shelf = Array.from({ length: 1000 }, (_, index) => this.#nextRoll + index);
      this.#nextRoll += 1000;
      const rolls = this.#shelf.map((roll) => formatRollCode(bags.village, roll));
      await tell('bag.import', { plain: { batch: `batch-${this.#nextRoll}`, bagsPerRoll: 30, rolls } }, 'committee-1', 'committee-2');
    }
    return encodeBagCode(bags, this.#shelf.shift() as number, 0);
  }

  async #sell(household: Household): Promise<void> {
    const { tell, random, idOf } = this.#bound();
    const { books } = this.#made;
    const [material, grams] = [random.pick(materials), random.whole(30, 12_000)] as const;
    const way = random.next();
    if (way < 0.4) return this.#made.note(weighForPoints(books, idOf(household), material, grams));
    if (way < 0.55) {
      const weighing = weighForCash(books, material, Math.max(50, grams));
      await tell('cash.pay', { card: household.card, weighing }, 'clerk-1');
      // Nobody is paid twice for one weighing.
      if (random.chance(slip)) await tell('cash.pay', { card: household.card, weighing }, 'clerk-2');
      return;
    }
    const goodsIn = random.chance(0.2) ? { material: 'drinkBottle', pieces: random.whole(1, 60) } : { material, grams };
    const told = await tell('recyclables.receive', { household: idOf(household), ...goodsIn }, 'clerk-1', random.chance(0.02) ? 'clerk-2' : null);
    const award = told.ok ? told.events.find(({ name }) => name === 'points.awarded') : undefined;
    // A wrong entry that is noticed: taken back by two.
    if (award !== undefined && random.chance(slip)) await tell('points.clawback', { award: award.sequence, reason: 'error' }, 'committee-1', 'supervisor-1');
    if (random.chance(slip)) await tell('recyclables.receive', { household: idOf(household), material: 'gold', grams: 5 }, 'clerk-1');
  }

  /** A collector sees a twelfth of the doors a day; some grades are appealed against. */
  async #grade(day: string, index: number): Promise<void> {
    const { tell, random, idOf } = this.#bound();
    for (const [turn, household] of this.#here.entries()) {
      if (turn % 12 !== index % 12) continue;
      const which = { household: idOf(household), stream: random.pick(['rotting', 'nonRotting'] as const), day };
      const grade = random.pick(['excellent', 'good', 'good', 'fair', 'poor'] as const);
      const why = grade === 'poor' ? { reason: 'mixed', evidence: 'a'.repeat(64) } : {};
      await tell('evaluation.record', { ...which, grade, ...why }, 'collector-1');
      if (random.chance(slip)) await tell('evaluation.record', { ...which, grade: 'good' }, 'collector-2');
      if (grade !== 'poor' || !random.chance(0.2)) continue;
      await tell('evaluation.appeal', which, 'clerk-1');
      await tell('evaluation.decide', { ...which, upheld: random.chance(0.5) }, 'supervisor-1');
    }
  }

  async #learn(day: string): Promise<void> {
    const { tell, random, idOf } = this.#bound();
    const today = dayOf(this.#made.time.trueMs);
    const session = `learning-${day}`;
    await tell('learning.open', { session, day: today }, 'organiser-1');
    const attending = this.#made.people
      .filter(() => random.chance(0.3))
      .map((household) => ({ household: idOf(household), score: random.chance(0.5) ? random.whole(30, 100) : null, gift: random.chance(0.05) }));
    for (let first = 0; first < attending.length; first += 20)
      await tell('learning.attend', { session, attendances: attending.slice(first, first + 20) }, 'organiser-1');
  }

  async #volunteer(day: string): Promise<void> {
    const { tell, random, idOf } = this.#bound();
    const activity = `volunteering-${day}`;
    const households = this.#made.people
      .filter(() => random.chance(0.03))
      .map(idOf)
      .slice(0, 20);
    await tell('volunteer.list', { activity, day, households }, 'organiser-1');
    // The same person cannot confirm its own list.
    if (random.chance(0.3)) await tell('volunteer.confirm', { activity }, 'organiser-1');
    await tell('volunteer.confirm', { activity }, 'organiser-2');
  }

  async #count(): Promise<void> {
    const { tell, random, store } = this.#bound();
    for (const { good, stock, held } of store.shop.goods()) {
      await tell('shop.count', { good, counted: Math.max(held, stock + held - random.whole(0, 2)) }, 'clerk-1', 'supervisor-1');
      if (stock < 200) await tell('shop.receive', { good, pieces: 500 }, 'clerk-1');
    }
    const [till] = store.shop.tills();
    if ((till?.fen ?? 0) < 100_000) await tell('till.fill', { fen: 100_000 }, 'clerk-1', 'committee-1');
    await tell('till.count', { countedFen: Math.max(0, (till?.fen ?? 0) - random.whole(0, 3)) }, 'clerk-1', 'supervisor-1');
  }

  /** Somebody loses a card, somebody moves away, somebody says no and yes again. */
  async #changePeople(): Promise<void> {
    const { tell, random, idOf } = this.#bound();
    const some = random.shuffle([...this.#here]);
    for (const household of some.slice(0, 8)) {
      const card = newCard(random);
      const told = await tell('card.replace', { household: idOf(household), reason: 'lost', card }, 'clerk-1');
      this.cards.push(card);
      if (told.ok) household.card = card;
    }
    const [leaving, doubting] = some.slice(8) as [Household, Household];
    const left = await tell('household.close', { household: idOf(leaving), reason: 'moved_away', forfeit: true }, 'committee-1', 'supervisor-1');
    if (left.ok) this.#here = this.#here.filter((household) => household !== leaving);
    await tell('consent.withdraw', { household: idOf(doubting), purpose: 'processing' }, 'clerk-1');
    await tell('consent.give', { household: idOf(doubting), purpose: 'processing' }, 'clerk-1');
  }
}
