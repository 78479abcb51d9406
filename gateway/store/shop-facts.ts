/** What decisions may know about the shop and its till. Stock is counted in pieces, money in fen. */
import type { KnownWeighing } from '../core/cash.ts';
import type { Good, Hold } from '../core/shop.ts';
import type { Sqlite } from './database.ts';

/** `held` in pieces; `countedMs` null where it was never counted. */
export interface GoodRow extends Good {
  readonly zh: string;
  readonly en: string;
  readonly held: number;
  readonly countedMs: number | null;
}
/** One payment in cash. */
export interface PaidRow {
  readonly receipt: number;
  readonly day: string;
  readonly material: string;
  readonly netGrams: number;
  readonly fen: number;
}
type StoredHold = Omit<Hold, 'lines'> & { readonly lines: string };

const goods = `SELECT g.good, g.zh, g.en, g.price_points AS pricePoints, g.counted_ms AS countedMs, COALESCE(s.amount, 0) AS stock, COALESCE(h.amount, 0) AS held
  FROM good g
  LEFT JOIN balance s ON s.account = 'stock/' || g.good AND s.unit = 'goods'
  LEFT JOIN balance h ON h.account = 'held-goods/' || g.good AND h.unit = 'goods'`;
const holds = 'SELECT receipt, household, lines, points, expires_ms AS expiresMs, state FROM redemption';
const read = (row: StoredHold): Hold => ({ ...row, lines: JSON.parse(row.lines) as Hold['lines'] });

export class ShopFacts {
  readonly #goods;
  readonly #good;
  readonly #hold;
  readonly #open;
  readonly #ofHousehold;
  readonly #paidTo;
  readonly #expired;
  readonly #lastReceipt;
  readonly #lastPayment;
  readonly #paid;
  readonly #weighing;
  readonly #tills;
  constructor(db: Sqlite) {
    this.#goods = db.prepare<[], GoodRow>(`${goods} ORDER BY g.good`);
    this.#good = db.prepare<[string], GoodRow>(`${goods} WHERE g.good = ?`);
    this.#hold = db.prepare<[number], StoredHold>(`${holds} WHERE receipt = ?`);
    this.#ofHousehold = db.prepare<[string, number], StoredHold>(`${holds} WHERE household = ? ORDER BY receipt DESC LIMIT ?`);
    this.#paidTo = db.prepare<[string, number], PaidRow>(
      'SELECT receipt, day, material, net_grams AS netGrams, fen FROM cash_payment WHERE household = ? ORDER BY day DESC, receipt DESC LIMIT ?',
    );
    this.#open = db.prepare<[number], StoredHold>(`${holds} WHERE state = 'held' ORDER BY expires_ms, receipt LIMIT ?`);
    this.#expired = db.prepare<[number, number], StoredHold>(`${holds} WHERE state = 'held' AND expires_ms <= ? ORDER BY expires_ms, receipt LIMIT ?`);
    this.#lastReceipt = db.prepare<[], number>('SELECT COALESCE(MAX(receipt), 0) FROM redemption').pluck();
    this.#lastPayment = db.prepare<[], number>('SELECT COALESCE(MAX(receipt), 0) FROM cash_payment').pluck();
    this.#paid = db.prepare<[string, string], number>('SELECT COALESCE(SUM(fen), 0) FROM cash_payment WHERE household = ? AND day = ?').pluck();
    this.#weighing = db.prepare<[string, string, number], KnownWeighing>(`SELECT ? AS weighing, w.material, w.net_grams AS netGrams, w.certificate,
      CASE WHEN w.household IS NOT NULL THEN 'points' WHEN c.weighing IS NOT NULL THEN 'cash' ELSE 'open' END AS settlement
      FROM weighing w LEFT JOIN cash_payment c ON c.weighing = w.scale || '-' || w.alibi WHERE w.scale = ? AND w.alibi = ?`);
    this.#tills = db.prepare<[], { till: string; fen: number }>(
      "SELECT substr(account, 6) AS till, amount AS fen FROM balance WHERE account LIKE 'till/%' AND unit = 'fen'",
    );
  }
  goods(): GoodRow[] {
    return this.#goods.all();
  }
  good(good: string): GoodRow | undefined {
    return this.#good.get(good);
  }
  hold(receipt: number): Hold | undefined {
    const row = this.#hold.get(receipt);
    return row && read(row);
  }
  /** Everything a household ever took or held, the newest first. */
  ofHousehold(household: string, limit: number): Hold[] {
    return this.#ofHousehold.all(household, limit).map(read);
  }
  /** Cash paid to a household for recyclables, the newest first. */
  paidTo(household: string, limit: number): PaidRow[] {
    return this.#paidTo.all(household, limit);
  }
  /** What waits to be handed over, what ends first coming first. */
  openHolds(limit: number): Hold[] {
    return this.#open.all(limit).map(read);
  }
  /** Holds whose time was over at `nowMs`. */
  expiredHolds(nowMs: number, limit: number): Hold[] {
    return this.#expired.all(nowMs, limit).map(read);
  }
  /** Numbers of the next receipt for goods and for cash. */
  nextReceipt(kind: 'goods' | 'cash'): number {
    return ((kind === 'goods' ? this.#lastReceipt : this.#lastPayment).get() ?? 0) + 1;
  }
  /** Paid to a household on a day. Unit: fen. */
  paidFen(household: string, day: string): number {
    return this.#paid.get(household, day) ?? 0;
  }
  /** By its name: the scale, a hyphen, and its number there. */
  weighing(weighing: string): KnownWeighing | undefined {
    const cut = weighing.lastIndexOf('-');
    return this.#weighing.get(weighing, weighing.slice(0, cut), Number(weighing.slice(cut + 1)));
  }
  tills(): { readonly till: string; readonly fen: number }[] {
    return this.#tills.all();
  }
}
