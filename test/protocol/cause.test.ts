// Lost if deleted: that a digest in a public event tells nobody what was asked, while the same request has the same name whatever order it was written in.
import { createHash, createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { causeOf, causePattern } from '../../protocol/cause.ts';

const secret = Buffer.alloc(32, 3);
const input = { enrolled: 'clerk-1', name: '张三', list: [{ b: 1, a: null }] };

it('names a request by key, story and content, in whatever order its fields stand', () => {
  const cause = causeOf('request-0001', 'operator.enrol', input, secret);
  expect(cause).toMatch(causePattern);
  expect(causeOf('request-0001', 'operator.enrol', { list: [{ a: null, b: 1 }], name: '张三', enrolled: 'clerk-1', more: undefined }, secret)).toBe(cause);
  for (const other of [
    causeOf('request-0002', 'operator.enrol', input, secret),
    causeOf('request-0001', 'operator.change', input, secret),
    causeOf('request-0001', 'operator.enrol', { ...input, name: '李四' }, secret),
    causeOf('request-0001', 'operator.enrol', { ...input, list: [{ b: 1, a: '' }] }, secret),
  ])
    expect(other).not.toBe(cause);
});

it('cannot be tried out by somebody who guesses the content and does not have the secret', () => {
  const digest = causeOf('request-0001', 'operator.enrol', input, secret).split('.')[1];
  const text = 'operator.enrol\n{"enrolled":"clerk-1","list":[{"a":null,"b":1}],"name":"张三"}';
  // The very bytes, to show that they are guessed right, and that they are not enough.
  expect(createHmac('sha256', secret).update(`sifen request\n${text}`).digest('hex').slice(0, 16)).toBe(digest);
  expect(createHash('sha256').update(text).digest('hex').slice(0, 16)).not.toBe(digest);
  expect(causeOf('request-0001', 'operator.enrol', input, Buffer.alloc(32, 4)).split('.')[1]).not.toBe(digest);
  expect(() => causeOf('request-0001', 'operator.enrol', input, Buffer.alloc(8))).toThrow();
});
