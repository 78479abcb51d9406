// Lost if deleted: that a pick-up goes its way once, from the bin or a person to the truck, and that false full takes a weight.
import { describe, expect, it } from 'vitest';
import { wireClock } from '../../../gateway/clock.ts';
import type { RankedPickup } from '../../../gateway/core/pickup-ranking.ts';
import { escalatePickups } from '../../../gateway/workflows/escalate-pickups.ts';
import { eventually } from '../../support/eventually.ts';
import { codeOf, dataOf, namesOf, openVillage, sound } from '../../support/tell.ts';

function openShed() {
  const village = openVillage();
  const list = () => {
    const seen = village.show('pickup.list', {}, 'collector-1');
    return seen.ok ? (seen.shown as RankedPickup[]) : [];
  };
  const drive = (story: string, input: object) => village.tell(`pickup.${story}`, { request: 1, ...input }, 'collector-1');
  return { ...village, list, drive };
}

describe('a pick-up', () => {
  it('is asked for, joined, taken, driven to and finished, each once', async () => {
    const { tell, drive, list, soundness } = openShed();
    const ask = (wasteClass: string) => tell('pickup.request', { bin: 'shed-1', wasteClass }, 'clerk-1');
    expect(namesOf(await ask('food'))).toEqual(['pickup.requested']);
    expect(namesOf(await ask('food'))).toEqual([]);
    expect(namesOf(await ask('residual'))).toEqual(['pickup.changed']);
    expect(list()).toMatchObject([{ request: 1, bin: 'shed-1', rank: 1, state: 'open', lines: [{ wasteClass: 'food' }, { wasteClass: 'residual' }] }]);
    expect(codeOf(await drive('start', {}))).toBe('pickup_not_acknowledged');
    expect(codeOf(await drive('acknowledge', { truck: 3 }))).toBe('truck_unknown');
    expect(namesOf(await drive('acknowledge', { truck: 1 }))).toEqual(['pickup.acknowledged']);
    expect(codeOf(await drive('finish', {}))).toBe('pickup_not_started');
    expect(namesOf(await drive('acknowledge', { truck: 2 }))).toEqual(['pickup.acknowledged']);
    expect(namesOf(await drive('start', {}))).toEqual(['pickup.started']);
    expect(namesOf(await drive('start', {}))).toEqual([]);
    expect(codeOf(await drive('acknowledge', { truck: 1 }))).toBe('pickup_en_route');
    const done = await drive('finish', { fetched: [{ wasteClass: 'food', netGrams: 41_000 }] });
    expect(dataOf(done, 'pickup.done')).toMatchObject([{ truck: 2, fetched: [{ netGrams: 41_000, suspectedFluff: false }] }]);
    expect(codeOf(await drive('finish', {}))).toBe('pickup_done');
    expect(list()).toEqual([]);
    expect(namesOf(await ask('food'))).toEqual(['pickup.requested']);
    expect(list()).toMatchObject([{ request: 2, truck: null }]);
    expect(codeOf(await tell('pickup.start', { request: 9 }, 'collector-1'))).toBe('pickup_unknown');
    expect(soundness()).toEqual(sound);
  });

  it('of something that only says full is put last and called off by a weight', async () => {
    const { store, drive, list, soundness } = openShed();
    const line = { compartment: 1, wasteClass: 'recyclable' as const, level: 'full' as const, suspectedFluff: false };
    store.append([{ name: 'pickup.requested', subject: 'bin-1', data: { request: 1, bin: 'bin-1', lines: [line], askedBy: null } }]);
    expect(codeOf(await drive('cancel', { reason: 'false_full' }))).toBe('pickup_not_checked');
    expect(codeOf(await drive('check', { wasteClass: 'food', netGrams: 100 }))).toBe('pickup_other_class');
    expect(dataOf(await drive('check', { wasteClass: 'recyclable', netGrams: 3000 }), 'pickup.checked')).toMatchObject([{ suspectedFluff: false }]);
    expect(codeOf(await drive('cancel', { reason: 'false_full' }))).toBe('pickup_not_checked');
    expect(dataOf(await drive('check', { wasteClass: 'recyclable', netGrams: 2999 }), 'pickup.checked')).toMatchObject([{ suspectedFluff: true }]);
    expect(list()).toMatchObject([{ urgency: 'fluff' }]);
    expect(namesOf(await drive('cancel', { reason: 'false_full' }))).toEqual(['pickup.cancelled']);
    expect(codeOf(await drive('cancel', { reason: 'error' }))).toBe('pickup_cancelled');
    expect(soundness()).toEqual(sound);
  });

  it('nobody sets out for is escalated once while the gateway serves', async () => {
    const { tell, store, books, clock, list } = openShed();
    await tell('pickup.request', { bin: 'shed-1', wasteClass: 'food' }, 'clerk-1');
    clock.nowMs += 4 * 3_600_000;
    const stop = new AbortController();
    let looks = 0;
    const sleep = async (_ms: number, _name: string, signal?: AbortSignal) => {
      looks += 1;
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    };
    const task = escalatePickups(books, { ...wireClock, sleep }, stop.signal);
    await eventually(
      () => looks > 3,
      () => 'the task does not get on',
    );
    expect(store.counts()['pickup.escalated']).toBe(1);
    expect(list()).toMatchObject([{ escalated: true }]);
    stop.abort(new Error('over'));
    await expect(task).rejects.toThrow('over');
  });
});
