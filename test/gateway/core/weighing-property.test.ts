// Without this nobody would have tried the weighing core on streams no example thought of: numbers invented, settled twice, or another's.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstWeighing, type ScaleSight, type SettledWeighing, stepWeighing, type WeighingInput } from '../../../gateway/core/weighing.ts';

const minimumGrams = 50;
const intervalGrams = 10;

/** What may happen at a scale: a stretch of equal reads, a person, or a failure. */
type Happening =
  | {
      readonly kind: 'reads';
      readonly gross: number;
      readonly tare: number;
      readonly torn: boolean;
      readonly times: number;
      readonly everyMs: number;
      readonly unstable: boolean | null;
      readonly overload: boolean;
      readonly ageMs: number;
    }
  | { readonly kind: 'card' | 'material'; readonly who: string }
  | { readonly kind: 'missed' | 'lost' }
  | { readonly kind: 'pause'; readonly ms: number };

const rarely = (weight: number) => fc.oneof({ weight: weight - 1, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
const reads = fc.record({
  kind: fc.constant('reads' as const),
  gross: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 4, arbitrary: fc.constantFrom(500, 1000, 2500) },
    { weight: 1, arbitrary: fc.integer({ min: -300, max: 3000 }) },
  ),
  tare: fc.oneof({ weight: 15, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(200) }),
  torn: rarely(20),
  times: fc.integer({ min: 1, max: 6 }),
  everyMs: fc.constantFrom(20, 100, 300, 600, 600, 1500),
  unstable: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, { weight: 2, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(null) }),
  overload: rarely(25),
  ageMs: fc.oneof({ weight: 20, arbitrary: fc.constant(5) }, { weight: 1, arbitrary: fc.constant(1500) }),
});
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 12, arbitrary: reads },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('card' as const, 'material' as const), who: fc.constantFrom('a', 'b') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('missed' as const, 'lost' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), ms: fc.constantFrom(900, 5000, 61_000) }) },
);

/** An honest visit, so that streams get as far as a settlement; what happens between two of them may spoil it. */
const honest = { kind: 'reads', tare: 0, torn: false, times: 4, everyMs: 300, unstable: false, overload: false, ageMs: 5 } as const;
const visit = fc
  .record({ gross: fc.constantFrom(40, 500, 2500), who: fc.constantFrom('a', 'b') })
  .map(({ gross, who }): Happening[] => [
    ...[0, gross].map((shown) => ({ ...honest, gross: shown })),
    { kind: 'card', who },
    { kind: 'material', who },
    { ...honest, gross, times: 1 },
  ]);
const lone = happening.map((step) => [step]);
const parts = fc.array(
  fc.oneof({ weight: 12, arbitrary: lone }, { weight: 1, arbitrary: visit }, { weight: 1, arbitrary: visit.chain((steps) => fc.shuffledSubarray(steps)) }),
  {
    minLength: 3,
    maxLength: 30,
  },
);
const stories = parts.map((steps) => steps.flat());

/** The inputs of a story in order, each with its own frame. `pace` is village time over wire time. */
function inputsOf(story: readonly Happening[], pace: number): WeighingInput[] {
  const inputs: WeighingInput[] = [];
  let wireMs = 10_000;
  const village = () => wireMs * pace;
  for (const step of story) {
    if (step.kind === 'pause') wireMs += step.ms;
    else if (step.kind === 'card') inputs.push({ kind: 'card', household: step.who, villageMs: village() });
    else if (step.kind === 'material') inputs.push({ kind: 'material', material: step.who, villageMs: village() });
    else if (step.kind === 'lost') inputs.push({ kind: 'lost', villageMs: village() });
    else if (step.kind === 'missed') inputs.push({ kind: 'missed', villageMs: village(), wireMs });
    else if (step.kind === 'reads') {
      for (let n = 0; n < step.times; n += 1) {
        wireMs += step.everyMs;
        const shown = {
          grossGrams: step.gross,
          tareGrams: step.tare,
          netGrams: step.gross - step.tare + (step.torn ? 65_536 : 0),
          intervalGrams,
          maxGrams: 30_000,
        };
        const said = { atZero: null, underload: null, fault: null };
        const reading = { ...shown, ...said, unstable: step.unstable, overload: step.overload, rawHex: [String(inputs.length)], atMs: wireMs - step.ageMs };
        inputs.push({ kind: 'reading', reading, villageMs: village(), wireMs });
      }
    }
  }
  return inputs;
}

const readingAt = (inputs: readonly WeighingInput[], index: number): ScaleSight | undefined => {
  const input = inputs[index];
  return input?.kind === 'reading' ? input.reading : undefined;
};
const isZero = (reading: ScaleSight) => Math.abs(reading.grossGrams) <= intervalGrams / 2;

/** Why a settlement at input `at` is wrong, judged from the raw stream alone; undefined when it is right. `after` is the settlement before. */
function faultOf(weighing: SettledWeighing, inputs: readonly WeighingInput[], at: number, after: number): string | undefined {
  const [first = -1, second = -1, ...more] = weighing.rawHex.map(Number);
  const [a, b] = [readingAt(inputs, first), readingAt(inputs, second)];
  const between = inputs.slice(first + 1, second);
  if (!a || !b || more.length > 0 || between.some((input) => input.kind !== 'card' && input.kind !== 'material')) return 'not two neighbouring reads';
  for (const reading of [a, b]) {
    if (reading.grossGrams !== weighing.grossGrams || reading.netGrams !== weighing.netGrams || reading.tareGrams !== weighing.tareGrams)
      return 'another number';
    if (reading.overload || reading.unstable === true || (reading.unstable === null && weighing.stableSource !== 'derived')) return 'not stable';
  }
  if (weighing.netGrams < minimumGrams || weighing.netGrams !== weighing.grossGrams - weighing.tareGrams)
    return 'too light, or net that is not gross less tare';
  const zero = inputs.findLastIndex((input, index) => index < first && input.kind === 'reading' && isZero(input.reading) && input.reading.unstable !== true);
  if (zero <= after) return 'no zero since the weighing before';
  for (let index = zero + 1; index <= at; index += 1) {
    const fault = faultInLoad(weighing, inputs[index], index > second);
    if (fault !== undefined) return fault;
  }
  return identityFault(weighing, inputs, at);
}

/** What an input between zero and settlement says against it. */
function faultInLoad(weighing: SettledWeighing, input: WeighingInput | undefined, isCaptured: boolean): string | undefined {
  if (input?.kind === 'lost') return 'the scale was lost';
  if (input?.kind !== 'reading' || input.wireMs - input.reading.atMs > 1000 || isTorn(input.reading)) return undefined;
  const { grossGrams, tareGrams } = input.reading;
  if (grossGrams > intervalGrams / 2 && tareGrams !== weighing.tareGrams) return 'the tare changed';
  return isCaptured && Math.abs(grossGrams - weighing.grossGrams) > intervalGrams ? 'the load changed after the capture' : undefined;
}

const isTorn = (reading: ScaleSight) => Math.abs(reading.grossGrams - reading.tareGrams - reading.netGrams) > intervalGrams;

function identityFault(weighing: SettledWeighing, inputs: readonly WeighingInput[], at: number): string | undefined {
  const card = inputs.findLast((input, index) => index <= at && input.kind === 'card');
  const material = inputs.findLast((input, index) => index <= at && input.kind === 'material');
  const nowMs = inputs[at]?.villageMs ?? 0;
  if (card?.kind !== 'card' || card.household !== weighing.household || nowMs - card.villageMs > 60_000) return 'not the last card, or an old one';
  if (material?.kind !== 'material' || material.material !== weighing.material || nowMs - material.villageMs > 60_000)
    return 'not the last material, or an old one';
  return undefined;
}

function settlementsOf(inputs: readonly WeighingInput[]) {
  const settled: { at: number; weighing: SettledWeighing }[] = [];
  let state = firstWeighing(minimumGrams);
  for (const [at, input] of inputs.entries()) {
    const step = stepWeighing(state, input);
    state = step.state;
    expect(step.effects.length).toBeLessThanOrEqual(1);
    for (const effect of step.effects) if (effect.kind === 'settle') settled.push({ at, weighing: effect.weighing });
  }
  return settled;
}

describe('any stream of readings, scans and failures', () => {
  it('settles only what two equal stable readings of this load showed, once, for the last card shown', () => {
    let settlements = 0;
    fc.assert(
      fc.property(stories, fc.constantFrom(1, 60), (happenings, pace) => {
        const inputs = inputsOf(happenings, pace);
        let after = -1;
        for (const { at, weighing } of settlementsOf(inputs)) {
          expect(faultOf(weighing, inputs, at, after)).toBeUndefined();
          after = at;
          settlements += 1;
        }
      }),
      { numRuns: 5000 },
    );
    // The property is empty if the streams never get as far as a settlement.
    expect(settlements).toBeGreaterThan(500);
  });

  it('uses a card and a material for one settlement only', () => {
    fc.assert(
      fc.property(stories, (happenings) => {
        const inputs = inputsOf(happenings, 1);
        let after = -1;
        for (const { at } of settlementsOf(inputs)) {
          const since = inputs.slice(after + 1, at + 1).map((input) => input.kind);
          expect(since).toEqual(expect.arrayContaining(['card', 'material']));
          after = at;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
