// Lost without this file: the promise that topics hold names from the site file only, and read back as what they are.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventNames } from '../../protocol/events.ts';
import { formatTopic, parseTopic, type TopicLeaf } from '../../protocol/topics.ts';
import { damaged } from '../support/text-mutations.ts';

const owner = { village: 'waixiaojiang', gateway: 'gw-1' };
const leaves: readonly TopicLeaf[] = [
  ...eventNames.flatMap((name) => [{ kind: 'events', name } as const, { kind: 'replay', name } as const]),
  { kind: 'status' },
  { kind: 'checkpoint' },
  { kind: 'acks' },
  { kind: 'state', device: 'scale-1' },
  { kind: 'commands', id: 'c-17' },
  { kind: 'results', id: 'c-17' },
];

it('writes the topics of the design', () => {
  expect(formatTopic(owner, { kind: 'events', name: 'bag.roll.issued' })).toBe('sifen/v1/waixiaojiang/gw-1/events/bag/roll/issued');
  expect(formatTopic(owner, { kind: 'state', device: 'scale-1' })).toBe('sifen/v1/waixiaojiang/gw-1/state/scale-1');
  expect(formatTopic(owner, { kind: 'status' })).toBe('sifen/v1/waixiaojiang/gw-1/status');
});
it.each(leaves)('$kind $name reads back', (leaf) => {
  expect(parseTopic(formatTopic(owner, leaf))).toEqual({ owner, leaf });
});
it.each([
  'sifen/v1/a/b',
  'sifen/v1/a/b/events',
  'sifen/v1/a/b/events/x',
  'sifen/v1/a/b/events/+/x',
  'sifen/v1/a/b/events/#',
  'sifen/v1/a.b/c/status',
  'sifen/v1/a/b/status/',
  'sifen/v2/a/b/status',
  '$SYS/x',
  'sifen/v1//b/status',
])('%s is none', (topic) => expect(parseTopic(topic)).toBeUndefined());
it('a name outside its alphabet is our own mistake', () => {
  expect(() => formatTopic({ ...owner, village: '外小将' }, { kind: 'status' })).toThrow('not a topic');
  expect(() => formatTopic(owner, { kind: 'state', device: '#' })).toThrow('not a topic');
});
it('a damaged topic is none, or exactly what it says', () => {
  fc.assert(
    fc.property(damaged(leaves.map((leaf) => Buffer.from(formatTopic(owner, leaf)))), (bytes) => {
      const topic = bytes.toString('latin1');
      const read = parseTopic(topic);
      return read === undefined || formatTopic(read.owner, read.leaf) === topic;
    }),
    { numRuns: 2000 },
  );
});
