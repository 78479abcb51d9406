// Lost if deleted: that a hatch opened for one household is never used by the next, that it is opened once, and that every session comes to an end.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DepositInput,
  type DepositLook,
  type DepositState,
  type DepositStep,
  type Hatch,
  judgeHatch,
  noDeposit,
  stepDeposit,
} from '../../../gateway/core/deposit-session.ts';
import { sortingRulesSchema } from '../../../protocol/rules/sorting.ts';
import { householdOf } from '../../support/village-drafts.ts';

const rules = sortingRulesSchema.parse({}).deposit;
const [first, second] = [householdOf(1), householdOf(2)];
const hatch = (compartment: number, changes: Partial<Hatch> = {}): Hatch => ({
  ...{ compartment, wasteClass: 'food', fillState: 'normal', alarm: false, hasLock: true },
  ...changes,
});
const seen = (changes: Partial<DepositLook> = {}): DepositLook => ({
  compartment: 1,
  doorOpen: false,
  handSeen: null,
  levelPercent: 40,
  grams: null,
  ...changes,
});

/** A bin that lives: what is told, ordered and recorded, in order. */
function openBin(hatches: Hatch[] = [hatch(1), hatch(2, { wasteClass: 'residual' })]) {
  let state: DepositState = noDeposit;
  let nowMs = 0;
  let looks = [seen()];
  let sessions = 1;
  const steps: DepositStep[] = [];
  const take = (input: DepositInput): string[] => {
    const step = stepDeposit(state, input, { bin: 'bin-1', session: `bin-1-${sessions}`, hatches, looks, nowMs, rules });
    state = step.state;
    steps.push(step);
    for (const { name } of step.drafts) if (name === 'deposit.session.opened') sessions += 1;
    const says = step.says.map((saying) => (saying.say === 'refused' ? saying.code : saying.say));
    return [...step.drafts.map(({ name, data }) => ('ended' in data ? `closed ${data.ended}` : name)), ...step.orders.map(({ order }) => order), ...says];
  };
  return {
    take,
    steps,
    phase: () => state.phase,
    card: (household: string | null = first) => take({ kind: 'identified', household }),
    choose: (wasteClass: Hatch['wasteClass'] = 'food') => take({ kind: 'chosen', wasteClass }),
    obeyed: () => take({ kind: 'opened', outcome: 'obeyed' }),
    look: (changes: Partial<DepositLook>, later = 2000) => {
      nowMs += later;
      looks = [seen(changes)];
      return take({ kind: 'look', looks });
    },
    tick: (later: number) => {
      nowMs += later;
      return take({ kind: 'tick' });
    },
    last: () => steps.flatMap(({ drafts }) => drafts).at(-1)?.data,
  };
}

describe('a deposit', () => {
  it('goes from the card over one hatch to what it weighed', () => {
    const { card, choose, obeyed, look, last, phase } = openBin();
    expect(card()).toEqual(['hatches']);
    expect(choose()).toEqual(['open']);
    expect(obeyed()).toEqual(['deposit.session.opened']);
    expect(last()).toEqual({ session: 'bin-1-1', bin: 'bin-1', compartment: 1, wasteClass: 'food', household: first, levelPercent: 40 });
    expect(look({ doorOpen: true, levelPercent: 90 })).toEqual([]);
    expect(look({ doorOpen: false, levelPercent: 60 })).toEqual([]);
    expect(phase()).toBe('settling');
    expect(look({ levelPercent: 44 })).toEqual([]);
    expect(look({ levelPercent: 43 })).toEqual([]);
    expect(look({ levelPercent: 43 })).toEqual(['closed shut', 'confirmed']);
    expect(last()).toMatchObject({ session: 'bin-1-1', measuredBy: 'level', risePercent: 3, netGrams: null });
    expect(phase()).toBe('idle');
  });

  it('is weighed by a scale where there is one', () => {
    const { card, choose, obeyed, look, last } = openBin();
    look({ grams: 12_000 });
    card();
    choose();
    obeyed();
    look({ doorOpen: true, grams: 15_000 });
    look({ grams: 14_200 });
    look({ grams: 14_200 });
    expect(look({ grams: 14_200 })).toEqual(['closed shut', 'confirmed']);
    expect(last()).toMatchObject({ measuredBy: 'scale', netGrams: 2200 });
  });

  it('ends by itself: nobody chooses, no hand comes, or the hatch stands open for a minute', () => {
    const bin = openBin();
    bin.card();
    expect(bin.tick(29_999)).toEqual([]);
    expect(bin.tick(1)).toEqual(['over']);
    bin.card();
    bin.choose();
    bin.obeyed();
    expect(bin.tick(7999)).toEqual([]);
    bin.tick(1);
    expect(bin.phase()).toBe('settling');
    expect(bin.tick(6000)).toEqual(['closed quiet', 'confirmed']);
    expect(bin.last()).toMatchObject({ measuredBy: 'none', risePercent: null });
    bin.card();
    bin.choose();
    bin.obeyed();
    for (let looks = 0; looks < 29; looks += 1) expect(bin.look({ doorOpen: true })).toEqual([]);
    expect(bin.phase()).toBe('open');
    bin.look({ doorOpen: true });
    expect(bin.phase()).toBe('settling');
    expect(bin.tick(6000)).toEqual(['closed timeout', 'confirmed']);
  });

  it('is not for the next person: another card, or the same again, ends it, and the open hatch is shut first (R-15)', () => {
    for (const next of [first, second]) {
      const { card, choose, obeyed, look, last } = openBin();
      card();
      choose();
      expect(card(next)).toEqual(['hatch_in_use']);
      obeyed();
      look({ doorOpen: true });
      expect(choose()).toEqual(['hatch_in_use']);
      expect(card(next)).toEqual(['closed reidentified', 'hatches']);
      expect(last()).toMatchObject({ household: first });
      expect(choose()).toEqual(['hatch_open']);
      look({ doorOpen: false });
      expect(choose()).toEqual(['open']);
      obeyed();
      expect(last()).toMatchObject({ session: 'bin-1-2', household: next });
    }
  });

  it('opens nothing without a card, and nothing that is full, burning, hazardous, without a lock or not there', () => {
    expect(openBin().choose()).toEqual(['card_first']);
    const cases = {
      hatch_full: { fillState: 'full' },
      alarm_standing: { alarm: true },
      hatch_hazardous: { wasteClass: 'hazardous' },
      no_lock: { hasLock: false },
    } as const;
    for (const [code, changes] of Object.entries(cases)) expect(judgeHatch(hatch(1, changes)), code).toBe(code);
    const bin = openBin([hatch(1, { fillState: 'full' }), hatch(2)]);
    bin.card();
    expect(bin.choose('recyclable')).toEqual(['hatch_unknown']);
    // Of two compartments of a class the one with room is opened.
    expect(bin.choose()).toEqual(['open']);
    expect(bin.steps.at(-1)?.orders).toEqual([{ order: 'open', compartment: 2 }]);
    expect(bin.take({ kind: 'opened', outcome: 'refused' })).toEqual(['board_refused']);
    expect(bin.phase()).toBe('idle');
  });
});

it('whatever happens: a hatch is ordered once a session, every session that opened closes once, and it ends when nothing more happens', () => {
  const input = fc.oneof(
    fc.record({ kind: fc.constant('card' as const), household: fc.constantFrom(first, second, null) }),
    fc.record({ kind: fc.constant('choose' as const), wasteClass: fc.constantFrom('food' as const, 'residual' as const, 'recyclable' as const) }),
    fc.record({ kind: fc.constant('opened' as const), outcome: fc.constantFrom('obeyed' as const, 'unknown' as const, 'refused' as const) }),
    fc.record({ kind: fc.constant('look' as const), doorOpen: fc.boolean(), levelPercent: fc.integer({ min: 0, max: 100 }) }),
    fc.record({ kind: fc.constant('tick' as const), later: fc.integer({ min: 0, max: 20_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(input, { maxLength: 60 }), (inputs) => {
      const bin = openBin();
      for (const one of inputs) {
        if (one.kind === 'card') bin.card(one.household);
        else if (one.kind === 'choose') bin.choose(one.wasteClass);
        else if (one.kind === 'opened') bin.take({ kind: 'opened', outcome: one.outcome });
        else if (one.kind === 'look') bin.look({ doorOpen: one.doorOpen, levelPercent: one.levelPercent });
        else bin.tick(one.later);
      }
      bin.take({ kind: 'opened', outcome: 'refused' });
      for (let later = 0; later < 5; later += 1) bin.tick(61_000);
      expect(bin.phase()).toBe('idle');
      const drafts = bin.steps.flatMap((step) => step.drafts);
      const of = (name: string) => drafts.flatMap((draft) => (draft.name === name && 'session' in draft.data ? [draft.data.session] : []));
      expect(of('deposit.session.closed')).toEqual(of('deposit.session.opened'));
      expect(new Set(of('deposit.session.opened')).size).toBe(of('deposit.session.opened').length);
      expect(bin.steps.flatMap(({ orders }) => orders).length).toBeGreaterThanOrEqual(of('deposit.session.opened').length);
    }),
  );
});
