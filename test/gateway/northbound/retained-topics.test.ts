// Lost without this file: a chattering device could crowd out the others or flood the broker with states.
import { expect, it } from 'vitest';
import { RetainedTopics } from '../../../gateway/northbound/retained-topics.ts';

const value = (text: string | number) => Buffer.from(String(text));
const said = (taken: ReturnType<RetainedTopics['take']>) => taken && `${taken.topic}=${taken.payload}`;

it('sends the latest value only, and nothing twice', () => {
  const topics = new RetainedTopics();
  topics.set('a', value(1), 500);
  topics.set('a', value(2), 500);
  expect(said(topics.take(0))).toBe('a=2');
  topics.set('a', value(2), 500);
  expect(topics.take(10_000)).toBeUndefined();
});
it('keeps each to its pace', () => {
  const topics = new RetainedTopics();
  topics.set('a', value(1), 500);
  topics.take(1000);
  topics.set('a', value(2), 500);
  expect(topics.take(1499)).toBeUndefined();
  expect(said(topics.take(1500))).toBe('a=2');
});
it('lets topics take turns, however often one changes', () => {
  const topics = new RetainedTopics();
  const order: string[] = [];
  for (const name of ['a', 'b', 'c']) topics.set(name, value(0), 0);
  for (let round = 1; round <= 6; round += 1) {
    topics.set('a', value(round), 0);
    topics.set('b', value(round), 0);
    topics.set('c', value(round), 0);
    order.push(topics.take(round)?.topic ?? '');
  }
  expect(order).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
});
it('tells a new broker everything at once', () => {
  const topics = new RetainedTopics();
  topics.set('a', value(1), 60_000);
  topics.set('b', value(1), 60_000);
  topics.take(0);
  topics.take(0);
  topics.rewind();
  expect([said(topics.take(1)), said(topics.take(1)), topics.take(1)]).toEqual(['a=1', 'b=1', undefined]);
});
it('has bounds', () => {
  const topics = new RetainedTopics();
  expect(() => topics.set('a', Buffer.alloc(8193), 0)).toThrow('8193');
  for (let n = 0; n < 128; n += 1) topics.set(`t${n}`, value(n), 0);
  expect(() => topics.set('one more', value(1), 0)).toThrow('128');
});
