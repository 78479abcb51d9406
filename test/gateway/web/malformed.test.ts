// Lost if deleted: that whatever is sent to any path of the API is refused clearly, changes nothing, and is never our own fault.
import { Agent, request } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { pathOf } from '../../../gateway/web/api.ts';
import { tellAtMachine } from '../../../gateway/web/machine-orders.ts';
import { openPages } from '../../../gateway/web/server.ts';
import { storyNames, storyOf } from '../../../gateway/workflows/stories.ts';
import { viewNames, viewOf } from '../../../gateway/workflows/views.ts';
import { roleNames } from '../../../protocol/roles.ts';
import { makeDesk } from '../../support/make-desk.ts';
import { brokenBodies, malformedInputs, malformedRequests, malformedSeed } from '../../support/malformed-requests.ts';

const agent = new Agent({ keepAlive: true, maxSockets: 4 });
const answers = new Set([400, 413, 414, 431]);

/** A village with operators of every role, its API, and tokens of two who may do anything. */
async function serve() {
  const desk = makeDesk();
  for (const [index, name] of ['all-1', 'all-2'].entries()) {
    const input = { enrolled: name, name: '王小明', roles: roleNames, badge: `badge-${name}`, pin: `12345${index}` };
    expect(await tellAtMachine(desk, { story: 'operator.enrol', input, operator: 'founder', second: null, key: null })).toMatchObject({ ok: true });
  }
  const bugs: unknown[] = [];
  const pages = await openPages({ host: '127.0.0.1', port: 0, onBug: (error) => bugs.push(error) });
  onTestFinished(() => pages.close());
  pages.show({ status: () => ({}), metrics: () => [], unhealthy: () => null, village: desk });
  const tokens: string[] = [];
  for (const [index, name] of ['all-1', 'all-2'].entries()) {
    const opened = await desk.sessions.open(`badge-${name}`, `12345${index}`);
    tokens.push(opened.ok ? opened.token : '');
  }
  const [first, second] = tokens.map((token) => `Bearer ${token}`) as [string, string];
  const send = (method: string, path: string, body: string, headers: Record<string, string> = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
    const call = request(
      new URL(path, pages.url),
      { agent, method, headers: { authorization: first, 'sifen-second-authorization': second, ...headers } },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
      },
    );
    call.on('error', reject);
    call.end(body);
    return promise;
  };
  return { desk, send, bugs };
}

const json = { 'content-type': 'application/json' };
const timeout = 60_000 + malformedRequests * (storyNames.length + viewNames.length) * 20;

it('every story refuses what is no request of its own', { timeout }, async () => {
  const { desk, send, bugs } = await serve();
  const head = desk.store.head.sequence;
  for (const [index, name] of storyNames.entries()) {
    const inputs = malformedInputs(storyOf(name).input, malformedRequests, malformedSeed + index);
    const bodies = [...inputs.map((input) => JSON.stringify(input) ?? ''), ...brokenBodies(malformedRequests / 10, malformedSeed + index)];
    expect(bodies.length, name).toBeGreaterThanOrEqual(malformedRequests * 0.9);
    for (const [turn, body] of bodies.entries()) {
      const { status, text } = await send('POST', pathOf(name), body, { ...json, 'idempotency-key': `key-${index}-${turn}-malformed` });
      expect([name, body.slice(0, 300), answers.has(status), text.includes('"code"')]).toEqual([name, body.slice(0, 300), true, true]);
    }
    const { status } = await send('POST', pathOf(name), '{}', { ...json, 'idempotency-key': 'sh ort' });
    expect(status).toBe(400);
  }
  expect([desk.store.head.sequence, bugs]).toEqual([head, []]);
});

it('every view refuses what it does not know', { timeout }, async () => {
  const { desk, send, bugs } = await serve();
  const head = desk.store.head.sequence;
  for (const [index, name] of viewNames.entries()) {
    const queries = malformedInputs(viewOf(name).input, malformedRequests, malformedSeed + index)
      .filter((input): input is Record<string, unknown> => typeof input === 'object' && input !== null && !Array.isArray(input))
      .map(
        (input) =>
          new URLSearchParams(
            Object.entries(input).map(([field, value]): [string, string] => [
              field.toWellFormed(),
              String(typeof value === 'object' ? JSON.stringify(value) : value)
                .toWellFormed()
                .slice(0, 4000),
            ]),
          ),
      );
    for (const query of [...queries, new URLSearchParams({ unknownField: '1' })]) {
      const { status, text } = await send('GET', `${pathOf(name)}?${query}`, '');
      // Text that happens to be what a field wants is no malformed query.
      expect([
        name,
        String(query).slice(0, 300),
        [200, 403, 409].includes(status) || answers.has(status),
        status === 200 || text.includes('"code"') || text === '',
      ]).toEqual([name, String(query).slice(0, 300), true, true]);
    }
  }
  expect([desk.store.head.sequence, bugs]).toEqual([head, []]);
});
