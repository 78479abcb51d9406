/**
 * Recyclables bought for cash at the counter, by weight, out of a till that is counted by two. One weighing is settled one way only: for
 * points, for cash, or for nothing. Pure. Rules: R-29 (till, daily limit, verified scale), R-30 (points never become cash).
 */
import assert from 'node:assert/strict';
import type { Posting } from '../../protocol/events/fields.ts';
import type { EventDraft } from '../../protocol/events.ts';
import { type Refused, refuse } from './refusals.ts';
import type { OrderedBy } from './shop.ts';

type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;

const moveFen = (from: string, to: string, fen: number): Posting[] => [
  { account: from, unit: 'fen', amount: -fen },
  { account: to, unit: 'fen', amount: fen },
];

/** A weighing as the ledger has it. `settlement` says what it was used for. */
export interface KnownWeighing {
  readonly weighing: string;
  readonly material: string;
  readonly netGrams: number;
  readonly certificate: string | null;
  readonly settlement: 'open' | 'points' | 'cash' | 'none';
}

export interface CashQuestion extends OrderedBy {
  readonly weighing: KnownWeighing | undefined;
  readonly household: string;
  readonly identifiedBy: 'card' | 'second';
  /** Today, `YYYY-MM-DD`. */
  readonly day: string;
  readonly till: string;
  /** In the till. Unit: fen. */
  readonly tillFen: number;
  /** Paid to this household today. Unit: fen. */
  readonly paidTodayFen: number;
  readonly cashFenPerDay: number;
  /** Of the tariff in force; undefined where this material is not bought. */
  readonly price: { readonly fenPerKg: number; readonly tariffVersion: string } | undefined;
  readonly nextReceipt: number;
}

/** floor(net grams x fen per kg / 1000) out of the till, by a verified scale, up to the day's limit of the household. */
export function decideCashPayment(question: CashQuestion): Drafted {
  const { weighing, household, identifiedBy, day, till, price, operator, second, nextReceipt: receipt } = question;
  if (weighing === undefined) return refuse('weighing_unknown');
  if (weighing.settlement !== 'open') return refuse('weighing_settled', { weighing: weighing.weighing });
  if (weighing.certificate === null) return refuse('scale_unverified');
  if (price === undefined) return refuse('material_not_bought', { material: weighing.material });
  const milliFen = weighing.netGrams * price.fenPerKg;
  assert(Number.isSafeInteger(milliFen), 'bounds of weight and price keep the product exact');
  const fen = (milliFen - (milliFen % 1000)) / 1000;
  if (fen < 1) return refuse('below_minimum');
  if (question.paidTodayFen + fen > question.cashFenPerDay) return refuse('cash_limit', { left: Math.max(0, question.cashFenPerDay - question.paidTodayFen) });
  if (fen > question.tillFen) return refuse('till_too_little', { fen: question.tillFen });
  const { material, netGrams } = weighing;
  const data = {
    operator,
    second,
    receipt,
    till,
    household,
    identifiedBy,
    day,
    weighing: weighing.weighing,
    material,
    netGrams,
    ...price,
    fen,
    postings: moveFen(`till/${till}`, `cash/${material}`, fen),
  };
  return { ok: true, drafts: [{ name: 'cash.paid', subject: household, data }] };
}

/** Cash from the village into the till, or back (`fen` below zero). The till never goes below zero. */
export function decideTillFill(till: { readonly till: string; readonly fen: number }, fen: number, { operator, second }: OrderedBy): Drafted {
  if (till.fen + fen < 0) return refuse('till_too_little', { fen: till.fen });
  return {
    ok: true,
    drafts: [
      {
        name: 'till.filled',
        subject: till.till,
        data: { operator, second, till: till.till, fen, postings: moveFen('village-cash/till', `till/${till.till}`, fen) },
      },
    ],
  };
}

/** Two people counted the till; what is missing or too much is posted as a difference. */
export function decideTillCount(till: { readonly till: string; readonly fen: number }, countedFen: number, { operator, second }: OrderedBy): Drafted {
  const postings = countedFen === till.fen ? [] : moveFen(`till/${till.till}`, `till-difference/${till.till}`, till.fen - countedFen);
  return {
    ok: true,
    drafts: [{ name: 'till.counted', subject: till.till, data: { operator, second, till: till.till, countedFen, expectedFen: till.fen, postings } }],
  };
}
