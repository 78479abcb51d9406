// Without this a roll in motion could wait behind a look at a bin, or a crowd of polls could shut a command out.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Priority, priorities, RequestQueue } from '../../../gateway/southbound/request-queue.ts';

const drain = <Item>(queue: RequestQueue<Item>) => Array.from({ length: queue.length }, () => queue.take());

describe('a request queue', () => {
  it('gives the urgent first and keeps the order within a priority', () => {
    const arrivals = fc.array(fc.constantFrom<Priority>(...priorities), { maxLength: 60 });
    fc.assert(
      fc.property(arrivals, (order) => {
        const queue = new RequestQueue<string>(60);
        const items = order.map((priority, n) => ({ priority, name: `${priority} ${n}` }));
        for (const { priority, name } of items) expect(queue.add(priority, name)).toBe(true);
        const expected = priorities.flatMap((wanted) => items.filter(({ priority }) => priority === wanted).map(({ name }) => name));
        expect(drain(queue)).toEqual(expected);
      }),
    );
  });

  it('refuses what is too much of one priority and still takes another', () => {
    const queue = new RequestQueue<string>(2);
    expect([queue.add('poll', 'a'), queue.add('poll', 'b'), queue.add('poll', 'c'), queue.add('actuation', 'd')]).toEqual([true, true, false, true]);
    expect(drain(queue)).toEqual(['d', 'a', 'b']);
  });

  it('takes out what is called off, once', () => {
    const queue = new RequestQueue<string>(2);
    queue.add('poll', 'a');
    queue.add('poll', 'b');
    expect([queue.remove('a'), queue.remove('a')]).toEqual([true, false]);
    expect(drain(queue)).toEqual(['b']);
    expect(queue.take()).toBeUndefined();
  });
});
