/**
 * The treatment station: what rounds brought is weighed in by class and graded, and what became of it leaves again. Nothing leaves that did not
 * come. Pure. Rules: R-43 (intake), R-44 (mass balance), R-45 (outputs and problem loads).
 */
import type { WasteClass } from '../../protocol/bin-reading.ts';
import type { Posting } from '../../protocol/events/fields.ts';
import type { destinations } from '../../protocol/events/rounds.ts';
import type { EventDraft, EventPayload } from '../../protocol/events.ts';
import type { CollectionRules } from '../../protocol/rules/collection.ts';
import { balanceAlert } from './mass-balance.ts';
import { type Refused, refuse } from './refusals.ts';
import type { Round } from './rounds.ts';

interface OrderedBy {
  readonly operator: string;
  readonly second: string | null;
}
type Destination = (typeof destinations)[number];
type Drafted = { readonly ok: true; readonly drafts: readonly EventDraft[] } | Refused;
const recorded = (...drafts: EventDraft[]): Drafted => ({ ok: true, drafts });
const legs = (...all: readonly (readonly [account: string, amount: number])[]): Posting[] =>
  all.flatMap(([account, amount]) => (amount === 0 ? [] : [{ account, unit: 'grams' as const, amount }]));
const sumOf = (loads: readonly { readonly netGrams: number }[]): number => loads.reduce((sum, { netGrams }) => sum + netGrams, 0);

/** What the station weighed in on a day before. */
export interface DayTotals {
  readonly intakes: number;
  readonly expectedGrams: number;
  readonly measuredGrams: number;
  readonly stops: number;
  readonly loads: number;
}

export interface IntakeFacts {
  /** As asked, and what is known of each. */
  readonly rounds: readonly (Round | undefined)[];
  readonly next: number;
  readonly today: DayTotals;
  readonly day: string;
  readonly dateTrusted: boolean;
}
type Load = EventPayload<'intake.recorded'>['loads'][number];

/** weighs in whole rounds, each once. What differs from their stops is posted, and told where it is more than scales explain. */
export function decideIntake(loads: readonly Omit<Load, 'netGrams'>[], facts: IntakeFacts, rules: CollectionRules, by: OrderedBy): Drafted {
  const rounds: Round[] = [];
  for (const round of facts.rounds) {
    if (round === undefined) return refuse('round_unknown');
    if (round.state === 'open') return refuse('round_open', { round: round.round });
    if (round.state === 'takenIn') return refuse('round_taken_in', { round: round.round });
    rounds.push(round);
  }
  const weighed: Load[] = loads.map((load) => ({ ...load, problems: [...load.problems], netGrams: load.grossGrams - load.tareGrams }));
  const expectedGrams = rounds.reduce((sum, { grams }) => sum + grams, 0);
  const measuredGrams = sumOf(weighed);
  const byClass = new Map<WasteClass, number>();
  for (const { wasteClass, netGrams } of weighed) byClass.set(wasteClass, (byClass.get(wasteClass) ?? 0) + netGrams);
  const postings = legs(
    ...rounds.map(({ round, grams }) => [`round/${round}`, -grams] as const),
    ...[...byClass].map(([wasteClass, grams]) => [`station/${wasteClass}`, grams] as const),
    ['mass-balance/station', expectedGrams - measuredGrams],
  );
  const { next: intake, day, dateTrusted, today } = facts;
  const numbers = rounds.map(({ round }) => round);
  const taken: EventDraft = {
    name: 'intake.recorded',
    subject: `intake-${intake}`,
    data: { intake, rounds: numbers, loads: weighed, expectedGrams, day, dateTrusted, ...by, postings },
  };
  const now = { expectedGrams, measuredGrams, stops: rounds.reduce((sum, { weighings }) => sum + weighings, 0), loads: weighed.length };
  const all = {
    expectedGrams: today.expectedGrams + now.expectedGrams,
    measuredGrams: today.measuredGrams + now.measuredGrams,
    stops: today.stops + now.stops,
    loads: today.loads + now.loads,
  };
  const ofRound = balanceAlert({ scope: 'round', day, number: intake }, now, rules);
  // One intake a day is the day.
  const ofDay = today.intakes === 0 ? [] : balanceAlert({ scope: 'day', day, number: null }, all, rules);
  return recorded(taken, ...ofRound, ...ofDay);
}

/** An intake as the ledger has it, with its legs in grams. */
export interface Intake {
  readonly intake: number;
  readonly rounds: readonly number[];
  readonly reversed: boolean;
  readonly legs: readonly Posting[];
}

/** an intake entered wrongly goes back whole; never further than what is still at the station. */
export function decideIntakeReversal(intake: Intake | undefined, balanceOf: (account: string) => number, by: OrderedBy): Drafted {
  if (intake === undefined) return refuse('intake_unknown');
  if (intake.reversed) return refuse('intake_reversed', { intake: intake.intake });
  const short = intake.legs.find(({ account, amount }) => account.startsWith('station/') && balanceOf(account) < amount);
  if (short !== undefined) return refuse('station_too_little', { grams: balanceOf(short.account) });
  const postings = intake.legs.map((leg) => ({ ...leg, amount: -leg.amount }));
  const { intake: number, rounds } = intake;
  return recorded({ name: 'intake.reversed', subject: `intake-${number}`, data: { intake: number, rounds: [...rounds], ...by, postings } });
}

/** a batch of compost. What neither came out nor was left over went up as water and gas. */
export function decideCompost(
  batch: {
    readonly inputGrams: number;
    readonly compostGrams: number;
    readonly residueGrams: number;
    readonly compostTo: Destination;
    readonly residueTo: Destination;
  },
  { foodGrams, next }: { readonly foodGrams: number; readonly next: number },
  by: OrderedBy,
): Drafted {
  const { inputGrams, compostGrams, residueGrams, compostTo, residueTo } = batch;
  if (inputGrams > foodGrams) return refuse('station_too_little', { grams: foodGrams });
  const lostGrams = inputGrams - compostGrams - residueGrams;
  if (lostGrams < 0) return refuse('compost_more_than_input');
  const postings = legs(
    ['station/food', -inputGrams],
    [`output/compost-${compostTo}`, compostGrams],
    [`output/residue-${residueTo}`, residueGrams],
    ['loss/composting', lostGrams],
  );
  return recorded({ name: 'compost.batch.recorded', subject: `batch-${next}`, data: { batch: next, ...batch, ...by, postings } });
}

/** a load leaves the station. Hazardous waste goes by hand-over with a counter-signature only. */
export function decideLoadSent(
  load: { readonly wasteClass: Exclude<WasteClass, 'hazardous'>; readonly netGrams: number; readonly destination: Destination },
  stationGrams: number,
  by: OrderedBy,
): Drafted {
  const { wasteClass, netGrams, destination } = load;
  if (netGrams > stationGrams) return refuse('station_too_little', { grams: stationGrams });
  const postings = legs([`station/${wasteClass}`, -netGrams], [`output/${wasteClass}-${destination}`, netGrams]);
  return recorded({ name: 'station.load.sent', subject: 'station', data: { ...load, ...by, postings } });
}

/** collected recyclables become stock of a material, to be sold with what was bought. */
export function decideSorted(
  { material, netGrams }: { readonly material: string; readonly netGrams: number },
  { stationGrams, isKnown }: { readonly stationGrams: number; readonly isKnown: boolean },
  by: OrderedBy,
): Drafted {
  if (!isKnown) return refuse('material_unknown');
  if (netGrams > stationGrams) return refuse('station_too_little', { grams: stationGrams });
  const postings = legs(['station/recyclable', -netGrams], [`intake/${material}`, netGrams]);
  return recorded({ name: 'recyclables.sorted', subject: 'station', data: { material, netGrams, ...by, postings } });
}
