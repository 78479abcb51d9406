// Without this one thing that will not close would keep files and ports of all others held, and hide why the gateway stopped.
import { expect, it } from 'vitest';
import { closeAll, closingAfter } from '../../gateway/closers.ts';

const later = () => new Promise<void>((resolve) => setImmediate(resolve));
const fail = (message: string) => () => {
  throw new Error(message);
};

it('closes everything, newest first, and then tells the first failure', async () => {
  const closed: string[] = [];
  const closers = [
    () => closed.push('store'),
    fail('the second to fail'),
    async () => {
      await later();
      closed.push('task');
      throw new Error('the first to fail');
    },
    () => closed.push('field'),
  ];
  await expect(closeAll(closers)).rejects.toThrow('the first to fail');
  expect(closed).toEqual(['field', 'task', 'store']);
  expect(closers).toEqual([]);
  await closeAll(closers);
});

it('has closed what needs no waiting when it returns', async () => {
  const closed: string[] = [];
  const closing = closeAll([() => closed.push('store'), fail('planted')]);
  expect(closed).toEqual(['store']);
  await expect(closing).rejects.toThrow('planted');
});

it('closes after the work, and tells what went wrong first', async () => {
  let closed = 0;
  const close = async () => {
    closed += 1;
  };
  expect(await closingAfter(async () => 7, close)).toBe(7);
  await expect(closingAfter(async () => fail('work')(), close)).rejects.toThrow('work');
  await expect(
    closingAfter(
      async () => fail('work')(),
      async () => fail('closing')(),
    ),
  ).rejects.toThrow('work');
  await expect(
    closingAfter(
      async () => 7,
      async () => fail('closing')(),
    ),
  ).rejects.toThrow('closing');
  expect(closed).toBe(2);
});
