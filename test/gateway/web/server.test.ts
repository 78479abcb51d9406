/**
 * Without this file nobody would notice that the status page writes, that the socket is open to everybody, or that an unhealthy ledger is
 * reported as healthy.
 */
import { statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { wireClock } from '../../../gateway/clock.ts';
import { isGatewayError } from '../../../gateway/errors.ts';
import { openDevice } from '../../../gateway/southbound/device.ts';
import { openLine } from '../../../gateway/southbound/line.ts';
import { openPages, openSocket, type PageViews } from '../../../gateway/web/server.ts';
import { askGateway, noGateway } from '../../../gateway/web/socket-client.ts';
import { DispenserBoard } from '../../../gateway/workflows/dispenser-board.ts';
import { DispenserStation } from '../../../gateway/workflows/dispenser-station.ts';
import { dispenserBd1 } from '../../../protocol/devices/dispenser-bd1.ts';
import { eventually } from '../../support/eventually.ts';
import { makeDesk } from '../../support/make-desk.ts';
import { makeFolder } from '../../support/make-store.ts';

async function serve(more: Partial<PageViews & { readonly host: string; readonly port: number }> = {}) {
  const desk = makeDesk();
  const { store } = desk;
  const { host = '127.0.0.1', port = 0, ...views } = more;
  const metrics = () => [{ name: 'sifen_event_head', help: 'Newest event.', type: 'gauge' as const, samples: [{ value: store.head.sequence }] }];
  const bugs: unknown[] = [];
  const onBug = (error: unknown) => bugs.push(error);
  const pages = await openPages({ host, port, onBug });
  onTestFinished(() => pages.close());
  const hide = pages.show({ status: desk.status, metrics, unhealthy: () => null, village: desk, ...views });
  const socketPath = join(makeFolder(), 'sifen.sock');
  const socket = await openSocket({ desk, path: socketPath, onBug });
  onTestFinished(() => socket.close());
  return { pages, hide, socket, socketPath, store, bugs, desk };
}

describe('the pages', () => {
  it('show status, metrics and health, and take no order', async () => {
    const { pages, store } = await serve();
    expect(await (await fetch(`${pages.url}api/v1/status`)).json()).toEqual({ head: store.head.sequence });
    expect(await (await fetch(`${pages.url}metrics`)).text()).toContain(`\nsifen_event_head ${store.head.sequence}\n`);
    expect((await fetch(`${pages.url}healthz`)).status).toBe(200);
    const page = await fetch(pages.url);
    expect(page.headers.get('content-type')).toContain('text/html');
    for (const path of ['v1/ledger.rebuild', 'v1/issue', 'v1/roster.import']) {
      expect((await fetch(`${pages.url}${path}`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })).status).toBe(404);
    }
  });

  it('say 503 and why when the gateway is not healthy', async () => {
    const { pages } = await serve({ unhealthy: () => 'points adds up to 3' });
    const answer = await fetch(`${pages.url}healthz`);
    expect([answer.status, await answer.json()]).toEqual([503, { ok: false, problem: 'points adds up to 3' }]);
  });

  it('say that the gateway is not there yet, or no more, while there is nothing behind them', async () => {
    const { pages, hide } = await serve();
    hide();
    const answer = await fetch(`${pages.url}healthz`);
    expect([answer.status, await answer.json()]).toEqual([503, { ok: false, problem: 'The gateway is starting or stopping.' }]);
    expect(await (await fetch(`${pages.url}api/v1/status`)).json()).toEqual({});
    expect((await fetch(`${pages.url}metrics`)).status).toBe(200);
  });

  it('name the port when it is taken', async () => {
    const { pages } = await serve();
    const { port } = new URL(pages.url);
    await expect(serve({ port: Number(port) })).rejects.toSatisfy((error) => isGatewayError(error, 'port_in_use') && error.message.includes(port));
  });

  it('say so when the address is not one of this machine', async () => {
    await expect(serve({ host: '192.0.2.1' })).rejects.toSatisfy((error) => isGatewayError(error, 'listen_failed'));
  });
});

describe('the socket', () => {
  it('is for owner and group only, and gone after the end', async () => {
    const { socket, socketPath } = await serve();
    expect(statSync(socketPath).mode & 0o777).toBe(0o660);
    await socket.close();
    expect(await askGateway(socketPath, 'status', {})).toBe(noGateway);
  });

  it('runs an operation and gives its result', async () => {
    const { socketPath, store } = await serve();
    expect(await askGateway(socketPath, 'events.verify', {})).toMatchObject({ checked: store.head.sequence, problem: null });
  });

  it('names the field of a bad input and runs nothing', async () => {
    const { socketPath, store } = await serve();
    const before = store.head.sequence;
    await expect(askGateway(socketPath, 'events.list', { limit: 0 })).rejects.toThrow(/limit/);
    await expect(askGateway(socketPath, 'no.such.thing', {})).rejects.toThrow(/no operation no\.such\.thing/);
    expect(store.head.sequence).toBe(before);
  });

  it('tells a fault of our own as one, with its code, and reports it', async () => {
    const { socketPath, bugs, desk } = await serve();
    Object.assign(desk, {
      status: () => {
        throw new TypeError('planted');
      },
    });
    await expect(askGateway(socketPath, 'status', {})).rejects.toSatisfy((error) => isGatewayError(error, 'gateway_fault'));
    expect(bugs).toHaveLength(1);
  });

  it('lets go of an order whose giver has gone before it could begin', async () => {
    const { socketPath, desk, store } = await serve();
    let looks = 0;
    const wire: typeof wireClock = {
      ...wireClock,
      sleep: (ms, name, signal) => {
        looks += name === 'readiness of dispenser-1' ? 1 : 0;
        return wireClock.sleep(ms, name, signal);
      },
    };
    // Never run, so never ready.
    const line = openLine({ id: 'line-1', transport: { kind: 'rtu-over-tcp', host: '127.0.0.1', port: 1, baud: 9600 }, clock: wireClock });
    onTestFinished(() => line.close());
    const device = openDevice({ id: 'dispenser-1', line, unit: 1, map: dispenserBd1, clock: wireClock });
    const station = new DispenserStation({
      ...{ id: 'dispenser-1', board: new DispenserBoard(device, Buffer.alloc(16)), store, clock: wireClock, wire: wireClock },
      ...{ bags: { village: 'WXJ01', key: Buffer.alloc(32) }, quota: () => ({ ok: false, code: 'quota_used' }) as const, onOutcome: () => undefined },
    });
    Object.assign(desk, { wire, dispensers: new Map([['dispenser-1', station]]) });
    const call = request({ socketPath, path: '/v1/device.rebaseline', method: 'POST', headers: { 'content-type': 'application/json' } });
    call.on('error', () => undefined);
    call.end(JSON.stringify({ device: 'dispenser-1', operator: 'keeper' }));
    await eventually(
      () => looks > 3,
      () => 'the order did not come through',
    );
    call.destroy();
    let before = -1;
    while (before !== looks) {
      before = looks;
      await wireClock.sleep(500, 'further looks');
    }
    // Left alone it would have looked every 20 ms for 20 s.
    expect(looks).toBeLessThan(750);
  });

  it('stops waiting when whoever asked is gone, and calls that no fault', async () => {
    const { socketPath, bugs, desk } = await serve();
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<AbortSignal>();
    const check = async (_order: object, signal: AbortSignal) => {
      begun.resolve();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      ended.resolve(signal);
      throw signal.reason;
    };
    Object.assign(desk, { scales: new Map([['scale-1', { id: 'scale-1', check }]]) });
    const leaving = new AbortController();
    const asked = askGateway(socketPath, 'scale.check', { scale: 'scale-1', grams: 2000, operator: 'keeper' }, leaving.signal);
    await begun.promise;
    leaving.abort(new Error('Ctrl-C'));
    await expect(asked).rejects.toThrow('Ctrl-C');
    expect((await ended.promise).aborted).toBe(true);
    expect(await askGateway(socketPath, 'status', {})).toMatchObject({ head: 1 });
    expect(bugs).toEqual([]);
  });

  it('refuses a body that is not JSON without running anything', async () => {
    const { socketPath } = await serve();
    const status = await new Promise((resolve, reject) => {
      const call = request({ socketPath, path: '/v1/status', method: 'POST', headers: { 'content-type': 'application/json' } }, (response) =>
        resolve(response.resume().statusCode),
      );
      call.on('error', reject);
      call.end('{');
    });
    expect(status).toBe(400);
  });
});
