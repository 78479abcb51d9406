// Lost if deleted: that nobody tells a story over the network without badge and PIN, that two-person stories take two, and that a request that comes again changes nothing.
import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tellAtMachine } from '../../../gateway/web/machine-orders.ts';
import { runOperation } from '../../../gateway/web/operations.ts';
import { openPages } from '../../../gateway/web/server.ts';
import type { StoryName } from '../../../gateway/workflows/stories.ts';
import { makeDesk } from '../../support/make-desk.ts';
import { makeStore } from '../../support/make-store.ts';
import { sampleDrafts, sampleHousehold } from '../../support/village-drafts.ts';

const pins = { 'committee-1': '111111', 'committee-2': '222222', 'clerk-1': '333333' } as const;
type Name = keyof typeof pins;
const badgeOf = (name: Name): string => `badge-${name}`;

/** A village whose committee has two people and whose clerk is there, behind its API. */
async function serve() {
  const desk = makeDesk();
  const enrol = async (name: Name, roles: readonly string[], operator: string, second: Name | null = null) => {
    const told = await tellAtMachine(desk, {
      story: 'operator.enrol',
      input: { enrolled: name, name: '王小明', roles, badge: badgeOf(name), pin: pins[name] },
      operator,
      second: second === null ? null : { badge: badgeOf(second), pin: pins[second] },
      key: null,
    });
    expect(told).toMatchObject({ ok: true });
  };
  await enrol('committee-1', ['committee'], 'founder');
  await enrol('committee-2', ['committee'], 'founder');
  await enrol('clerk-1', ['clerk'], 'committee-1', 'committee-2');
  const bugs: unknown[] = [];
  const pages = await openPages({ host: '127.0.0.1', port: 0, onBug: (error) => bugs.push(error) });
  onTestFinished(() => pages.close());
  pages.show({ status: () => ({}), metrics: () => [], unhealthy: () => null, village: desk });
  const call = async (
    path: string,
    options: { method?: string; body?: unknown; as?: string | undefined; second?: string | undefined; key?: string | null } = {},
  ) => {
    const { method = 'POST', body, as, second, key = randomUUID() } = options;
    const answer = await fetch(`${pages.url}api/v1/${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(as !== undefined && { authorization: `Bearer ${as}` }),
        ...(second !== undefined && { 'sifen-second-authorization': `Bearer ${second}` }),
        ...(key !== null && { 'idempotency-key': key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, type: answer.headers.get('content-type'), body: text === '' ? null : JSON.parse(text) };
  };
  const login = async (name: Name, pin: string = pins[name]) => call('sessions', { body: { badge: badgeOf(name), pin } });
  const tokenOf = async (name: Name) => (await login(name)).body.token as string;
  return { desk, call, login, tokenOf, bugs, url: pages.url };
}

const suspension = { suspended: 'clerk-1', reason: 'left' };

describe('the API', () => {
  it('opens a session for badge and PIN, and ends it', async () => {
    const { call, login } = await serve();
    const opened = await login('clerk-1');
    expect(opened).toMatchObject({ status: 201, body: { operator: 'clerk-1', roles: ['clerk'] } });
    const { token } = opened.body;
    expect(await call('operator/list', { method: 'GET', as: token })).toMatchObject({ status: 403, body: { code: 'role_missing' } });
    expect(await call('sessions/current', { method: 'DELETE', as: token })).toMatchObject({ status: 204 });
    expect(await call('operator/list', { method: 'GET', as: token })).toMatchObject({ status: 401, body: { code: 'session_needed' } });
  });

  it('locks a badge after five wrong PINs, also against the right one, and says nothing of who it is', async () => {
    const { login } = await serve();
    for (let tries = 0; tries < 5; tries += 1) expect(await login('clerk-1', '000000')).toMatchObject({ status: 403, body: { code: 'pin_wrong' } });
    const locked = await login('clerk-1');
    expect(locked).toMatchObject({ status: 403, type: 'application/problem+json; charset=utf-8', body: { code: 'pin_locked' } });
    expect(JSON.stringify(locked.body)).not.toContain('王');
  });

  it('counts wrong PINs that come all at once', async () => {
    const { login } = await serve();
    const answers = await Promise.all(Array.from({ length: 12 }, () => login('clerk-1', '000000')));
    expect(answers.filter(({ body }) => body.code === 'pin_wrong')).toHaveLength(5);
  });

  it('asks for two people where a rule does, and for another second than the first', async () => {
    const { desk, call, tokenOf } = await serve();
    const [first, second, clerk] = [await tokenOf('committee-1'), await tokenOf('committee-2'), await tokenOf('clerk-1')];
    const head = desk.store.head.sequence;
    const codes: string[] = [];
    for (const who of [{ as: clerk, second }, { as: first }, { as: first, second: first }, { as: first, second: clerk }])
      codes.push((await call('operator/suspend', { body: suspension, ...who })).body.code);
    expect(codes).toEqual(['role_missing', 'second_person_needed', 'second_person_same', 'second_role_missing']);
    expect(desk.store.head.sequence).toBe(head);
    const done = await call('operator/suspend', { body: suspension, as: first, second });
    expect(done).toMatchObject({
      status: 200,
      body: { repeated: false, events: [{ name: 'operator.suspended', data: { operator: 'committee-1', second: 'committee-2' } }] },
    });
    expect((await call('operator/list', { method: 'GET', as: clerk })).status).toBe(401);
  });

  it('answers a request that comes again from the ledger, and refuses its key for another content', async () => {
    const { desk, call, tokenOf } = await serve();
    const [as, second, key] = [await tokenOf('committee-1'), await tokenOf('committee-2'), randomUUID()];
    const once = await call('operator/suspend', { body: suspension, as, second, key });
    const { sequence } = desk.store.head;
    const again = await call('operator/suspend', { body: { reason: 'left', suspended: 'clerk-1' }, as, second, key });
    expect(again.body).toEqual({ ...once.body, repeated: true });
    expect(await call('operator/suspend', { body: { ...suspension, reason: 'misuse' }, as, second, key })).toMatchObject({
      status: 409,
      body: { code: 'request_key_reused' },
    });
    expect(desk.store.head.sequence).toBe(sequence);
  });

  it('names the bad field of a request, and changes nothing', async () => {
    const { desk, call, tokenOf, bugs } = await serve();
    const [as, second] = [await tokenOf('committee-1'), await tokenOf('committee-2')];
    const head = desk.store.head.sequence;
    expect(await call('operator/suspend', { body: { suspended: 'clerk-1', reason: 'bored' }, as, second })).toMatchObject({
      status: 400,
      body: { code: 'malformed', issues: [{ path: 'reason' }] },
    });
    expect(await call('operator/suspend', { body: suspension, as, second, key: 'short' })).toMatchObject({
      status: 400,
      body: { issues: [{ path: 'Idempotency-Key' }] },
    });
    expect(await call('operator/suspend', { body: suspension, as, second, key: null })).toMatchObject({ status: 400 });
    expect(await call('operator/suspend', { as, second })).toMatchObject({ status: 400 });
    expect(await call('operator/nothing', { body: {}, as })).toMatchObject({ status: 404, body: { code: 'unknown' } });
    expect(await call('operator/suspend', { body: { ...suspension, more: 'x'.repeat(3_000_000) }, as, second })).toMatchObject({ status: 413 });
    expect([desk.store.head.sequence, bugs]).toEqual([head, []]);
  });

  it('takes the day of a handheld from whoever has a session, and answers each item with its sentence', async () => {
    const { desk, call, tokenOf } = await serve();
    const [first, second, clerk] = [await tokenOf('committee-1'), await tokenOf('committee-2'), await tokenOf('clerk-1')];
    const day = {
      device: 'handheld-1',
      items: [{ key: 'item-0001', story: 'handheld.revoke', input: { device: 'handheld-2', reason: 'broken' }, atMs: 1 }, 7],
    };
    expect(await call('handheld/sync', { body: day, as: clerk, key: null })).toMatchObject({ status: 403, body: { code: 'handheld_unknown' } });
    for (const device of ['handheld-1', 'handheld-2'])
      expect(await call('handheld/enrol', { body: { device, publicKey: '4a'.repeat(32) }, as: first, second })).toMatchObject({ status: 200 });
    expect(await call('handheld/sync', { body: day, as: clerk, key: null })).toMatchObject({
      status: 200,
      body: {
        answers: [
          { outcome: 'recorded', events: [{ name: 'handheld.revoked', zh: '手持机 handheld-2 停用（损坏）' }] },
          { key: null, outcome: 'malformed' },
        ],
      },
    });
    const { sequence } = desk.store.head;
    expect((await call('handheld/sync', { body: { ...day, items: Array.from({ length: 501 }, () => 0) }, as: clerk, key: null })).status).toBe(400);
    expect((await call('handheld/sync', { body: day, key: null })).status).toBe(401);
    expect(desk.store.head.sequence).toBe(sequence);
  });

  it('keeps names out of the ledger and shows them to the committee', async () => {
    const { desk, call, tokenOf } = await serve();
    const shown = await call('operator/list', { method: 'GET', as: await tokenOf('committee-1') });
    expect(shown.body).toContainEqual({ operator: 'clerk-1', name: '王小明', roles: ['clerk'], household: null, state: 'active' });
    for (const event of desk.store.events()) expect(event.envelope.toString('utf8') + JSON.stringify(event.draft)).not.toContain('王小明');
  });

  it('publishes what it can be asked, every path of it answering', async () => {
    const { url, call } = await serve();
    const document = (await (await fetch(`${url}api/v1/openapi.json`)).json()) as { paths: Record<string, Record<string, unknown>> };
    const paths = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })));
    expect(paths.length).toBeGreaterThan(5);
    for (const { path, method } of paths) {
      const { status } = await call(path.replace('/api/v1/', ''), { method, ...(method === 'POST' && { body: {} }) });
      expect([path, [204, 400, 401].includes(status)]).toEqual([path, true]);
    }
  });

  it('tells pages what happens, from where they were, and lets go of them', async () => {
    const { url, desk, call, tokenOf } = await serve();
    const leave = new AbortController();
    const page = await fetch(`${url}api/v1/live`, { headers: { 'last-event-id': String(desk.store.head.sequence - 1) }, signal: leave.signal });
    expect(page.headers.get('content-type')).toContain('text/event-stream');
    const reader = (page.body as ReadableStream<Uint8Array>).getReader();
    let heard = '';
    const hear = async (text: string) => {
      while (!heard.includes(text)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`the stream ended before ${text}`);
        heard += Buffer.from(value).toString();
      }
    };
    await hear(`id: ${desk.store.head.sequence}\n`);
    const [as, second] = [await tokenOf('committee-1'), await tokenOf('committee-2')];
    await call('operator/suspend', { body: suspension, as, second });
    await hear('"name":"operator.suspended"');
    expect(heard).toContain('clerk-1 停用');
    leave.abort();
    await reader.cancel().catch(() => undefined);
  });

  it('knows a request that was carried out before a restart, and who confirmed', async () => {
    const made = makeStore();
    const order = { story: 'operator.enrol' as const, operator: 'founder', second: null, key: 'request-before' };
    const input = { enrolled: 'clerk-1', name: '王小明', roles: ['clerk'], badge: 'badge-1', pin: '123456' };
    const once = await tellAtMachine(makeDesk(made), { ...order, input });
    made.reopen();
    const desk = makeDesk(made);
    expect(await tellAtMachine(desk, { ...order, input })).toEqual({ ...once, repeated: true });
    expect(await tellAtMachine(desk, { ...order, input: { ...input, name: '王大明' } })).toMatchObject({ refusal: { code: 'request_key_reused' } });
  });

  it('leaves roles and own household apart: changing one keeps the other, and no event says whose household it is', async () => {
    const desk = makeDesk();
    const household = sampleHousehold;
    desk.store.append([sampleDrafts['household.registered']]);
    const tell = (story: StoryName, input: object) => tellAtMachine(desk, { story, input, operator: 'founder', second: null, key: null });
    await tell('operator.enrol', { enrolled: 'clerk-1', name: '王小明', roles: ['clerk'], household, badge: 'badge-1', pin: '123456' });
    const own = desk.store.operators.one('clerk-1')?.ownHousehold;
    expect(own).toMatch(/^[0-9a-f]{32}$/);
    expect(await tell('operator.change', { changed: 'clerk-1', roles: ['collector'] })).toMatchObject({ ok: true });
    expect(desk.store.operators.one('clerk-1')).toMatchObject({ roles: ['collector'], ownHousehold: own });
    expect(await tell('operator.change', { changed: 'clerk-1', roles: ['collector'], household: null })).toMatchObject({ ok: true });
    expect(desk.store.operators.one('clerk-1')?.ownHousehold).toBeNull();
    const ofOperators = [...desk.store.events()].filter(({ draft }) => draft.name.startsWith('operator.'));
    expect(JSON.stringify(ofOperators.map(({ draft }) => draft))).not.toContain(household);
  });

  it('writes no personal row for what cannot be recorded', async () => {
    const desk = makeDesk();
    const input = { enrolled: 'clerk-1', name: '王小明', roles: ['clerk'], badge: 'badge-1', pin: '123456' };
    await expect(runOperation(desk, 'story.tell', { story: 'operator.enrol', input, operator: '技术员 7' })).rejects.toMatchObject({ code: 'usage' });
    expect(desk.personal.operators.keepOnly([])).toBe(0);
  });
});
