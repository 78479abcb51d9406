/**
 * What a lock board owes a bin, over whatever wire: one pulse for one order and never a second, what is not known told as such, and every door
 * that moves seen, asked or unasked. Run by locks.test.ts in memory and over TCP, and by test/system over a pty.
 */
import { describe, expect, it } from 'vitest';
import { type Clock, wireClock } from '../../gateway/clock.ts';
import { openHatch } from '../../gateway/workflows/open-hatch.ts';
import { eventually } from '../support/eventually.ts';
import { type LockWay, openLockLine } from '../support/lock-line.ts';
import { makeStore } from '../support/make-store.ts';
import { patientClock } from '../support/null-modem.ts';

const { signal } = new AbortController();

async function openPoint(way: () => Promise<LockWay> | LockWay, clock: Clock = patientClock) {
  const line = await openLockLine(await way(), clock);
  const { store } = makeStore();
  const opened = () => [...store.events()].flatMap(({ draft }) => (draft.name === 'bin.hatch.opened' ? [draft.data] : []));
  const fault = (...names: ('bolt-stuck' | 'coil-broken' | 'contact-blind' | 'mute')[]) => line.twin.setFaults(names.map((name) => ({ name })));
  const doors = async () => (await line.bin.read(signal)).map(({ doorOpen }) => doorOpen);
  const told = (lock: number, door: string) =>
    eventually(
      () => line.locks.doors.get(lock) === door,
      () => `lock ${lock} is ${line.locks.doors.get(lock)}`,
    );
  return {
    ...line,
    line,
    store,
    opened,
    fault,
    doors,
    told,
    open: (lock: number) => openHatch(store, line.bin, { compartment: lock, operator: 'clerk' }, signal),
  };
}

/** Runs the contract. */
export function describeLocks(name: string, way: () => Promise<LockWay> | LockWay): void {
  describe(`a WKLY lock board over ${name}`, () => {
    it('opens the lock it is told to, once, and tells unasked that a door opened and was shut', async () => {
      const { bin, iron, locks, open, opened, pulses, doors, told } = await openPoint(way);
      expect([bin.hasLock(1), bin.hasLock(2), bin.hasLock(3), await doors()]).toEqual([true, true, false, [false, false]]);
      expect(await open(2)).toEqual({ ok: true, outcome: 'obeyed' });
      expect([pulses, opened()]).toEqual([[2], [{ bin: 'bin-1', compartment: 2, outcome: 'obeyed', operator: 'clerk' }]]);
      await eventually(
        () => locks.openings(2) === 1,
        () => 'the open door was not told',
      );
      expect(await bin.read(signal)).toMatchObject([
        { compartment: 1, levelPercent: 50, doorOpen: false },
        { compartment: 2, levelPercent: null, doorOpen: true },
      ]);
      iron.setDoor(false);
      await told(2, 'closed');
      expect([await doors(), locks.openings(1), locks.openings(2), locks.online]).toEqual([[false, false], 0, 1, true]);
    });

    it('takes a level for none when the door was open while it was measured, even if it is shut again', async () => {
      const { bin, iron, tick, line, locks } = await openPoint(way);
      line.onLevelAsked = () => {
        line.onLevelAsked = () => undefined;
        iron.moveDoor(1, true);
        tick();
        iron.moveDoor(1, false);
        tick();
      };
      expect(await bin.read(signal)).toMatchObject([{ doorOpen: true }, { doorOpen: false, levelPercent: 50 }]);
      expect(locks.openings(1)).toBe(1);
      expect(await bin.read(signal)).toMatchObject([{ doorOpen: false, levelPercent: 50 }, { doorOpen: false }]);
    });

    it('is refused only by its own word', async () => {
      const { open, opened, pulses, fault, doors } = await openPoint(way);
      fault('coil-broken');
      expect(await open(1)).toEqual({ ok: false, refusal: { code: 'board_refused' } });
      fault('bolt-stuck');
      expect(await open(1)).toEqual({ ok: true, outcome: 'obeyed' });
      expect([pulses, opened().map(({ outcome }) => outcome), await doors()]).toEqual([[1], ['refused', 'obeyed'], [false, false]]);
      fault('contact-blind');
      expect(await doors()).toEqual([null, null]);
    });

    it('that says nothing back leaves the order unknown and is not told again; its silent doors are nobody’s guess', async () => {
      const { open, opened, pulses, fault, doors, locks } = await openPoint(way, wireClock);
      fault('mute', 'bolt-stuck');
      expect(await open(1)).toEqual({ ok: true, outcome: 'unknown' });
      expect([pulses, opened().map(({ outcome }) => outcome), locks.online]).toEqual([[1], ['unknown'], false]);
      expect(await doors()).toEqual([null, null]);
      expect([...locks.doors]).toEqual([]);
      fault();
      expect(await doors()).toEqual([false, false]);
      expect([pulses, locks.online]).toEqual([[1], true]);
    });

    it('whose answer was lost is believed when its door is read as open', async () => {
      const { open, opened, pulses, fault } = await openPoint(way);
      fault('mute');
      const opening = open(1);
      await eventually(
        () => pulses.length === 1,
        () => 'no pulse',
      );
      fault();
      expect(await opening).toEqual({ ok: true, outcome: 'obeyed' });
      expect([pulses, opened().length]).toEqual([[1], 1]);
    });
  });
}
