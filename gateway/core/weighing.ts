/**
 * One weighing as an object: zero seen, load seen, stable window, capture, settlement, removal. This is the legally relevant part: it
 * carries its own version, stamped in every record, and every number that decides a result stands here. It takes what the scale shows
 * or refuses by code; it must never filter, average, round or invent a weight, and it settles a load at most once. What a weight is
 * worth is not its business. Pure: readings, scans and both clocks are handed in.
 * Sources: OIML R 76-1:2006 sections 4.4.2, 4.5 and 5.5.3; WELMEC 7.2 extensions L and T.
 */

import type { NoWeight, ScaleReading } from '../../protocol/scale-reading.ts';

/** Changes whenever a result could come out differently. Stamped in every record (WELMEC 7.2, software identification). */
export const weighingCoreVersion = '1.1.0';

/** A reading older than this, or a silence longer than this while a load is on the tray, ends the weighing. Unit: wire ms. */
export const staleMs = 1000;
/** Stability is derived when the value stayed within 1 e for this long (R 76-1 section 4.4.2). Unit: village ms. */
export const derivedWindowMs = 5000;
/**
 * How long two equal stable readings must at least be apart. Flags may lag the weight by one sample, and a fast reader sees one sample
 * twice: this is longer than two samples of the slowest indicator (5 a second). Unit: village ms.
 */
export const calmMs = 500;
/** A load that will not come to rest is refused after this. Unit: village ms. */
export const unstableMaxMs = 30_000;
/** A card or a material waits this long for the rest of its weighing. Unit: village ms. */
export const identificationMs = 60_000;
/** A scale shows at most this many intervals below zero (R 76-1 section 4.2.2.1). Unit: intervals. */
const underloadIntervals = 20;
/** Nothing is shown above Max and this many intervals (R 76-1 section 4.2.3); judged here too, for scales that do not say so. */
const overloadIntervals = 9;

/** Every way a weighing is refused, in order of precedence within one reading. */
export const weighingRefusals = [
  'stale',
  'scale_fault',
  'overload',
  'underload',
  'tare_changed',
  'negative',
  'no_return_to_zero',
  'below_minimum',
  'unstable_too_long',
] as const;
export type WeighingRefusal = (typeof weighingRefusals)[number];

/** What a scale shows, with what its protocol cannot say filled in from the site file, and where it came from. Masses are whole grams. */
export interface ScaleSight extends ScaleReading {
  /** Max of the scale. */
  readonly maxGrams: number;
  /** Verification scale interval e. Unit: gram, 1 or more. */
  readonly intervalGrams: number;
  /** Frames this reading was decoded from, in hex, at most four. */
  readonly rawHex: readonly string[];
  /** The oldest this reading can be: when it was asked for, or when its frame came unasked. Unit: wire ms, monotonic. */
  readonly atMs: number;
}

export type StableSource = 'device' | 'derived';

/** What settles: the body of `weigh.committed` before it has a number. */
export interface SettledWeighing {
  readonly household: string;
  readonly material: string;
  readonly grossGrams: number;
  readonly tareGrams: number;
  readonly netGrams: number;
  readonly intervalGrams: number;
  readonly maxGrams: number;
  readonly stableSource: StableSource;
  /** From the last zero seen to the capture. Unit: village ms. */
  readonly zeroAgeMs: number;
  /** Frames of the two equal readings, older first. */
  readonly rawHex: readonly string[];
  readonly core: string;
  readonly method: 'tray';
}

/** `villageMs` and `wireMs` are the two monotonic clocks at the moment of the input. */
export type WeighingInput =
  | { readonly kind: 'reading'; readonly reading: ScaleSight; readonly villageMs: number; readonly wireMs: number }
  /** The scale answered, and not with a number. */
  | { readonly kind: 'noWeight'; readonly why: NoWeight['noWeight']; readonly villageMs: number; readonly wireMs: number }
  /** One read failed. The scale may be there. */
  | { readonly kind: 'missed'; readonly villageMs: number; readonly wireMs: number }
  /** The scale is gone for now: line closed, backing off, or speaking nonsense. */
  | { readonly kind: 'lost'; readonly villageMs: number }
  | { readonly kind: 'card'; readonly household: string; readonly villageMs: number }
  | { readonly kind: 'material'; readonly material: string; readonly villageMs: number };

export type WeighingEffect =
  | { readonly kind: 'settle'; readonly weighing: SettledWeighing }
  | { readonly kind: 'refuse'; readonly code: WeighingRefusal; readonly household: string | null };

interface Zero {
  readonly seenAtMs: number;
  readonly tareGrams: number;
}
type Captured = Omit<SettledWeighing, 'household' | 'material'>;
type Phase =
  /** Waiting for a stable zero: at the start, after a settlement, a refusal or a loss. */
  | { readonly kind: 'clearing' }
  | { readonly kind: 'ready'; readonly zero: Zero }
  | { readonly kind: 'loaded'; readonly zero: Zero; readonly sinceMs: number; readonly lightTold: boolean }
  | { readonly kind: 'captured'; readonly zero: Zero; readonly captured: Captured };
/** A reading that can pair with the next one, and who called it stable. */
interface Observation {
  readonly reading: ScaleSight;
  readonly stable: StableSource | null;
}
interface Shown {
  readonly value: string;
  readonly atMs: number;
}

export interface WeighingState {
  /** Min of this scale: nothing lighter is captured. Unit: gram. */
  readonly minimumGrams: number;
  readonly phase: Phase;
  readonly household: Shown | null;
  readonly material: Shown | null;
  /** The read just before; null after a failed one, for two equal readings must be neighbours. */
  readonly last: Observation | null;
  /** Since when every read has been stable and equal to its neighbour; null when the last one was not. Unit: village ms. */
  readonly calmSinceMs: number | null;
  /** When a reading last arrived. Unit: wire ms. */
  readonly heardAtMs: number | null;
  /** Since when the gross weight has stayed within 1 e, for scales without a stable flag. */
  readonly steady: { readonly sinceMs: number; readonly lowGrams: number; readonly highGrams: number } | null;
}
export interface WeighingStep {
  readonly state: WeighingState;
  readonly effects: readonly WeighingEffect[];
}

const clearing: Phase = { kind: 'clearing' };

/** A weighing before anything was seen. `minimumGrams`: Min of the scale, whole grams, 1 or more. */
export const firstWeighing = (minimumGrams: number): WeighingState => ({
  minimumGrams,
  phase: clearing,
  household: null,
  material: null,
  last: null,
  calmSinceMs: null,
  heardAtMs: null,
  steady: null,
});

/** Whether somebody is at the tray, so that the scale is worth asking as often as the wire allows. */
export const isOccupied = (state: WeighingState): boolean =>
  state.household !== null || state.material !== null || state.phase.kind === 'loaded' || state.phase.kind === 'captured';

/** Whether zero was seen once and one more read would settle it; the next villager may already be there. */
export const isAlmostReady = ({ phase, last }: WeighingState): boolean => phase.kind === 'clearing' && isStableZero(last);

/** The next state and what is to be done, in order. At most one `settle` per load, and only right after a usable reading. */
export function stepWeighing(state: WeighingState, input: WeighingInput): WeighingStep {
  const current = expireSession(state, input.villageMs);
  switch (input.kind) {
    case 'card':
      return { state: showCard(current, { value: input.household, atMs: input.villageMs }), effects: [] };
    case 'material':
      return { state: { ...current, material: { value: input.material, atMs: input.villageMs } }, effects: [] };
    case 'lost':
      return invalidate(deafened(current), 'stale');
    case 'noWeight':
      return input.why === 'busy' ? stepWeighing(current, { ...input, kind: 'missed' }) : invalidate(deafened(current), saidInstead[input.why]);
    case 'missed':
      return silentFor(current, input.wireMs) > staleMs ? invalidate(deafened(current), 'stale') : still({ ...current, last: null, calmSinceMs: null });
    case 'reading':
      return stepReading(current, input);
  }
}

/** What a scale that says no number calls it. */
const saidInstead = { overload: 'overload', underload: 'underload', fault: 'scale_fault' } as const satisfies Record<string, WeighingRefusal>;

const still = (state: WeighingState): WeighingStep => ({ state, effects: [] });
const deafened = (state: WeighingState): WeighingState => ({ ...state, last: null, calmSinceMs: null, steady: null });
const silentFor = (state: WeighingState, wireMs: number): number => (state.heardAtMs === null ? Number.POSITIVE_INFINITY : wireMs - state.heardAtMs);

function expireSession(state: WeighingState, villageMs: number): WeighingState {
  const fresh = (shown: Shown | null) => (shown !== null && villageMs - shown.atMs <= identificationMs ? shown : null);
  return { ...state, household: fresh(state.household), material: fresh(state.material) };
}

/** Another card closes the session of the first: what the first person chose does not carry over to the second. */
function showCard(state: WeighingState, household: Shown): WeighingState {
  const replaces = state.household !== null && state.household.value !== household.value;
  return { ...state, household, material: replaces ? null : state.material };
}

const isComplete = (state: WeighingState): boolean => state.household !== null && state.material !== null;

function refuse(state: WeighingState, code: WeighingRefusal): WeighingStep {
  return {
    state: { ...state, phase: clearing, household: null, material: null },
    effects: [{ kind: 'refuse', code, household: state.household?.value ?? null }],
  };
}

/** The weighing cannot go on. Said aloud when there is a load or somebody waits for an answer; an idle scale just looks for its zero again. */
function invalidate(state: WeighingState, code: WeighingRefusal): WeighingStep {
  const concernsSomebody = state.phase.kind === 'loaded' || state.phase.kind === 'captured' || isComplete(state);
  return concernsSomebody ? refuse(state, code) : still({ ...state, phase: clearing });
}

function stepReading(state: WeighingState, input: Extract<WeighingInput, { kind: 'reading' }>): WeighingStep {
  const { reading, villageMs, wireMs } = input;
  // An old reply says nothing about now, and net that is not gross less tare is a torn read: both count as a failed read.
  const torn = Math.abs(reading.grossGrams - reading.tareGrams - reading.netGrams) > reading.intervalGrams;
  if (torn || wireMs - reading.atMs > staleMs) return stepWeighing(state, { kind: 'missed', villageMs, wireMs });
  const { phase, last: before } = state;
  const next = observe(state, reading, villageMs);
  const now = next.last;
  // An idle scale may be asked rarely; with a load on the tray nobody knows what happened in the gap.
  const loaded = phase.kind === 'loaded' || phase.kind === 'captured';
  if (loaded) return silentFor(state, reading.atMs) > staleMs ? refuse(next, 'stale') : stepLoad(next, phase, { before, now, villageMs });
  return phase.kind === 'ready' ? stepReady(next, phase.zero, now, villageMs) : stepClearing(next, { before, now, villageMs });
}

/** Takes the scale's own word on stability; where it gives none, the 5 s rule. A silence breaks either. */
function observe(state: WeighingState, reading: ScaleSight, villageMs: number): WeighingState & { readonly last: Observation } {
  const { calmSinceMs, last, steady: was } = silentFor(state, reading.atMs) > staleMs ? deafened(state) : state;
  const gross = reading.grossGrams;
  const wider = was && { sinceMs: was.sinceMs, lowGrams: Math.min(was.lowGrams, gross), highGrams: Math.max(was.highGrams, gross) };
  const steady = wider && wider.highGrams - wider.lowGrams <= reading.intervalGrams ? wider : { sinceMs: villageMs, lowGrams: gross, highGrams: gross };
  const derived = villageMs - steady.sinceMs >= derivedWindowMs ? 'derived' : null;
  const stable = reading.unstable === null ? derived : reading.unstable ? null : 'device';
  const goesOn = calmSinceMs !== null && last !== null && isSameWeight(last.reading, reading);
  const now: Observation = { reading, stable };
  return { ...state, steady, last: now, calmSinceMs: stable === null ? null : goesOn ? calmSinceMs : villageMs, heardAtMs: reading.atMs };
}

const isSameWeight = (a: ScaleSight, b: ScaleSight): boolean =>
  a.grossGrams === b.grossGrams && a.netGrams === b.netGrams && a.tareGrams === b.tareGrams && a.intervalGrams === b.intervalGrams;

const isZero = ({ grossGrams, intervalGrams }: ScaleSight): boolean => 2 * Math.abs(grossGrams) <= intervalGrams;

const isStableZero = (seen: Observation | null): seen is Observation => seen !== null && seen.stable !== null && isZero(seen.reading);

/** What is wrong with a reading in itself, or against the tare the weighing began with. */
function faultOf({ reading, stable }: Observation, zero: Zero | null): WeighingRefusal | null {
  const { grossGrams, intervalGrams, maxGrams } = reading;
  if (reading.fault === true) return 'scale_fault';
  if (reading.overload === true || grossGrams > maxGrams + overloadIntervals * intervalGrams) return 'overload';
  if (reading.underload === true || grossGrams < -underloadIntervals * intervalGrams) return 'underload';
  if (zero !== null && reading.tareGrams !== zero.tareGrams) return 'tare_changed';
  return stable !== null && !isZero(reading) && reading.grossGrams < 0 ? 'negative' : null;
}

const zeroOf = (reading: ScaleSight, villageMs: number): Zero => ({ seenAtMs: villageMs, tareGrams: reading.tareGrams });

interface Pair {
  readonly before: Observation | null;
  readonly now: Observation;
  readonly villageMs: number;
}

/** Zero counts when two neighbouring reads showed it, so that one wrong word never makes an old load a new one. */
function stepClearing(state: WeighingState, { before, now, villageMs }: Pair): WeighingStep {
  const fault = faultOf(now, null);
  if (fault === null && now.stable === null) return still(state);
  if (fault !== null || !isZero(now.reading)) return isComplete(state) ? refuse(state, fault ?? 'no_return_to_zero') : still(state);
  const seenTwice = isStableZero(before) && before.reading.tareGrams === now.reading.tareGrams;
  return still(seenTwice ? { ...state, phase: { kind: 'ready', zero: zeroOf(now.reading, villageMs) } } : state);
}

function stepReady(state: WeighingState, zero: Zero, now: Observation, villageMs: number): WeighingStep {
  const loads = now.reading.grossGrams > 0 && !isZero(now.reading);
  const fault = faultOf(now, loads ? zero : null);
  if (fault !== null) return loads ? refuse(state, fault) : invalidate(state, fault);
  if (loads) return still({ ...state, phase: beginLoad(zero, villageMs) });
  return still(isZero(now.reading) && now.stable !== null ? { ...state, phase: { kind: 'ready', zero: zeroOf(now.reading, villageMs) } } : state);
}

const beginLoad = (zero: Zero, villageMs: number): Phase => ({ kind: 'loaded', zero, sinceMs: villageMs, lightTold: false });

function stepLoad(state: WeighingState, phase: Extract<Phase, { kind: 'loaded' | 'captured' }>, pair: Pair): WeighingStep {
  const { now, villageMs } = pair;
  const { zero } = phase;
  const fault = faultOf(now, zero);
  if (fault !== null) return refuse(state, fault);
  if (now.stable !== null && isZero(now.reading)) return still({ ...state, phase: { kind: 'ready', zero: zeroOf(now.reading, villageMs) } });
  if (phase.kind === 'captured') {
    // R 76-1 section 4.4.2: what is stored may be at most 1 e from what is shown. Beyond that the load is another one and is weighed anew.
    const moved = Math.abs(now.reading.grossGrams - phase.captured.grossGrams) > now.reading.intervalGrams;
    return moved ? still({ ...state, phase: beginLoad(zero, villageMs) }) : settle(state, phase.captured);
  }
  const captured = capture(state, zero, pair);
  if (captured === null) return villageMs - phase.sinceMs > unstableMaxMs ? refuse(state, 'unstable_too_long') : still(state);
  if (captured.netGrams < state.minimumGrams) return tellLight({ ...state, phase: { ...phase, sinceMs: villageMs } }, phase.lightTold);
  return settle({ ...state, phase: { kind: 'captured', zero, captured } }, captured);
}

/** Freezes a weight: two neighbouring readings, both stable, equal in gross, net and tare, at the end of a calm long enough. */
function capture({ calmSinceMs }: WeighingState, zero: Zero, { before, now, villageMs }: Pair): Captured | null {
  if (before === null || calmSinceMs === null || villageMs - calmSinceMs < calmMs) return null;
  const { grossGrams, netGrams, tareGrams, intervalGrams, maxGrams, rawHex } = now.reading;
  return {
    grossGrams,
    tareGrams,
    netGrams,
    intervalGrams,
    maxGrams,
    stableSource: before.stable === 'device' && now.stable === 'device' ? 'device' : 'derived',
    zeroAgeMs: Math.floor(villageMs - zero.seenAtMs),
    rawHex: [...before.reading.rawHex, ...rawHex],
    core: weighingCoreVersion,
    method: 'tray',
  };
}

/** Below Min: said once per load, and only to somebody who waits for an answer. The load may still grow, so the weighing goes on. */
function tellLight(state: WeighingState, told: boolean): WeighingStep {
  if (told || !isComplete(state) || state.phase.kind !== 'loaded') return still(state);
  const effect: WeighingEffect = { kind: 'refuse', code: 'below_minimum', household: state.household?.value ?? null };
  return { state: { ...state, phase: { ...state.phase, lightTold: true } }, effects: [effect] };
}

function settle(state: WeighingState, captured: Captured): WeighingStep {
  if (state.household === null || state.material === null) return still(state);
  const weighing: SettledWeighing = { household: state.household.value, material: state.material.value, ...captured };
  return { state: { ...state, phase: clearing, household: null, material: null }, effects: [{ kind: 'settle', weighing }] };
}
