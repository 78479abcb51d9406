/**
 * The story of one tray scale: poll it, let core/weighing.ts judge, and when a weighing settles, record it and its points in one
 * transaction. Between reading the next number and the commit nothing is awaited. It invents no value: a failed read is told as such.
 */
import type { Scan } from '../../protocol/scan.ts';
import type { Tariff } from '../../protocol/tariff.ts';
import type { Clock } from '../clock.ts';
import { warnOf } from '../core/budget.ts';
import { dayOf } from '../core/calendar.ts';
import { mayEarn } from '../core/consent.ts';
import { dailyCapOf, decideAward, decidePrice, type PointsRefusal, wordWeighing } from '../core/points.ts';
import type { DatedRules } from '../core/rule-book.ts';
import { decideFitness, type FitnessDecision, type FitnessRefusal, type ScalePapers, type WeighingPurpose } from '../core/scale-fitness.ts';
import {
  firstWeighing,
  isAlmostReady,
  isOccupied,
  type SettledWeighing,
  staleMs,
  stepWeighing,
  type WeighingInput,
  type WeighingRefusal,
  type WeighingState,
} from '../core/weighing.ts';
import { isGatewayError } from '../errors.ts';
import { scaleBusyPollMs, scaleIdlePollMs } from '../limits.ts';
import type { Scale } from '../southbound/scale.ts';
import type { Store } from '../store/store.ts';
import { type AttendedRefused, AttendedWeighing } from './attended-weighing.ts';
import { budgetOf } from './awarding.ts';
import { findCardHolder } from './card-holder.ts';
import { type CheckOrder, type CheckOutcome, wordCheck } from './check-scale.ts';

/** Every way the tray can say no. */
export type WeighRefusal = WeighingRefusal | PointsRefusal | FitnessRefusal | 'card_unknown' | 'card_revoked' | 'consent_missing' | 'scale_in_check';
/** What became of a weighing, for the screen and the timeline. */
export type WeighOutcome =
  | {
      readonly kind: 'awarded';
      readonly household: string;
      readonly material: string;
      readonly netGrams: number;
      readonly points: number;
      /** The same without the cap of the day. */
      readonly tariffPoints: number;
    }
  | Refused;
type Refused = { readonly kind: 'refused'; readonly household: string | null; readonly code: WeighRefusal };

/** What became of goods weighed for cash. */
export type GoodsOutcome =
  | { readonly kind: 'weighed'; readonly weighing: string; readonly material: string; readonly netGrams: number }
  | { readonly kind: 'refused'; readonly code: AttendedRefused['code'] | FitnessRefusal };

export interface WeighStationOptions {
  readonly scale: Pick<Scale, 'id' | 'model' | 'profile' | 'look'>;
  /** Verification and check weight. */
  readonly papers: ScalePapers;
  /** Interval e and Max from the site file; null where the scale reports them. Unit: gram. */
  readonly intervalGrams: number | null;
  readonly maxGrams: number | null;
  /** Min of the scale. Unit: gram. */
  readonly minimumGrams: number;
  readonly store: Pick<Store, 'append' | 'weighings' | 'people' | 'points'>;
  /** Every price list known. */
  readonly tariffs: () => readonly Tariff[];
  /** Rules in force on a day, `YYYY-MM-DD`. */
  readonly rules: (day: string) => DatedRules;
  /** Whether the date may be believed: an award says so (invariant 10). */
  readonly isDateTrusted: () => boolean;
  /** Village clock: stability windows, freshness of a card, the calendar. */
  readonly clock: Clock;
  /** Wire clock: polls and the age of a reading. */
  readonly wire: Clock;
  /** Pause between two looks at an empty tray. Unit: village ms. */
  readonly idlePollMs?: number | undefined;
  /** Secret of this gateway for credential hashes. */
  readonly credentialKey: Uint8Array;
  readonly onOutcome: (outcome: WeighOutcome) => void;
}

/** Failures that say nothing about the scale itself: it may be there and answer the next time. */
const passingFailures = ['bus_timeout', 'bus_garbled', 'bus_busy'] as const;

const refused = (household: string | null, code: WeighRefusal): Refused => ({ kind: 'refused', household, code });

export class WeighStation {
  readonly id: string;
  readonly #options: WeighStationOptions;
  #state: WeighingState;
  /** A weighing somebody asked for at the counter; nobody else is served meanwhile. */
  #attended: Pick<AttendedWeighing<unknown>, 'state' | 'step'> | undefined;
  /** Aborted when somebody shows something: the tray is looked at then, however long its pause was to be. */
  #shown = new AbortController();

  constructor(options: WeighStationOptions) {
    this.id = options.scale.id;
    this.#options = options;
    this.#state = firstWeighing(options.minimumGrams);
  }

  /** Whether zero was seen and the next load counts. */
  get isReady(): boolean {
    return this.#state.phase.kind === 'ready';
  }

  /** Whether the scale may award points now, and what there is to say about it. */
  fitness(): FitnessDecision {
    return this.#fitFor('points');
  }

  #fitFor(purpose: WeighingPurpose): FitnessDecision {
    const { store, papers, clock } = this.#options;
    const nowMs = clock.now();
    return decideFitness({ papers, lastCheck: store.weighings.lastCheck(this.id), purpose, nowMs, day: dayOf(nowMs) });
  }

  /** Where a weighing is entered: by what it was weighed, and the next number of this scale. */
  #place(purpose: WeighingPurpose) {
    const { scale, papers, store } = this.#options;
    const { model, profile } = scale;
    const fit = this.#fitFor(purpose);
    const certificate = fit.ok && fit.warnings.length === 0 ? (papers.verification?.certificate ?? null) : null;
    return { scale: this.id, instrument: { model, profile, certificate }, alibi: store.weighings.nextAlibi(this.id) };
  }

  /** Weighs a known weight by the same rules as goods, and records what came out. Gives up when `signal` aborts. */
  check(order: CheckOrder, signal: AbortSignal): Promise<CheckOutcome> {
    const { scale, store } = this.#options;
    return this.#attend(1, signal, (weighing) => {
      const { draft, outcome } = wordCheck(scale, order, weighing);
      store.append([draft]);
      return outcome;
    });
  }

  /** Weighs goods that are to be bought for cash, by a verified scale, and records the weight under its number. Gives up when `signal` aborts. */
  async weigh(material: string, signal: AbortSignal): Promise<GoodsOutcome> {
    const fit = this.#fitFor('cash');
    if (!fit.ok) return { kind: 'refused', code: fit.refusal.code };
    const { store, minimumGrams } = this.#options;
    return await this.#attend<GoodsOutcome>(minimumGrams, signal, (weighing) => {
      const draft = wordWeighing({ weighing: { ...weighing, material }, ...this.#place('cash'), minimumGrams }, null);
      store.append([draft]);
      return { kind: 'weighed', weighing: draft.data.weighing, material, netGrams: weighing.netGrams };
    });
  }

  /** From zero to two equal stable readings, without a card. Nobody is served meanwhile, and afterwards the tray must be seen empty again. */
  async #attend<Outcome>(minimumGrams: number, signal: AbortSignal, finish: (weighing: SettledWeighing) => Outcome): Promise<Outcome | AttendedRefused> {
    if (this.#attended !== undefined) return { kind: 'refused', code: 'scale_in_check' };
    const attended = new AttendedWeighing<Outcome>(this.#state, minimumGrams, finish);
    this.#attended = attended;
    this.#shown.abort();
    try {
      return await attended.until(signal);
    } finally {
      this.#attended = undefined;
      this.#state = firstWeighing(this.#options.minimumGrams);
    }
  }

  /** A card or a material code shown at this scale's reader. A refusal here leaves the weighing as it is. */
  scan(scan: Scan): void {
    const shown = this.#judgeScale() ?? (scan.ok && scan.kind === 'material' ? this.#judgeMaterial(scan.material) : this.#judgeCard(scan));
    if (shown.kind === 'refused') this.#options.onOutcome(shown);
    else this.#step(shown);
    this.#shown.abort();
  }

  /** A scale that may award nothing says so before anybody weighs. */
  #judgeScale(): Refused | undefined {
    if (this.#attended !== undefined) return refused(null, 'scale_in_check');
    const fit = this.fitness();
    return fit.ok ? undefined : refused(null, fit.refusal.code);
  }

  /** What cannot be paid by weight is refused before anybody weighs it. */
  #judgeMaterial(material: string): WeighingInput | Refused {
    const { tariffs, clock } = this.#options;
    const priced = decidePrice(tariffs(), dayOf(clock.now()), material);
    if (priced.ok) return { kind: 'material', material, villageMs: clock.monotonicMs() };
    return refused(this.#state.household?.value ?? null, priced.refusal.code);
  }

  #judgeCard(scan: Scan): WeighingInput | Refused {
    const { store, credentialKey, clock } = this.#options;
    const holder = findCardHolder(store.people, credentialKey, scan.ok && scan.kind === 'card' ? scan.code : undefined);
    if (!holder.ok) return refused(null, holder.code);
    const { household } = holder;
    return this.#mayEarn(household) ? { kind: 'card', household, villageMs: clock.monotonicMs() } : refused(household, 'consent_missing');
  }

  /** asked when the card is shown, so that nobody weighs for nothing, and again when points are given. */
  #mayEarn(household: string): boolean {
    const { store, rules, clock } = this.#options;
    return mayEarn(store.people.standing(household), rules(dayOf(clock.now())).rules.people);
  }

  /** Polls until `signal` aborts: at leisure while the tray is empty, as often as the wire allows while somebody is there. @throws GatewayError store_*. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, wire, idlePollMs = scaleIdlePollMs } = this.#options;
    while (!signal.aborted) {
      const input = await this.#read(signal);
      if (signal.aborted) return;
      this.#step(input);
      if (isAlmostReady(this.#attended?.state ?? this.#state)) continue;
      const pauses = [wire.sleep(scaleBusyPollMs, `scale ${this.id}`, signal)];
      const woken = AbortSignal.any([signal, this.#shown.signal]);
      // Leisure is for a scale that has seen its zero: until then the next villager may already be there, with a load it must not miss.
      const pauseMs = this.#state.phase.kind === 'ready' ? idlePollMs : scaleIdlePollMs;
      if (!this.#isUrgent()) pauses.push(clock.sleep(pauseMs, `scale ${this.id}`, woken));
      await Promise.all(pauses).catch((error: unknown) => {
        if (!woken.aborted) throw error;
      });
      this.#shown = new AbortController();
    }
  }

  /** Somebody is there and the scale was heard lately: a dead scale must not crowd its neighbours out because a card was shown. */
  #isUrgent(): boolean {
    const { heardAtMs } = this.#attended?.state ?? this.#state;
    return (this.#attended !== undefined || isOccupied(this.#state)) && heardAtMs !== null && this.#options.wire.monotonicMs() - heardAtMs <= staleMs;
  }

  async #read(signal: AbortSignal): Promise<WeighingInput> {
    const { scale, clock, wire, intervalGrams, maxGrams } = this.#options;
    try {
      const { said, rawHex, atMs } = await scale.look({ priority: this.#isUrgent() ? 'weighing' : 'poll', signal });
      const at = { villageMs: clock.monotonicMs(), wireMs: wire.monotonicMs() };
      if ('noWeight' in said) return { kind: 'noWeight', why: said.noWeight, ...at };
      const facts = { intervalGrams: said.intervalGrams ?? intervalGrams, maxGrams: said.maxGrams ?? maxGrams };
      if (facts.intervalGrams === null || facts.maxGrams === null) throw new Error(`${this.id}: neither scale nor site file gives interval and Max`);
      const reading = { ...said, intervalGrams: facts.intervalGrams, maxGrams: facts.maxGrams, rawHex: [rawHex], atMs };
      return { kind: 'reading', reading, ...at };
    } catch (error) {
      if (!signal.aborted && (!isGatewayError(error) || error.code.startsWith('store_'))) throw error;
      const passes = passingFailures.some((code) => isGatewayError(error, code));
      return passes ? { kind: 'missed', villageMs: clock.monotonicMs(), wireMs: wire.monotonicMs() } : { kind: 'lost', villageMs: clock.monotonicMs() };
    }
  }

  #step(input: WeighingInput): void {
    if (this.#attended !== undefined) {
      this.#attended.step(input);
      return;
    }
    const { state, effects } = stepWeighing(this.#state, input);
    for (const effect of effects) this.#options.onOutcome(effect.kind === 'settle' ? this.#settle(effect.weighing) : refused(effect.household, effect.code));
    this.#state = state;
  }

  #settle(weighing: SettledWeighing): WeighOutcome {
    const { store, tariffs, rules, isDateTrusted, minimumGrams, clock } = this.#options;
    const { household, material, netGrams } = weighing;
    const fit = this.fitness();
    if (!fit.ok) return refused(household, fit.refusal.code);
    if (store.people.household(household) === undefined) return refused(household, 'card_revoked');
    if (!this.#mayEarn(household)) return refused(household, 'consent_missing');
    const day = dayOf(clock.now());
    const { version: rulesVersion, rules: inForce } = rules(day);
    const daily = { cap: dailyCapOf(material, inForce.points), earned: store.points.earned(household, day, material) };
    const entry = { weighing, ...this.#place('points'), tariffs: tariffs(), day, dateTrusted: isDateTrusted(), minimumGrams, rulesVersion, daily };
    const decision = decideAward(entry);
    if (!decision.ok) return refused(household, decision.refusal.code);
    store.append(warnOf(decision.drafts, budgetOf({ store, rules }, 'recyclables', day)));
    return { kind: 'awarded', household, material, netGrams, points: decision.points, tariffPoints: decision.tariffPoints };
  }
}
