/**
 * The exchange shop: goods and their prices, what is held for a household, handed over or given back, and what two people counted. No goods
 * leave without a captured hold, a redemption never makes a balance negative, stock never goes below zero. Pure.
 * Rules: R-27 (hold, hand over, capture), R-28 (stock), R-30 (points buy goods, never cash).
 */
import assert from 'node:assert/strict';
import type { Posting } from '../../protocol/events/fields.ts';
import type { EventDraft } from '../../protocol/events.ts';
import { type Refused, refuse } from './refusals.ts';

/** Goods as the ledger has them. `stock` and `held` in pieces; `pricePoints` null where it is no longer offered. */
export interface Good {
  readonly good: string;
  readonly pricePoints: number | null;
  readonly stock: number;
}

/** What somebody wants of one kind. */
export interface Wanted {
  readonly good: string;
  readonly pieces: number;
}

export interface OrderedBy {
  readonly operator: string;
  readonly second: string | null;
}

/** Something held: what a receipt says. */
export interface Hold {
  readonly receipt: number;
  readonly household: string;
  readonly lines: readonly { readonly good: string; readonly pieces: number; readonly pricePoints: number }[];
  readonly points: number;
  readonly expiresMs: number;
  readonly state: 'held' | 'captured' | 'released';
}

type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;
const recorded = (...drafts: EventDraft[]): Drafted => ({ ok: true, drafts });

const move = (unit: Posting['unit'], from: string, to: string, amount: number): Posting[] => [
  { account: from, unit, amount: -amount },
  { account: to, unit, amount },
];
const moveGoods = (lines: Hold['lines'], from: string, to: string): Posting[] =>
  lines.flatMap(({ good, pieces }) => move('goods', `${from}/${good}`, `${to}/${good}`, pieces));

/** What may be held, and for how long. */
export interface HoldQuestion extends OrderedBy {
  readonly household: string;
  readonly identifiedBy: 'card' | 'second';
  readonly wanted: readonly Wanted[];
  readonly goods: readonly Good[];
  /** Points of the household that are not held for anything. */
  readonly balance: number;
  /** Of this shop, without gaps. */
  readonly nextReceipt: number;
  readonly nowMs: number;
  readonly holdMinutes: number;
}

/** sets points and goods aside. The price is that of this moment; the receipt keeps it. */
export function decideHold(question: HoldQuestion): Drafted {
  const { household, identifiedBy, goods, operator, second, nextReceipt: receipt } = question;
  const wanted = together(question.wanted);
  const lines: Hold['lines'][number][] = [];
  for (const { good, pieces } of wanted) {
    const known = goods.find((row) => row.good === good);
    if (known === undefined || known.pricePoints === null) return refuse('goods_unknown', { good });
    if (known.stock < pieces) return refuse('goods_sold_out', { good, stock: known.stock });
    lines.push({ good, pieces, pricePoints: known.pricePoints });
  }
  const points = lines.reduce((sum, line) => sum + line.pieces * line.pricePoints, 0);
  assert(Number.isSafeInteger(points) && points > 0, 'bounds of price and pieces keep the sum exact');
  // below zero nothing is redeemed until it is filled up.
  if (question.balance < 0) return refuse('points_negative', { points: -question.balance });
  if (question.balance < points) return refuse('points_too_few', { balance: question.balance, points });
  const postings = [...move('points', `household/${household}`, `hold/receipt-${receipt}`, points), ...moveGoods(lines, 'stock', 'held-goods')];
  const expiresMs = question.nowMs + question.holdMinutes * 60_000;
  return recorded({
    name: 'redemption.held',
    subject: household,
    data: { operator, second, receipt, household, identifiedBy, lines, points, expiresMs, postings },
  });
}

/** The same kind asked for twice is one line. */
function together(wanted: readonly Wanted[]): Wanted[] {
  const pieces = new Map<string, number>();
  for (const { good, pieces: more } of wanted) pieces.set(good, (pieces.get(good) ?? 0) + more);
  return [...pieces].map(([good, sum]) => ({ good, pieces: sum }));
}

/** the goods are in the villager's hands, as the operator says. An expired hold is still good while nobody gave it back. */
export function decideCapture(hold: Hold | undefined, { operator, second }: OrderedBy): Drafted {
  if (hold === undefined) return refuse('receipt_unknown');
  if (hold.state !== 'held') return refuse(hold.state === 'captured' ? 'receipt_captured' : 'receipt_released', { receipt: hold.receipt });
  const { receipt, household, points, lines } = hold;
  const postings = [...move('points', `hold/receipt-${receipt}`, 'redemption/shop', points), ...moveGoods(lines, 'held-goods', 'handed')];
  return recorded({ name: 'redemption.captured', subject: household, data: { operator, second, receipt, household, points, postings } });
}

/** nothing was handed over; points and goods go back. */
export function decideRelease(hold: Hold | undefined, reason: 'cancelled' | 'expired', { operator, second }: OrderedBy): Drafted {
  if (hold === undefined) return refuse('receipt_unknown');
  if (hold.state !== 'held') return refuse(hold.state === 'captured' ? 'receipt_captured' : 'receipt_released', { receipt: hold.receipt });
  const { receipt, household, points, lines } = hold;
  const postings = [...move('points', `hold/receipt-${receipt}`, `household/${household}`, points), ...moveGoods(lines, 'held-goods', 'stock')];
  return recorded({ name: 'redemption.released', subject: household, data: { operator, second, receipt, household, reason, postings } });
}

/** Goods came in: from the supplier to the shelf. */
export function decideGoodsIn(known: Good | undefined, { good, pieces }: Wanted, { operator, second }: OrderedBy): Drafted {
  if (known === undefined) return refuse('goods_unknown', { good });
  const postings = move('goods', `supplier/${good}`, `stock/${good}`, pieces);
  return recorded({ name: 'goods.received', subject: 'shop', data: { operator, second, good, pieces, postings } });
}

/** two people counted what lies on the shelf, goods that are held included; the difference is shrinkage, or a surplus. */
export function decideCount(
  known: (Good & { readonly held: number }) | undefined,
  { good, counted }: { readonly good: string; readonly counted: number },
  { operator, second }: OrderedBy,
): Drafted {
  if (known === undefined) return refuse('goods_unknown', { good });
  if (counted < known.held) return refuse('goods_held_missing', { good, held: known.held });
  const expected = known.stock + known.held;
  const postings = counted === expected ? [] : move('goods', `stock/${good}`, `shrinkage/${good}`, expected - counted);
  return recorded({ name: 'goods.counted', subject: 'shop', data: { operator, second, good, counted, expected, postings } });
}
