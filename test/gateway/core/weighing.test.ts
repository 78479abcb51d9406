// Without this a villager could be paid for a weight that was never at rest, for somebody else's goods, or twice for the same ones.
import { describe, expect, it } from 'vitest';
import {
  calmMs,
  derivedWindowMs,
  firstWeighing,
  identificationMs,
  isAlmostReady,
  isOccupied,
  type ScaleSight,
  type SettledWeighing,
  staleMs,
  stepWeighing,
  unstableMaxMs,
  type WeighingEffect,
  type WeighingInput,
  weighingCoreVersion,
} from '../../../gateway/core/weighing.ts';
import type { NoWeight } from '../../../protocol/scale-reading.ts';

const stepMs = 250;
/** What the scale of these tests is, and what it leaves unsaid. */
const silent = { maxGrams: 30_000, intervalGrams: 10, atZero: null, overload: null, underload: null, fault: null };

/** A scale with e = 10 g and Min = 50 g, read every 250 ms of both clocks. */
function station() {
  let state = firstWeighing(50);
  let nowMs = 100_000;
  let frame = 0;
  const effects: WeighingEffect[] = [];
  const put = (input: WeighingInput) => {
    const step = stepWeighing(state, input);
    state = step.state;
    effects.push(...step.effects);
  };
  const at = {
    pass: (ms: number) => {
      nowMs += ms;
      return at;
    },
    card: (household: string) => {
      put({ kind: 'card', household, villageMs: nowMs });
      return at;
    },
    material: (material: string) => {
      put({ kind: 'material', material, villageMs: nowMs });
      return at;
    },
    person: (household: string) => at.card(household).material('paper'),
    /** One read of the scale each, 250 ms apart. */
    reads: (grossGrams: number, times = 1, change: Partial<ScaleSight> = {}) => {
      for (let n = 0; n < times; n += 1) {
        nowMs += stepMs;
        frame += 1;
        const reading = { grossGrams, netGrams: grossGrams - (change.tareGrams ?? 0), tareGrams: 0, ...silent, unstable: false };
        put({ kind: 'reading', reading: { ...reading, rawHex: [`frame-${frame}`], atMs: nowMs, ...change }, villageMs: nowMs, wireMs: nowMs });
      }
      return at;
    },
    moving: (grossGrams: number, times = 1) => at.reads(grossGrams, times, { unstable: true }),
    misses: (times = 1) => {
      for (let n = 0; n < times; n += 1) {
        nowMs += stepMs;
        put({ kind: 'missed', villageMs: nowMs, wireMs: nowMs });
      }
      return at;
    },
    says: (why: NoWeight['noWeight']) => {
      nowMs += stepMs;
      put({ kind: 'noWeight', why, villageMs: nowMs, wireMs: nowMs });
      return at;
    },
    isLost: () => {
      put({ kind: 'lost', villageMs: nowMs });
      return at;
    },
    /** What was settled and refused since the last look, in short. */
    told: () => effects.splice(0).map((effect) => (effect.kind === 'settle' ? `${effect.weighing.household} ${effect.weighing.netGrams}` : effect.code)),
    settled: (): SettledWeighing[] => effects.splice(0).flatMap((effect) => (effect.kind === 'settle' ? [effect.weighing] : [])),
    phase: () => state.phase.kind,
    occupied: () => isOccupied(state),
    almostReady: () => isAlmostReady(state),
    now: () => nowMs,
  };
  return at;
}
const zeroed = () => station().reads(0, 2);
const calmReads = calmMs / stepMs + 1;

describe('a weighing', () => {
  it('settles tray first, card and material after: once, with the frames of its two last readings', () => {
    const scale = zeroed().moving(1400).moving(2600).reads(2500, calmReads);
    expect([scale.phase(), scale.told()]).toEqual(['captured', []]);
    const [settled, ...more] = scale.person('h-1').reads(2500, 20).settled();
    expect(more).toEqual([]);
    expect(settled).toEqual({
      ...{ household: 'h-1', material: 'paper', grossGrams: 2500, tareGrams: 0, netGrams: 2500, intervalGrams: 10, maxGrams: 30_000 },
      ...{ stableSource: 'device', zeroAgeMs: 5 * stepMs, rawHex: ['frame-6', 'frame-7'], core: weighingCoreVersion, method: 'tray' },
    });
  });

  it('settles in any order of card, material and load, and never again without a zero between', () => {
    expect(zeroed().card('h-1').reads(2500, calmReads).material('paper').reads(2500).told()).toEqual(['h-1 2500']);
    expect(zeroed().material('paper').card('h-1').reads(2500, calmReads).told()).toEqual(['h-1 2500']);
    const scale = zeroed().person('h-1').reads(2500, calmReads);
    expect(scale.told()).toEqual(['h-1 2500']);
    expect(scale.reads(2500, 4).person('h-2').reads(2500, 4).told()).toEqual(['no_return_to_zero']);
    expect(scale.reads(700, 4).person('h-2').reads(700, 4).told()).toEqual(['no_return_to_zero']);
    expect(scale.moving(100).reads(0, 2).reads(700, calmReads).person('h-2').reads(700).told()).toEqual(['h-2 700']);
  });

  it('takes the net weight, and says which tare', () => {
    const tare = { tareGrams: 300 };
    const [settled] = station().reads(0, 2, tare).person('h-1').reads(1000, calmReads, tare).settled();
    expect(settled).toMatchObject({ grossGrams: 1000, tareGrams: 300, netGrams: 700 });
  });

  it('waits for zero at the start and asks who stands there to clear the tray', () => {
    const scale = station().reads(2500, 6);
    expect(scale.phase()).toBe('clearing');
    expect(scale.person('h-1').reads(2500).told()).toEqual(['no_return_to_zero']);
    expect(scale.occupied()).toBe(false);
  });

  it('takes half an interval for zero and no more (R 76-1)', () => {
    expect(station().reads(5, 2).phase()).toBe('ready');
    expect(station().reads(-5, 2).phase()).toBe('ready');
    expect(station().reads(6, 4).phase()).toBe('clearing');
    expect(station().moving(0, 9).phase()).toBe('clearing');
  });

  it('says when one more read would make it ready', () => {
    const scale = station().reads(2500, 2);
    expect([scale.almostReady(), scale.reads(0).almostReady(), scale.reads(0).almostReady()]).toEqual([false, true, false]);
    expect(station().reads(0).misses().almostReady()).toBe(false);
    expect(station().moving(0).almostReady()).toBe(false);
  });

  it('believes zero only when two reads show it, so that one wrong word does not sell a load twice', () => {
    const scale = zeroed().person('h-1').reads(2500, calmReads);
    expect(scale.reads(2500, 2).reads(0).reads(2500, calmReads).person('h-1').reads(2500).told()).toEqual(['h-1 2500', 'no_return_to_zero']);
  });
});

describe('stability', () => {
  it('is two equal stable readings, half a second apart or more, so that one sample read twice is none', () => {
    // The flag lags the weight by one sample: a fast reader sees "stable" and the way up at once.
    const scale = zeroed().person('h-1');
    for (let n = 0; n < 20; n += 1) scale.pass(20 - stepMs).reads(900);
    expect(scale.told()).toEqual([]);
    expect(scale.moving(1800, 3).reads(2500, calmReads).told()).toEqual(['h-1 2500']);
  });

  it('is broken by one differing or unstable reading and by one failed read between', () => {
    expect(zeroed().person('h-1').reads(2500, 2).reads(2510).reads(2500, 2).told()).toEqual([]);
    expect(zeroed().person('h-1').reads(2500, 2).moving(2500).reads(2500, 2).told()).toEqual([]);
    expect(zeroed().person('h-1').reads(2500, 2).misses().reads(2500, 2).told()).toEqual([]);
  });

  it('is not given to a net weight that flickers while the gross stands still', () => {
    const scale = zeroed().person('h-1');
    for (let n = 0; n < 20; n += 1) scale.reads(2500, 1, { netGrams: n % 2 ? 2500 : 2490 });
    expect(scale.told()).toEqual([]);
  });

  it('does not pair a torn reading, whose net is not gross less tare', () => {
    expect(zeroed().person('h-1').reads(2500, 9, { netGrams: 67_000 }).told()).toEqual(['stale']);
    expect(zeroed().person('h-1').reads(2500, 2).reads(2500, 1, { netGrams: 67_000 }).reads(2500, 2).told()).toEqual([]);
  });

  it('is derived by the 5 s rule when the scale gives no flag, and marked so', () => {
    const mute = { unstable: null };
    const untilStable = derivedWindowMs / stepMs + 1;
    const scale = station().reads(0, untilStable + 1, mute);
    expect(scale.phase()).toBe('ready');
    expect(
      scale
        .person('h-1')
        .reads(2500, untilStable + calmReads - 2, mute)
        .told(),
    ).toEqual([]);
    const [settled] = scale.reads(2500, 1, mute).settled();
    expect(settled).toMatchObject({ netGrams: 2500, stableSource: 'derived' });
  });

  it('derived is never from before a silence', () => {
    const mute = { unstable: null };
    expect(station().reads(0, 1, mute).pass(60_000).reads(0, 3, mute).phase()).toBe('clearing');
  });

  it('derived starts over when the value leaves 1 e, however slowly', () => {
    const mute = { unstable: null };
    const scale = station().reads(0, 25, mute).person('h-1');
    for (let gross = 1000; gross < 1100; gross += 10) scale.reads(gross, 8, mute);
    expect(scale.told()).toEqual([]);
    for (let n = 0; n < 30; n += 1) scale.reads(n % 2 ? 2000 : 2020, 1, mute);
    expect(scale.told()).toEqual([]);
  });

  it('that does not come is refused after 30 s and the goods must come off', () => {
    const scale = zeroed().card('h-1');
    expect(scale.moving(2500, unstableMaxMs / stepMs + 1).told()).toEqual([]);
    expect(scale.moving(2500).told()).toEqual(['unstable_too_long']);
    expect(scale.person('h-1').reads(2500, 9).told()).toEqual(['no_return_to_zero']);
  });
});

describe('a captured weight', () => {
  it('stays as it is while the scale shows it within 1 e', () => {
    expect(zeroed().reads(2500, calmReads).reads(2510, 4).moving(2490).person('h-1').moving(2490).told()).toEqual(['h-1 2500']);
  });

  it('is weighed anew when goods are added or taken off', () => {
    expect(zeroed().reads(2500, calmReads).reads(3100).person('h-1').told()).toEqual([]);
    expect(zeroed().reads(2500, calmReads).reads(3100, calmReads).person('h-1').reads(3100).told()).toEqual(['h-1 3100']);
    expect(zeroed().reads(2500, calmReads).reads(900, calmReads).person('h-1').reads(900).told()).toEqual(['h-1 900']);
  });

  it('is forgotten when the goods go before anybody said whose they are', () => {
    const scale = zeroed().reads(2500, calmReads).moving(60).reads(0);
    expect([scale.phase(), scale.person('h-1').reads(0, 4).told()]).toEqual(['ready', []]);
  });

  it('is never settled by the card alone: a reading must still show it', () => {
    expect(zeroed().reads(2500, calmReads).person('h-1').told()).toEqual([]);
  });
});

describe('card and material', () => {
  it('wait a minute for the rest and no longer', () => {
    expect(
      zeroed()
        .person('h-1')
        .pass(identificationMs - 4 * stepMs)
        .reads(2500, calmReads)
        .told(),
    ).toEqual(['h-1 2500']);
    expect(
      zeroed()
        .person('h-1')
        .pass(identificationMs)
        .reads(2500, calmReads + 9)
        .told(),
    ).toEqual([]);
    expect(
      zeroed()
        .card('h-1')
        .pass(identificationMs + 1)
        .reads(2500, calmReads)
        .material('paper')
        .reads(2500)
        .told(),
    ).toEqual([]);
  });

  it('of another card replace the first, whose material does not carry over (R-15)', () => {
    const scale = zeroed().person('h-1').card('h-2').reads(2500, calmReads);
    expect(scale.told()).toEqual([]);
    expect(scale.material('textile').reads(2500, 9).settled()).toMatchObject([{ household: 'h-2', material: 'textile' }]);
  });

  it('may be shown twice by the same person, and changed', () => {
    expect(zeroed().person('h-1').material('textile').card('h-1').reads(2500, calmReads).settled()).toMatchObject([{ household: 'h-1', material: 'textile' }]);
  });

  it('are used up by a settlement and by a refusal', () => {
    const scale = zeroed().person('h-1').reads(2500, calmReads);
    expect(scale.reads(0, 2).reads(1000, 9).told()).toEqual(['h-1 2500']);
    const refused = zeroed().person('h-1').reads(32_000, 1, { overload: true });
    expect(refused.reads(0, 2).reads(1000, 9).told()).toEqual(['overload']);
  });
});

describe('a refusal', () => {
  it('of an overloaded, an underloaded or a negative scale gives no number', () => {
    expect(zeroed().person('h-1').reads(30_100, 9, { overload: true }).told()).toEqual(['overload']);
    expect(zeroed().person('h-1').reads(-201, 9).told()).toEqual(['underload']);
    expect(zeroed().person('h-1').reads(-200, 9).told()).toEqual(['negative']);
    expect(zeroed().person('h-1').reads(2500).reads(-6).told()).toEqual(['negative']);
  });

  it('of a scale that has no word for its limits goes by Max and nine, and by twenty intervals below zero', () => {
    const mute = { overload: null, underload: null };
    expect(zeroed().person('h-1').reads(30_090, calmReads, mute).told()).toEqual(['h-1 30090']);
    expect(zeroed().person('h-1').reads(30_091, 1, mute).told()).toEqual(['overload']);
    expect(
      zeroed()
        .person('h-1')
        .reads(2000, 1, { ...mute, maxGrams: 1900 })
        .told(),
    ).toEqual(['overload']);
    expect(zeroed().person('h-1').reads(-201, 1, mute).told()).toEqual(['underload']);
  });

  it('of a scale that says its own numbers are worthless gives none, whatever they are', () => {
    for (const [said, code] of [
      [{ fault: true }, 'scale_fault'],
      [{ overload: true }, 'overload'],
      [{ underload: true }, 'underload'],
    ] as const) {
      expect(zeroed().person('h-1').reads(2500, 9, said).told()).toEqual([code]);
      expect(zeroed().reads(2500, calmReads).person('h-1').reads(2500, 1, said).told()).toEqual([code]);
      expect(station().reads(0, 9, said).phase()).toBe('clearing');
    }
  });

  it('of a scale that sends no number at all ends the weighing; a busy one is only asked again', () => {
    for (const [why, code] of [
      ['overload', 'overload'],
      ['underload', 'underload'],
      ['fault', 'scale_fault'],
    ] as const) {
      expect(zeroed().person('h-1').reads(2500, 2).says(why).told()).toEqual([code]);
      expect(zeroed().says(why).phase()).toBe('clearing');
    }
    const busy = zeroed().person('h-1').reads(2500, 2).says('busy');
    expect([busy.told(), busy.reads(2500, 2).told(), busy.reads(2500, calmReads).told()]).toEqual([[], [], ['h-1 2500']]);
    expect(zeroed().card('h-1').reads(2500, 2).says('busy').says('busy').says('busy').says('busy').says('busy').told()).toEqual(['stale']);
  });

  it('of a drifting scale is told to nobody who is not there', () => {
    expect(zeroed().reads(-20, 9).reads(0, 2).told()).toEqual([]);
    expect(zeroed().isLost().reads(0, 2).told()).toEqual([]);
    expect(zeroed().reads(-20, 9).person('h-1').reads(-20).told()).toEqual(['negative']);
  });

  it('of a tare changed inside the weighing', () => {
    expect(zeroed().person('h-1').reads(2500).reads(2500, 9, { tareGrams: 300 }).told()).toEqual(['tare_changed']);
    expect(zeroed().reads(2500, calmReads).person('h-1').reads(2500, 9, { tareGrams: 300 }).told()).toEqual(['tare_changed']);
  });

  it('of too little is told once to who waits, and more may be added', () => {
    const scale = zeroed().reads(40, 9);
    expect(scale.told()).toEqual([]);
    expect(scale.person('h-1').reads(40, 9).told()).toEqual(['below_minimum']);
    expect(scale.reads(400, calmReads).told()).toEqual(['h-1 400']);
    expect(zeroed().person('h-1').reads(50, calmReads).told()).toEqual(['h-1 50']);
  });

  it('of too little counts what is left without the tare', () => {
    const tare = { tareGrams: 300 };
    expect(station().reads(0, 2, tare).person('h-1').reads(340, calmReads, tare).told()).toEqual(['below_minimum']);
  });
});

describe('a scale that falls silent', () => {
  it('ends the weighing, captured or not, and wants to see zero again', () => {
    for (const scale of [zeroed().card('h-1').reads(2500), zeroed().card('h-1').reads(2500, calmReads)]) {
      expect(scale.isLost().told()).toEqual(['stale']);
      expect(scale.person('h-1').reads(2500, 9).told()).toEqual(['no_return_to_zero']);
      expect(scale.reads(0, 2).person('h-1').reads(2500, calmReads).told()).toEqual(['h-1 2500']);
    }
  });

  it('may miss a read, but not for more than a second', () => {
    expect(
      zeroed()
        .card('h-1')
        .reads(2500, 2)
        .misses(staleMs / stepMs)
        .told(),
    ).toEqual([]);
    expect(
      zeroed()
        .card('h-1')
        .reads(2500, 2)
        .misses(staleMs / stepMs + 1)
        .told(),
    ).toEqual(['stale']);
  });

  it('is also one that nobody asked for more than a second while a load lay on it', () => {
    expect(
      zeroed()
        .card('h-1')
        .reads(2500, calmReads)
        .pass(staleMs - stepMs)
        .reads(2500)
        .told(),
    ).toEqual([]);
    expect(zeroed().card('h-1').reads(2500, calmReads).pass(staleMs).reads(2500).told()).toEqual(['stale']);
  });

  it('may be asked rarely while the tray is empty', () => {
    const scale = station().reads(0).pass(60_000).reads(0).pass(60_000).reads(0);
    expect(scale.phase()).toBe('ready');
    expect(scale.pass(59_000).person('h-1').reads(2500, calmReads).told()).toEqual(['h-1 2500']);
  });

  it('is not replaced by an answer from before', () => {
    const scale = zeroed().person('h-1').reads(2500, 2);
    expect(scale.reads(2500, 9, { atMs: scale.now() - staleMs }).told()).toEqual(['stale']);
  });

  it('is told to who asked it for an answer', () => {
    expect(station().isLost().person('h-1').isLost().isLost().told()).toEqual(['stale']);
  });
});
