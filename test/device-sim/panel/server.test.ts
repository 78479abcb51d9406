// Without this any web page a technician has open could act on the site behind the panel, and a wrong order could do half of what it says.
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPanel, type Panel } from '../../../device-sim/panel/server.ts';
import { openSimulation, type Simulation } from '../../../device-sim/simulation.ts';
import { loadSiteFile, movePlaces } from '../../../device-sim/site-file.ts';
import { scaleWcn } from '../../../protocol/devices/scale-wcn.ts';
import { demoWires } from '../../support/demo-wires.ts';
import { eventually } from '../../support/eventually.ts';

let folder: string;
let simulation: Simulation;
let panel: Panel;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sifen-panel-'));
  const site = loadSiteFile(resolve(import.meta.dirname, '../../../config/demo-site.yaml'));
  const moved = movePlaces(
    site,
    demoWires.map((id) => `${id}=127.0.0.1:0`),
  );
  const files = { state: folder, cardsFile: undefined, labelsFile: undefined, proxies: ['broker=127.0.0.1:0>127.0.0.1:1'] };
  const plain = { pace: 1, seed: 1, startAtMs: 1_796_079_600_000, durability: 'fast', withVillagers: false } as const;
  simulation = await openSimulation({ site: moved, ...files, ...plain }, (event, atMs) => panel?.tell(event, atMs));
  panel = await openPanel(simulation, 0);
});
afterAll(async () => {
  await panel.close();
  await simulation.close();
  rmSync(folder, { recursive: true });
});

/** One request with any headers, which fetch would not let us choose. */
function ask(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<{ status: number; text: string }> {
  return new Promise((done, fail) => {
    const asked = request(new URL(path, panel.url), { method, headers }, (reply) => {
      let text = '';
      reply.on('data', (bytes: Buffer) => {
        text += bytes.toString();
      });
      reply.on('end', () => done({ status: reply.statusCode ?? 0, text }));
    });
    asked.on('error', fail);
    asked.end(body);
  });
}
const json = { 'content-type': 'application/json' };
const order = (value: object, headers: Record<string, string> = json) => ask('POST', '/api/orders', headers, JSON.stringify(value));
const tray = (grams: number) => ({ do: 'tray', scale: 'scale-1', grams });

describe('who may use the panel', () => {
  test('its own page, by number or as localhost', async () => {
    const { port } = new URL(panel.url);
    expect((await ask('GET', '/')).text).toContain('模拟站点');
    expect((await ask('GET', '/', { host: `localhost:${port}` })).status).toBe(200);
    expect((await order(tray(5), { ...json, origin: panel.url.replace(/\/$/, '') })).status).toBe(200);
  });

  test.each([
    ['a name that was pointed here', { ...json, host: 'evil.example' }],
    ['another page', { ...json, origin: 'http://evil.example' }],
    ['another port of this machine', { ...json, origin: 'http://127.0.0.1:1' }],
  ])('not %s, and nothing happens', async (_who, headers) => {
    expect((await order({ do: 'power', device: 'bin-2', on: false }, headers)).status).toBe(403);
    expect(simulation.site.boards().get('bin-2')?.isPowered).toBe(true);
  });

  test('not a form, whose text is no JSON to us', async () => {
    expect((await order({ do: 'power', device: 'bin-2', on: false }, { 'content-type': 'text/plain' })).status).toBe(400);
    expect(simulation.site.boards().get('bin-2')?.isPowered).toBe(true);
  });
});

describe('an order', () => {
  test.each([
    [tray(2_500), 200, '"ok":true'],
    [{ do: 'tray', scale: 'scale-1' }, 400, 'grams: '],
    [tray(-1), 400, 'grams: '],
    [{ do: 'tray', scale: 'scale-9', grams: 1 }, 409, 'there is no such device: scale-9'],
    [{ do: 'fault', fault: 'scale-1:jam' }, 409, 'jam befalls a dispenser'],
    [{ do: 'fault', fault: 'scale-1:wind' }, 200, '"ok":true'],
    [{ do: 'clear' }, 200, '"ok":true'],
    [{ do: 'stop' }, 400, 'stopped where it was started'],
  ])('%j: %i', async (value, status, said) => {
    const answer = await order(value);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(said);
  });
});

describe('what the page is told', () => {
  test('every readable register by name, unit and place, and the faults in force', async () => {
    await order({ do: 'fault', fault: 'bin-line:noise-between:p=0.5' });
    const state = JSON.parse((await ask('GET', '/api/state')).text) as ReturnType<typeof JSON.parse>;
    const scale = state.devices.find(({ id }: { id: string }) => id === 'scale-1');
    const readable = Object.entries(scaleWcn.fields).filter(([, row]) => (row.access as string) !== 'w');
    expect(scale.shown.map(({ name }: { name: string }) => name).sort()).toEqual(readable.map(([name]) => name).sort());
    expect(scale.shown).toContainEqual(expect.objectContaining({ name: 'gross', unit: '10^-decimals kg', place: 'holding 0x0050' }));
    expect(state.faults).toEqual([{ target: 'bin-line', name: 'noise-between', text: 'bin-line:noise-between:p=0.5' }]);
    await order({ do: 'clear' });
  });

  test('the network before a broker, and what is wrong with it', async () => {
    expect(JSON.parse((await ask('GET', '/api/state')).text)).toMatchObject({ networks: [{ id: 'broker' }] });
    expect((await order({ do: 'fault', fault: 'broker:slow:ms=250' })).status).toBe(200);
    expect(JSON.parse((await ask('GET', '/api/state')).text)).toMatchObject({ faults: [{ target: 'broker', name: 'slow', text: 'broker:slow:ms=250' }] });
    expect((await order({ do: 'clear', fault: 'broker:slow' })).status).toBe(200);
    expect(JSON.parse((await ask('GET', '/api/state')).text)).toMatchObject({ faults: [] });
  });

  test('looking counts as no status read: the board does not believe that a gateway lives', async () => {
    await ask('GET', '/api/state');
    const shown = simulation.site.boards().get('dispenser-1')?.fields();
    await ask('GET', '/api/state');
    expect(simulation.site.boards().get('dispenser-1')?.fields()?.['snapshot']).toBe(shown?.['snapshot']);
  });

  test('a page that does not read is cut off, and what waits for it is bounded', async () => {
    const socket = connect(Number(new URL(panel.url).port), '127.0.0.1');
    await new Promise((done) => socket.once('connect', done));
    socket.write(`GET /api/live HTTP/1.1\r\nHost: ${new URL(panel.url).host}\r\n\r\n`);
    await new Promise((done) => socket.once('readable', done));
    const [textBytes, texts] = [65_536, 1_000];
    for (let n = 0; n < texts; n += 1) {
      panel.tell({ event: 'control', ok: false, reason: 'x'.repeat(textBytes) }, 0);
      if (n % 100 === 0) await new Promise((done) => setImmediate(done));
    }
    let heard = 0;
    socket.on('data', ({ length }: Buffer) => {
      heard += length;
    });
    socket.on('error', () => undefined);
    await new Promise((done) => socket.once('close', done));
    expect(heard).toBeLessThan(textBytes * texts);
  });

  test('what changes and what happens, live', async () => {
    const stop = new AbortController();
    let heard = '';
    const reply = await fetch(new URL('/api/live', panel.url), { signal: stop.signal });
    const reading = (async () => {
      for await (const bytes of reply.body ?? []) heard += Buffer.from(bytes as Uint8Array).toString();
    })().catch(() => undefined);
    await eventually(
      () => heard.startsWith('event: state\ndata: {'),
      () => heard,
    );
    await order({ do: 'tray', scale: 'scale-1', grams: 1_230 });
    await eventually(
      () => /event: told\ndata: .*scale-1 tray 1230 g/.test(heard) && /"name":"gross","value":123,/.test(heard),
      () => heard.slice(-2_000),
    );
    stop.abort();
    await reading;
  });
});
