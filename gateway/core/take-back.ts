/**
 * Hazardous waste and pesticide packaging: taken in at any time by count and weight, rewarded by rules of their own, handed over against a signature,
 * and never out of sight while any of it lies here. Nobody is turned away: what earns nothing is taken in all the same. Pure. Rules.
 */
import type { Posting } from '../../protocol/events/fields.ts';
import type { EventDraft, EventPayload } from '../../protocol/events.ts';
import type { TakeBackRules } from '../../protocol/rules/take-back.ts';
import { hazardousKinds, pesticideKinds, streamOf, type TakeBackKind, type TakeBackStream } from '../../protocol/take-back.ts';
import { type AwardContext, type Budget, draftAward } from './budget.ts';
import { type Refused, refuse } from './refusals.ts';

interface OrderedBy {
  readonly operator: string;
  readonly second: string | null;
}
type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;
const recorded = (...drafts: EventDraft[]): Drafted => ({ ok: true, drafts });

/** A campaign as the ledger has it; `to` is its last day. */
export interface Campaign {
  readonly campaign: string;
  readonly stream: TakeBackStream;
  readonly from: string;
  readonly to: string;
}

/** a campaign of one stream; two of the same never overlap. */
export function decideCampaign(wanted: Campaign, { known, day }: { readonly known: readonly Campaign[]; readonly day: string }, by: OrderedBy): Drafted {
  if (known.some(({ campaign }) => campaign === wanted.campaign)) return refuse('campaign_known', { campaign: wanted.campaign });
  if (wanted.from < day) return refuse('campaign_begun', { day: wanted.from });
  const other = known.find(({ stream, from, to }) => stream === wanted.stream && from <= wanted.to && wanted.from <= to);
  if (other !== undefined) return refuse('campaign_overlaps', { campaign: other.campaign });
  return recorded({ name: 'campaign.opened', subject: wanted.campaign, data: { ...wanted, ...by } });
}

/** ends a campaign with today as its last day. */
export function decideCampaignEnd(campaign: Campaign | undefined, day: string, by: OrderedBy): Drafted {
  if (campaign === undefined) return refuse('campaign_unknown');
  if (campaign.to < day) return refuse('campaign_over', { campaign: campaign.campaign });
  return recorded({ name: 'campaign.closed', subject: campaign.campaign, data: { campaign: campaign.campaign, day, ...by } });
}

/** Campaign of a stream that runs on a day. */
export const campaignOn = (known: readonly Campaign[], stream: TakeBackStream, day: string): Campaign | undefined =>
  known.find((campaign) => campaign.stream === stream && campaign.from <= day && day <= campaign.to);

/** Where it came from, what it earns, and for whom. */
export interface ReceiptFacts extends OrderedBy {
  readonly receipt: string;
  readonly household: string | null;
  /** whether it may be named, and whether it earns. */
  readonly mayBeTraced: boolean;
  readonly mayEarn: boolean;
  readonly campaign: Campaign | undefined;
  readonly rules: TakeBackRules;
  readonly day: string;
  readonly dateTrusted: boolean;
  /** Null where no tariff is in force: it is taken in and earns nothing. */
  readonly awarding: { readonly context: AwardContext; readonly budget: Budget } | null;
}

const move = (unit: Posting['unit'], from: string, to: string, amount: number): Posting[] => [
  { account: from, unit, amount: -amount },
  { account: to, unit, amount },
];
const comeIn = (kind: TakeBackKind, from: string, pieces: number, netGrams: number): Posting[] => [
  ...move('goods', 'source/take-back', `take-back/${kind}`, pieces),
  ...move('grams', from, `take-back/${streamOf(kind)}`, netGrams),
];

/** Points of a receipt, of a source of its own, never of the recyclables tariff. */
function reward(kind: TakeBackKind, pieces: number, isClean: boolean, facts: ReceiptFacts): EventDraft[] {
  const { household, receipt, rules, awarding, campaign, mayEarn } = facts;
  const points = pieces * rules.points[kind];
  const needsCampaign = streamOf(kind) === 'pesticide' && rules.campaignOnly;
  if (household === null || awarding === null || !mayEarn || !isClean || points === 0 || (needsCampaign && campaign === undefined)) return [];
  return [draftAward({ household, source: 'takeback', points, reference: receipt }, awarding.context, awarding.budget).draft];
}

const receiptOf = ({ receipt, household, mayBeTraced, campaign, day, dateTrusted, operator, second }: ReceiptFacts) => ({
  ...{ receipt, household: mayBeTraced ? household : null, campaign: campaign?.campaign ?? null, day, dateTrusted, operator, second },
});

type PesticideBrought = Pick<EventPayload<'pesticide.received'>, 'farm' | 'kind' | 'pieces' | 'netGrams' | 'emptied' | 'rinsed'>;

/** pesticide packaging. Bottles and drums earn emptied and rinsed, bags emptied; whatever it is, it is taken in. */
export function decidePesticide(brought: PesticideBrought, facts: ReceiptFacts): Drafted {
  const { kind, pieces, netGrams, emptied, rinsed } = brought;
  if (pieces > facts.rules.secondAbove && facts.second === null) return refuse('second_person_needed');
  const postings = comeIn(kind, 'source/take-back', pieces, netGrams);
  const isClean = emptied && (rinsed || kind === 'pesticideBag');
  const received: EventDraft = { name: 'pesticide.received', subject: 'take-back', data: { ...receiptOf(facts), ...brought, postings } };
  return recorded(received, ...reward(kind, pieces, isClean, facts));
}

type HazardBrought = Pick<EventPayload<'hazard.received'>, 'origin' | 'kind' | 'pieces' | 'netGrams'>;

/** hazardous waste at the counter, out of the locked box, or sorted out at the station, which must have it. */
export function decideHazard(brought: HazardBrought, facts: ReceiptFacts & { readonly stationGrams: number }): Drafted {
  const { kind, pieces, netGrams, origin } = brought;
  if (pieces > facts.rules.secondAbove && facts.second === null) return refuse('second_person_needed');
  if (origin === 'station' && netGrams > facts.stationGrams) return refuse('station_too_little', { grams: facts.stationGrams });
  const postings = comeIn(kind, origin === 'station' ? 'station/hazardous' : 'source/take-back', pieces, netGrams);
  const received: EventDraft = { name: 'hazard.received', subject: 'take-back', data: { ...receiptOf(facts), ...brought, postings } };
  return recorded(received, ...reward(kind, pieces, true, facts));
}

export interface HandOver {
  readonly stream: TakeBackStream;
  readonly receiver: string;
  readonly signature: string | null;
  readonly lines: readonly { readonly kind: TakeBackKind; readonly pieces: number }[];
  readonly netGrams: number;
}

/** hands over what lies here, against the receiver’s signature or that of a second operator; never more than there is. */
export function decideHandOver(
  wanted: HandOver,
  facts: {
    readonly next: number;
    readonly day: string;
    readonly dateTrusted: boolean;
    readonly grams: number;
    readonly pieces: (kind: TakeBackKind) => number;
  },
  by: OrderedBy,
): Drafted {
  const { stream, receiver, signature, lines, netGrams } = wanted;
  const foreign = lines.find(({ kind }) => streamOf(kind) !== stream);
  if (foreign !== undefined) return refuse('take_back_other_stream', { kind: foreign.kind });
  if (signature === null && by.second === null) return refuse('signature_needed');
  const short = lines.find(({ kind, pieces }) => facts.pieces(kind) < pieces);
  if (short !== undefined) return refuse('take_back_too_few', { kind: short.kind, pieces: facts.pieces(short.kind) });
  const isLast = lines.reduce((left, { pieces }) => left - pieces, totalOf(facts.pieces, stream)) === 0;
  // The last piece takes the books to zero, and no weight below it: what scales made of it on its way is posted, not carried along for ever.
  const restGrams = isLast ? facts.grams - netGrams : Math.min(0, facts.grams - netGrams);
  const postings = [
    ...lines.flatMap(({ kind, pieces }) => move('goods', `take-back/${kind}`, `handed-over/${kind}`, pieces)),
    ...move('grams', `take-back/${stream}`, `handed-over/${stream}`, netGrams),
    ...(restGrams === 0 ? [] : move('grams', `take-back/${stream}`, `mass-balance/${stream}`, restGrams)),
  ];
  const { next: transfer, day, dateTrusted } = facts;
  const data = { transfer, receiver, signature, lines: [...lines], netGrams, day, dateTrusted, ...by, postings };
  return recorded({ name: stream === 'pesticide' ? 'pesticide.handedover' : 'hazard.handedover', subject: 'take-back', data });
}

const kindsOf: Readonly<Record<TakeBackStream, readonly TakeBackKind[]>> = { pesticide: pesticideKinds, hazardous: hazardousKinds };
const totalOf = (pieces: (kind: TakeBackKind) => number, stream: TakeBackStream): number => kindsOf[stream].reduce((sum, kind) => sum + pieces(kind), 0);

/** What lies here of a stream. `sinceMs`: since when there is any; null where there is none. */
export interface OpenBalance {
  readonly stream: TakeBackStream;
  readonly sinceMs: number | null;
  readonly lastReceivedMs: number | null;
  readonly lastHandedOverMs: number | null;
}

const dayMs = 86_400_000;

/** what lies here, since when, and whether it is late or the whole thing has gone to sleep. */
export function reportOpen(
  balance: OpenBalance & { readonly grams: number; readonly pieces: (kind: TakeBackKind) => number },
  { known, rules, nowMs, day }: { readonly known: readonly Campaign[]; readonly rules: TakeBackRules; readonly nowMs: number; readonly day: string },
) {
  const { stream, sinceMs, lastReceivedMs, lastHandedOverMs, grams } = balance;
  const campaigns = known.filter((campaign) => campaign.stream === stream && campaign.to >= day);
  const isQuiet = lastReceivedMs === null || nowMs - lastReceivedMs > rules.lapseDays * dayMs;
  return {
    stream,
    grams,
    pieces: Object.fromEntries(kindsOf[stream].map((kind) => [kind, balance.pieces(kind)])),
    sinceMs,
    lastReceivedMs,
    lastHandedOverMs,
    overdue: sinceMs !== null && nowMs - sinceMs > rules.overdueDays * dayMs,
    campaign: campaigns.toSorted((a, b) => (a.from < b.from ? -1 : 1))[0] ?? null,
    lapsed: campaigns.length === 0 && isQuiet,
  };
}
