// Lost if deleted: the proof that a hatch opens once through a lock board, that doubt is told as doubt, and that no door moves unseen.
import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { wireClock } from '../../gateway/clock.ts';
import { LockBoard } from '../../gateway/southbound/lock-board.ts';
import { lockWkly } from '../../protocol/devices/lock-wkly.ts';
import { eventually } from '../support/eventually.ts';
import { untilHeard } from '../support/lock-line.ts';
import { bytesOf } from '../support/spelt-frames.ts';
import { describeLocks } from './lock-contract.ts';

describeLocks('memory', () => 'memory');
describeLocks('TCP', () => 'tcp');

const { signal } = new AbortController();

/** A board that answers an open with these bytes, spelt as in the manual. */
async function openScripted(...answers: string[]) {
  const asked: unknown[] = [];
  const server = createServer((socket) => {
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      for (const result of lockWkly.toDevice.parser().push(bytes)) if (result.ok) asked.push(result.message);
      socket.write(Buffer.concat(answers.splice(0, 1).map((text) => bytesOf(text))));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const locks = new LockBoard({ id: 'locks', board: 0, transport: { kind: 'tcp', host: '127.0.0.1', port }, clock: wireClock });
  onTestFinished(() => locks.close());
  const isThere = async () => {
    await untilHeard(locks);
    asked.length = 0;
  };
  return { locks, asked, isThere };
}

const doors = '57 4B 4C 59 0E 00 84 00 04 01 01 01 01 87';
const openedLock1 = '57 4B 4C 59 0A 00 85 01 00 87';

it('reads the answer to its order behind reports, another lock’s answer and rubbish', async () => {
  const { locks, asked, isThere } = await openScripted(doors, `${openedLock1} 57 4B 4C 57 4B 4C 59 0B 00 82 00 05 01 84 57 4B 4C 59 0B 00 82 00 01 00 81`);
  await isThere();
  await locks.open(1, signal);
  expect(asked).toEqual([{ kind: 'open', board: 0, lock: 1 }]);
  expect([...locks.doors]).toEqual([
    [1, 'open'],
    [2, 'closed'],
    [3, 'closed'],
    [4, 'closed'],
    [5, 'closed'],
  ]);
});

it('takes a report of the opened door for the answer that a collision spoilt', async () => {
  const { locks, asked, isThere } = await openScripted(doors, `57 4B 4C 59 0B 00 82 00 01 00 80 ${openedLock1}`);
  await isThere();
  await locks.open(1, signal);
  expect(asked).toEqual([{ kind: 'open', board: 0, lock: 1 }]);
});

it('says nothing to a port that is away, and says so', async () => {
  const locks = new LockBoard({ id: 'locks', board: 0, transport: { kind: 'tcp', host: '127.0.0.1', port: 1 }, clock: wireClock });
  onTestFinished(() => locks.close());
  await expect(locks.open(1, signal)).rejects.toMatchObject({ code: 'bus_closed' });
  await expect(locks.look(signal)).rejects.toMatchObject({ code: 'bus_closed' });
});

it('leaves no order hanging when it is closed', async () => {
  const { locks, asked, isThere } = await openScripted(doors, '');
  await isThere();
  const opening = locks.open(1, signal);
  const ended = expect(opening).rejects.toMatchObject({ code: 'bus_write_unknown' });
  await eventually(
    () => asked.length === 1,
    () => 'no order came',
  );
  await locks.close();
  await ended;
});

it('sends no order that was called off while it waited, and calls one unknown that was called off after it was sent', async () => {
  const { locks, asked, isThere } = await openScripted(doors, '', '', doors);
  await isThere();
  const [first, second] = [new AbortController(), new AbortController()];
  const orders = [locks.open(1, first.signal), locks.open(2, second.signal)];
  const ends = Promise.allSettled(orders);
  second.abort();
  await eventually(
    () => asked.length === 1,
    () => 'no order came',
  );
  first.abort();
  expect(await ends).toMatchObject([{ reason: { code: 'bus_write_unknown' } }, { reason: { code: 'bus_cancelled' } }]);
  await untilHeard(locks);
  expect(asked.filter((request) => (request as { kind: string }).kind === 'open')).toEqual([{ kind: 'open', board: 0, lock: 1 }]);
});
