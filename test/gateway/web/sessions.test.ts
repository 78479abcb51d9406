// Lost if deleted: that a session ends by itself, with its badge and with the day, and that guessing PINs is slow for the badge it is tried on and for no other.
import { expect, it } from 'vitest';
import { pinLockMs, pinTriesMax, sessionIdleMs, sessionMaxMs, sessionsMax } from '../../../gateway/limits.ts';
import { tellAtMachine } from '../../../gateway/web/machine-orders.ts';
import { Sessions } from '../../../gateway/web/sessions.ts';
import { makeDesk } from '../../support/make-desk.ts';

const pin = '123456';

async function openVillage() {
  const clock = { nowMs: 0, monotonicMs: () => clock.nowMs };
  const desk = makeDesk();
  const sessions = new Sessions({ ...desk, clock });
  const tell = async (story: string, input: object) => {
    const told = await tellAtMachine(
      { books: desk.books, sessions },
      { story: story as 'operator.enrol', input, operator: 'founder', second: null, key: null },
    );
    expect(told).toMatchObject({ ok: true });
  };
  for (const name of ['clerk-1', 'clerk-2']) await tell('operator.enrol', { enrolled: name, name: '李四', roles: ['clerk'], badge: `badge-${name}`, pin });
  const open = async (name = 'clerk-1', badge = `badge-${name}`) => {
    const opened = await sessions.open(badge, pin);
    return opened.ok ? opened.token : opened.refusal.code;
  };
  return { clock, sessions, tell, open, desk };
}

it('ends when nobody uses it, and with the day however much it is used', async () => {
  const { clock, sessions, open } = await openVillage();
  const token = await open();
  clock.nowMs = sessionIdleMs - 1;
  expect(sessions.resolve(token)?.operator).toBe('clerk-1');
  clock.nowMs += sessionIdleMs;
  expect(sessions.resolve(token)).toBeUndefined();
  const busy = await open();
  const began = clock.nowMs;
  while (clock.nowMs + sessionIdleMs - 1 < began + sessionMaxMs) {
    clock.nowMs += sessionIdleMs - 1;
    expect(sessions.resolve(busy)?.operator).toBe('clerk-1');
  }
  clock.nowMs += sessionIdleMs - 1;
  expect(sessions.resolve(busy)).toBeUndefined();
});

it('ends with its badge: one that was replaced opens nothing any more, and the new one not with the old PIN lock', async () => {
  const { sessions, tell, open } = await openVillage();
  const token = await open();
  for (let tries = 0; tries < pinTriesMax; tries += 1) await sessions.open('badge-clerk-1', '000000');
  expect(await open()).toBe('pin_locked');
  await tell('operator.rebadge', { changed: 'clerk-1', badge: 'badge-new', pin });
  expect(sessions.resolve(token)).toBeUndefined();
  expect(await open('clerk-1')).toBe('badge_unknown');
  expect(sessions.resolve(await open('clerk-1', 'badge-new'))?.operator).toBe('clerk-1');
});

it('ends with its operator', async () => {
  const { sessions, tell, open } = await openVillage();
  const token = await open();
  await tell('operator.suspend', { suspended: 'clerk-1', reason: 'left' });
  expect(sessions.resolve(token)).toBeUndefined();
  expect(await open()).toBe('operator_suspended');
});

it('locks one badge after wrong PINs, for a while, and no other', async () => {
  const { clock, sessions, open } = await openVillage();
  for (let tries = 0; tries < pinTriesMax; tries += 1) expect(await sessions.open('badge-clerk-1', '000000')).toMatchObject({ refusal: { code: 'pin_wrong' } });
  expect(await open()).toBe('pin_locked');
  expect((await open('clerk-2')).length).toBeGreaterThan(20);
  clock.nowMs += pinLockMs - 1;
  expect(await open()).toBe('pin_locked');
  clock.nowMs += 1;
  expect((await open()).length).toBeGreaterThan(20);
});

it('makes room for a new one by ending the one used longest ago', async () => {
  const { sessions, open } = await openVillage();
  const tokens: string[] = [];
  for (let count = 0; count < sessionsMax; count += 1) tokens.push(await open());
  expect(sessions.resolve(tokens[0] as string)).toBeDefined();
  tokens.push(await open());
  expect(
    tokens
      .map((token) => sessions.resolve(token) !== undefined)
      .map((isOpen, index) => (isOpen ? '' : index))
      .join(''),
  ).toBe('1');
});

it('keeps what belongs to no badge of the ledger no longer than to the next start', async () => {
  const { desk, tell } = await openVillage();
  await tell('operator.rebadge', { changed: 'clerk-1', badge: 'badge-new', pin });
  desk.personal.operators.put({ operator: 'clerk-9', badge: 'f'.repeat(32), name: '王五', pin: 'argon2id$$', household: null });
  expect(desk.personal.operators.keepOnly(desk.store.operators.list())).toBe(2);
  expect(desk.store.operators.list().map((row) => desk.personal.operators.read(row)?.name)).toEqual(['李四', '李四']);
});
