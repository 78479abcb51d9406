/**
 * Recyclables the village hands to a company, and its stock of them: bought + collected = sold + stock + loss, for each material and unit. Nothing
 * is sold that the books do not have; where the yard holds more, two people count first. Pure. Rules: R-16 (materials), R-45 (outputs).
 */
import assert from 'node:assert/strict';
import type { LedgerUnit, Posting } from '../../protocol/events/fields.ts';
import type { EventDraft, EventPayload } from '../../protocol/events.ts';
import { type Refused, refuse } from './refusals.ts';

interface OrderedBy {
  readonly operator: string;
  readonly second: string | null;
}
type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;

const move = (unit: LedgerUnit, from: string, to: string, amount: number): Posting[] =>
  amount === 0
    ? []
    : [
        { account: from, unit, amount: -amount },
        { account: to, unit, amount },
      ];

export interface WantedSale {
  readonly company: string;
  readonly material: string;
  readonly netGrams: number | null;
  readonly pieces: number | null;
  readonly fenPerKg: number | null;
  readonly fenEach: number | null;
}

/** Hands a material over for its price: floor(net grams x fen per kg / 1000), or pieces x fen each. Exactly one of each pair is given. */
export function decideSale(wanted: WantedSale, { stock, next: sale }: { readonly stock: number; readonly next: number }, by: OrderedBy): Drafted {
  const { company, material, netGrams, pieces } = wanted;
  assert((netGrams === null) !== (pieces === null), 'the schema lets either grams or pieces through');
  const amount = netGrams ?? pieces ?? 0;
  if (amount > stock) return refuse('stock_too_little', { material, stock });
  const fen = netGrams === null ? amount * (wanted.fenEach ?? 0) : Math.floor((netGrams * (wanted.fenPerKg ?? 0)) / 1000);
  assert(Number.isSafeInteger(amount * (wanted.fenPerKg ?? wanted.fenEach ?? 0)), 'bounds of amount and price keep the product exact');
  const postings = [
    ...move(netGrams === null ? 'goods' : 'grams', `intake/${material}`, `sold/${material}`, amount),
    ...move('fen', `sales/${material}`, 'village-cash/recyclables', fen),
  ];
  return { ok: true, drafts: [{ name: 'recyclables.sold', subject: company, data: { sale, ...wanted, fen, ...by, postings } }] };
}

/** Two people weighed or counted the stock; the difference is a loss, or below zero a surplus. */
export function decideStockCount(
  counted: Pick<EventPayload<'recyclables.counted'>, 'material' | 'unit' | 'counted' | 'reason'>,
  expected: number,
  by: OrderedBy,
): Drafted {
  const { material, unit } = counted;
  const postings = move(unit, `intake/${material}`, `loss/${material}`, expected - counted.counted);
  return { ok: true, drafts: [{ name: 'recyclables.counted', subject: 'stock', data: { ...counted, expected, ...by, postings } }] };
}

/** What came, went and is left of a material. */
export interface MaterialFlow {
  readonly material: string;
  readonly unit: 'grams' | 'goods';
  readonly bought: number;
  readonly collected: number;
  readonly sold: number;
  readonly stock: number;
  readonly loss: number;
}

/** 0 where bought + collected = sold + stock + loss. */
export const flowDifference = ({ bought, collected, sold, stock, loss }: MaterialFlow): number => bought + collected - sold - stock - loss;
