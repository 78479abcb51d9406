// Without this a truck could be called for one fluffy bag, a full bin stay unnoticed, or a fire alarm clear itself.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompartmentState, decideAlarmReset, decideOpen, type FillState, freshCompartment, stepCompartment } from '../../../gateway/core/bins.ts';
import type { CompartmentReading } from '../../../protocol/bin-reading.ts';
import { type EventDraft, eventSchemas } from '../../../protocol/events.ts';

const calm: CompartmentReading = {
  compartment: 2,
  wasteClass: 'recyclable',
  levelPercent: 10,
  full: null,
  doorOpen: false,
  smoke: false,
  temperatureDeciC: 200,
};

function play(readings: readonly Partial<CompartmentReading>[], start: CompartmentState = freshCompartment) {
  const drafts: EventDraft[] = [];
  let state = start;
  for (const reading of readings) {
    const step = stepCompartment('bin-1', state, { ...calm, ...reading });
    state = step.state;
    drafts.push(...step.drafts);
  }
  return { state, drafts, told: drafts.map(({ data }) => ('fillState' in data ? data.fillState : 'fire')) };
}
const levels = (...percents: number[]) => percents.map((levelPercent) => ({ levelPercent }));
const recorded = (fillState: FillState): CompartmentState => ({ fillState, alarm: false, recentLevels: [] });

describe('the fill level', () => {
  it('is told at 80 % and at 95 %, when three readings in a row agree', () => {
    expect(play(levels(80, 80)).told).toEqual([]);
    expect(play(levels(79, 79, 79, 79)).told).toEqual([]);
    expect(play(levels(95, 95, 95)).told).toEqual(['full']);
    const filling = play(levels(80, 80, 80, 94, 94, 94, 95, 95, 95, 100, 100, 100));
    expect(filling.told).toEqual(['plan', 'full']);
    expect(filling.drafts[0]).toEqual({
      name: 'bin.level.changed',
      subject: 'bin-1',
      data: { bin: 'bin-1', compartment: 2, wasteClass: 'recyclable', levelPercent: 80, fillState: 'plan' },
    });
    for (const draft of filling.drafts) expect(eventSchemas[draft.name].safeParse(draft.data).success).toBe(true);
  });

  it('goes straight to full when a big load comes, and is not held up by a level that flickers around a threshold', () => {
    expect(play(levels(10, 97, 97, 97)).told).toEqual(['full']);
    expect(play(levels(94, 95, 94, 95, 94)).told).toEqual(['plan']);
  });

  it('is not raised by one or two false readings', () => {
    expect(play(levels(10, 99, 99, 10, 99, 99, 10)).told).toEqual([]);
    expect(play(levels(90, 5, 5, 90, 5, 5), recorded('plan')).told).toEqual([]);
  });

  it('is normal again only below 70 %, and full until then', () => {
    expect(play(levels(70, 70, 70), recorded('plan')).told).toEqual([]);
    expect(play(levels(85, 85, 85, 70, 70, 70), recorded('full')).told).toEqual([]);
    expect(play(levels(69, 69, 69), recorded('plan')).told).toEqual(['normal']);
    expect(play(levels(0, 0, 0), recorded('full')).told).toEqual(['normal']);
  });

  it('does not count while the door is open', () => {
    const open = { doorOpen: true };
    expect(play([...levels(99, 99, 99, 99).map((reading) => ({ ...reading, ...open }))]).told).toEqual([]);
    expect(play([{ levelPercent: 85 }, { levelPercent: 85 }, { levelPercent: 0, ...open }, { levelPercent: 85 }]).told).toEqual(['plan']);
  });

  it('is told exactly when it changes: no event repeats the one before, whatever the readings', () => {
    const reading = fc.record({ levelPercent: fc.integer({ min: 0, max: 100 }), doorOpen: fc.boolean() });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 80 }), (readings) => {
        const { told, state } = play(readings);
        expect(state.recentLevels.length).toBeLessThanOrEqual(3);
        expect(told.every((fill, index) => fill !== (told[index - 1] ?? 'normal'))).toBe(true);
        expect(told.at(-1) ?? 'normal').toBe(state.fillState);
      }),
    );
  });
});

describe('a bin that knows only full and room', () => {
  const says = (...list: readonly boolean[]) => list.map((full) => ({ levelPercent: null, full }));
  it('is full, and normal again, by three looks that agree, and tells no percent nobody measured', () => {
    const filled = play(says(false, false, false, true, true, false, true, true, true, true));
    expect(filled.told).toEqual(['full']);
    expect(filled.drafts[0]?.data).toEqual({ bin: 'bin-1', compartment: 2, wasteClass: 'recyclable', levelPercent: null, fillState: 'full' });
    const emptied = play(says(false, false, true, false, false, false), recorded('full'));
    expect(emptied.told).toEqual(['normal']);
    expect(emptied.drafts[0]?.data).toMatchObject({ levelPercent: null });
    for (const draft of [...filled.drafts, ...emptied.drafts]) expect(eventSchemas[draft.name].safeParse(draft.data).success).toBe(true);
  });
  it('says nothing through an open lid, and a measured level is told beside a full that is believed first', () => {
    expect(play(says(true, true, true).map((reading) => ({ ...reading, doorOpen: true }))).told).toEqual([]);
    expect(play([60, 60, 60].map((levelPercent) => ({ levelPercent, full: true }))).drafts[0]?.data).toMatchObject({ fillState: 'full', levelPercent: 60 });
    expect(play([85, 85, 85].map((levelPercent) => ({ levelPercent, full: false }))).told).toEqual(['plan']);
  });
});

describe('the fire alarm', () => {
  it('comes with the first reading of smoke, or of more than 70.0 degrees', () => {
    const [smoke] = play([{ smoke: true }]).drafts;
    expect(smoke).toEqual({ name: 'alarm.fire', subject: 'bin-1', data: { bin: 'bin-1', compartment: 2, smoke: true, temperatureDeciC: 200 } });
    expect(play([{ temperatureDeciC: 700 }]).told).toEqual([]);
    expect(play([{ temperatureDeciC: 701 }]).told).toEqual(['fire']);
  });

  it('comes also through an open door, and does not hide what the level does', () => {
    expect(play([{ smoke: true, doorOpen: true }]).told).toEqual(['fire']);
    expect(play([...levels(96, 96), { levelPercent: 96, smoke: true }]).told).toEqual(['fire', 'full']);
  });

  it('comes once and is not cleared by fresh air', () => {
    const burnt = play([{ smoke: true }, { smoke: true, temperatureDeciC: 900 }, {}, {}, { smoke: true }]);
    expect(burnt.told).toEqual(['fire']);
    expect(burnt.state.alarm).toBe(true);
  });

  it('is reset by a person, who is named; what is not there cannot be reset', () => {
    const place = { bin: 'bin-1', compartment: 2 };
    const reset = decideAlarmReset(place, { alarm: true }, 'clerk');
    expect(reset).toEqual({ ok: true, draft: { name: 'alarm.cleared', subject: 'bin-1', data: { ...place, operator: 'clerk' } } });
    expect(decideAlarmReset(place, { alarm: false }, 'clerk')).toEqual({ ok: false, refusal: { code: 'no_alarm' } });
    expect(decideAlarmReset(place, undefined, 'clerk')).toEqual({ ok: false, refusal: { code: 'compartment_unknown' } });
  });

  it('comes again when it still burns after the reset', () => {
    expect(play([{ smoke: true }], recorded('normal')).told).toEqual(['fire']);
  });
});

describe('a bin that cannot say everything', () => {
  it('burns by what it has: smoke without a thermometer, heat without a smoke contact', () => {
    expect(play([{ smoke: true, temperatureDeciC: null }]).drafts[0]?.data).toMatchObject({ smoke: true, temperatureDeciC: null });
    expect(play([{ smoke: null, temperatureDeciC: 701 }]).drafts[0]?.data).toMatchObject({ smoke: null, temperatureDeciC: 701 });
    expect(play([{ smoke: null, temperatureDeciC: null }]).told).toEqual([]);
    for (const draft of play([{ smoke: true, temperatureDeciC: null }]).drafts) expect(eventSchemas[draft.name].safeParse(draft.data).success).toBe(true);
  });

  it('is not full by a level nobody could read, and full by one read with an unknown door', () => {
    expect(play([{ levelPercent: null }, { levelPercent: null }, { levelPercent: null }], recorded('plan')).told).toEqual([]);
    expect(play([97, 97, 97].map((levelPercent) => ({ levelPercent, doorOpen: null }))).told).toEqual(['full']);
  });
});

describe('opening a hatch', () => {
  it('is refused where there is no lock, and while the alarm stands', () => {
    expect(decideOpen(undefined, true)).toBeUndefined();
    expect(decideOpen({ alarm: false }, true)).toBeUndefined();
    expect(decideOpen({ alarm: true }, true)).toBe('alarm_standing');
    expect(decideOpen({ alarm: true }, false)).toBe('no_lock');
  });
});
