// Lost without this file: nobody would notice an event skipped, repeated out of order, or a cursor that runs ahead of the broker.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventWindow, type ForwardEvent } from '../../../gateway/northbound/event-window.ts';
import { MemoryLog } from '../../support/memory-log.ts';

const events = (count: number, bytes = 100): readonly ForwardEvent[] =>
  Array.from({ length: count }, (_, index) => ({ sequence: index + 1, name: 'device.health', envelope: Buffer.alloc(bytes) }));
const numbers = (taken: readonly ForwardEvent[]) => taken.map(({ sequence }) => sequence);

describe('the window', () => {
  it('holds 32 events', () => {
    const window = new EventWindow(new MemoryLog(events(100)));
    expect(numbers(window.take(1000, 0))).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
    expect(window.take(1000, 0)).toEqual([]);
    window.acknowledge(1);
    window.settle();
    expect(numbers(window.take(1000, 0))).toEqual([33]);
  });
  it('holds 256 KiB', () => {
    const window = new EventWindow(new MemoryLog(events(100, 12_288)));
    expect(window.take(1000, 0)).toHaveLength(21);
    expect(window.take(1000, 0)).toEqual([]);
  });
  it('respects a smaller room, as of a broker with a small Receive Maximum', () => {
    const window = new EventWindow(new MemoryLog(events(100)));
    expect(numbers(window.take(2, 0))).toEqual([1, 2]);
    expect(window.take(0, 0)).toEqual([]);
    expect(window.unansweredCount).toBe(2);
  });
  it('tells since when it has waited', () => {
    const window = new EventWindow(new MemoryLog(events(3)));
    expect(window.oldestSentMs).toBeUndefined();
    window.take(1, 10);
    window.take(2, 20);
    expect(window.oldestSentMs).toBe(10);
    window.acknowledge(1);
    expect(window.oldestSentMs).toBe(20);
  });
});

describe('the cursor', () => {
  it('waits for the oldest event', () => {
    const log = new MemoryLog(events(3));
    const window = new EventWindow(log);
    window.take(3, 0);
    window.acknowledge(2);
    window.acknowledge(3);
    window.settle();
    expect(window.cursor).toBe(0);
    window.acknowledge(1);
    window.settle();
    expect(window.cursor).toBe(3);
    expect(log.saved).toEqual([3]);
  });
  it('is not saved for every event of a backlog', () => {
    const log = new MemoryLog(events(320));
    const window = new EventWindow(log);
    for (let next = window.take(32, 0); log.cursor < 320; next = window.take(32, 0)) {
      for (const { sequence } of next) {
        window.acknowledge(sequence);
        window.settle();
      }
    }
    expect(log.saved.length).toBeLessThanOrEqual(11);
  });
});

it('whatever is lost: every event goes out, first times in order, and the cursor never passes one the broker lacks', () => {
  type Step = { readonly kind: 'take' | 'acknowledge' | 'lose' | 'restart'; readonly pick: number };
  const step: fc.Arbitrary<Step> = fc.record({ kind: fc.constantFrom('take', 'acknowledge', 'acknowledge', 'lose', 'restart'), pick: fc.nat(40) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const log = new MemoryLog(events(60));
      let window = new EventWindow(log);
      let under: number[] = [];
      const broker = new Set<number>();
      let firstTimes = 0;
      const send = (room: number) => {
        for (const { sequence } of window.take(room, 0)) {
          expect(sequence).toBeLessThanOrEqual(firstTimes + 1);
          firstTimes = Math.max(firstTimes, sequence);
          under.push(sequence);
        }
      };
      const answer = (at: number) => {
        const [sequence] = under.splice(at % under.length, 1);
        if (sequence === undefined) return;
        broker.add(sequence);
        window.acknowledge(sequence);
        window.settle();
      };
      for (const { kind, pick } of steps) {
        if (kind === 'take') send(pick);
        else if (kind === 'acknowledge' && under.length > 0) answer(pick);
        else if (kind === 'lose' || kind === 'restart') {
          under = [];
          if (kind === 'restart') window = new EventWindow(log);
          else window.rewind();
        }
        for (let sequence = 1; sequence <= Math.max(window.cursor, log.cursor); sequence += 1) expect(broker.has(sequence)).toBe(true);
      }
      window.rewind();
      under = [];
      while (broker.size < 60 || window.cursor < 60) {
        send(32);
        answer(0);
      }
      expect(log.cursor).toBe(60);
    }),
  );
});
