// Without this an open locker could be shown as closed, and a stranger's door be opened.
import { describe, expect, it } from 'vitest';
import { lockWkly } from '../../../protocol/devices/lock-wkly.ts';
import { bytesOf, expectFrame, expectNothing } from '../../support/spelt-frames.ts';

const { fromDevice, toDevice } = lockWkly;

describe('WKLY frames', () => {
  it('are those of the manual', () => {
    expectFrame(toDevice, '57 4B 4C 59 09 00 82 01 83', { kind: 'open', board: 0, lock: 1 });
    expectFrame(toDevice, '57 4B 4C 59 09 0A 82 01 89', { kind: 'open', board: 10, lock: 1 });
    expectFrame(toDevice, '57 4B 4C 59 09 00 83 01 82', { kind: 'ask', board: 0, lock: 1 });
    expectFrame(toDevice, '57 4B 4C 59 08 00 84 85', { kind: 'askAll', board: 0 });
    expectFrame(fromDevice, '57 4B 4C 59 0B 00 82 00 01 00 81', { kind: 'open', board: 0, ok: true, lock: 1, door: 'open' });
    expectFrame(fromDevice, '57 4B 4C 59 0B 00 82 00 05 01 84', { kind: 'open', board: 0, ok: true, lock: 5, door: 'closed' });
    expectFrame(fromDevice, '57 4B 4C 59 0B 00 83 00 07 00 86', { kind: 'ask', board: 0, ok: true, lock: 7, door: 'open' });
    expectFrame(fromDevice, '57 4B 4C 59 0E 00 84 00 04 00 01 01 00 87', {
      ...{ kind: 'askAll', board: 0, ok: true, doors: ['open', 'closed', 'closed', 'open'] },
    });
    expectFrame(fromDevice, '57 4B 4C 59 0A 00 85 01 01 86', { kind: 'changed', board: 0, lock: 1, door: 'closed' });
    expectFrame(fromDevice, '57 4B 4C 59 0A 00 85 02 00 84', { kind: 'changed', board: 0, lock: 2, door: 'open' });
  });

  it('tell 24 doors at once', () => {
    const frame = '57 4B 4C 59 22 00 84 00 18 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 B7';
    expectFrame(fromDevice, frame, { kind: 'askAll', board: 0, ok: true, doors: Array.from({ length: 24 }, () => 'open' as const) });
  });

  it.each([
    ['a wrong check', '57 4B 4C 59 0B 00 82 00 01 00 80'],
    ['a command it does not know', '57 4B 4C 59 09 00 99 00 99'],
    ['a frame shorter than its head', '57 4B 4C 59 05 00 80'],
    ['a door that is neither open nor closed', '57 4B 4C 59 0A 00 85 01 02 85'],
    ['a count that does not fit', '57 4B 4C 59 0E 00 84 00 03 00 01 01 00 80'],
  ])('read nothing from %s', (_what, frame) => expectNothing(fromDevice, frame));

  it('answer the board and the lock that were asked', () => {
    const asked = { kind: 'open', board: 0, lock: 1 } as const;
    const answer = { kind: 'open', board: 0, ok: true, lock: 1, door: 'open' } as const;
    expect(lockWkly.isReplyTo?.(asked, answer)).toBe(true);
    expect(lockWkly.isReplyTo?.(asked, { ...answer, lock: 2 })).toBe(false);
    expect(lockWkly.isReplyTo?.(asked, { ...answer, board: 1 })).toBe(false);
    expect(lockWkly.isReplyTo?.(asked, { kind: 'changed', board: 0, lock: 1, door: 'open' })).toBe(false);
  });

  it('are told apart when a report comes into an answer’s way', () => {
    const parser = fromDevice.parser();
    const messages = parser.push(bytesOf('57 4B 4C 59 0A 00 85 02 00 84 57 4B 4C 59 0B 00 82 00 01 00 81')).map((result) => result.ok && result.message.kind);
    expect(messages).toEqual(['changed', 'open']);
  });
});
