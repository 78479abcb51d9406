/**
 * The technician's panel: a page on loopback on which one acts on a simulated site and sees its registers live. It offers the same orders as
 * the terminal and no others; what an order does is the site's business. Nobody but this machine reaches it, and no other page may use it.
 */
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import fastify, { type FastifyInstance } from 'fastify';
import { parseOrderValue } from '../control.ts';
import { describeEvent } from '../describe-event.ts';
import { faultTable } from '../faults.ts';
import type { Simulation } from '../simulation.ts';
import { SiteError } from '../site-error.ts';
import type { SiteEvent } from '../site-event.ts';
import { describeSite } from './state.ts';

export interface Panel {
  readonly url: string;
  /** Shows what happened to whoever looks. */
  tell(event: SiteEvent, atMs: number): void;
  close(): Promise<void>;
}

/** How often the state is looked at, and sent when it changed. Unit: ms. */
const lookMs = 250;
/** Pages open at a time; a technician needs one, a class room some more. */
const viewersMax = 16;
/** What may wait for a page that does not read; it asks again by itself when it is cut off. Unit: byte. */
const waitingBytesMax = 1_048_576;
/** Longest order: a whole magazine of labels. Unit: byte. */
const orderBytesMax = 16_384;
const host = '127.0.0.1';
const files = {
  '/': ['page.html', 'text/html; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
} as const;

/** Opens the panel on loopback; `port` 0 takes a free one. @throws SiteError when the port cannot be had. */
export async function openPanel(simulation: Simulation, port: number): Promise<Panel> {
  const viewers = new Set<ServerResponse>();
  const app = fastify({ bodyLimit: orderBytesMax, forceCloseConnections: true });
  serveFiles(app);
  app.get('/api/state', () => describeSite(simulation));
  app.get('/api/faults', () => faultTable);
  app.post('/api/orders', (request, reply) => {
    const order = parseOrderValue(request.body);
    if (!order.ok) return reply.code(400).send(order);
    if (order.value.do === 'stop') return reply.code(400).send({ ok: false, reason: 'a simulator is stopped where it was started' });
    const answer = simulation.obey(order.value);
    return reply.code(answer.ok ? 200 : 409).send(answer);
  });
  app.get('/api/live', (_request, reply) => {
    if (viewers.size >= viewersMax) return reply.code(503).send({ ok: false, reason: `${viewersMax} pages are open already` });
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    viewers.add(reply.raw);
    reply.raw.once('close', () => viewers.delete(reply.raw));
    sendTo([reply.raw], 'state', describeSite(simulation));
    return reply;
  });
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    throw new SiteError(`port ${host}:${port} for the panel cannot be had (${(cause as NodeJS.ErrnoException).code}); choose another one with --panel-port`, {
      cause,
    });
  }
  const address = app.server.address();
  const looking = watchState(simulation, viewers);
  return {
    url: `http://${host}:${address !== null && typeof address === 'object' ? address.port : port}/`,
    tell: (event, atMs) => sendTo(viewers, 'told', { atMs, text: describeEvent(event) }),
    async close() {
      clearInterval(looking);
      for (const viewer of viewers) viewer.end();
      await app.close();
    },
  };
}

function serveFiles(app: FastifyInstance): void {
  // A page of another origin that found this port by its number must not act here: it names another host, or is announced by its origin.
  app.addHook('onRequest', async (request, reply) => {
    const named = request.headers.host?.replace(/:\d+$/, '');
    const { origin } = request.headers;
    const isOurs = (named === host || named === 'localhost') && (origin === undefined || origin === `http://${request.headers.host}`);
    if (!isOurs) await reply.code(403).send({ ok: false, reason: 'this page is for the machine it runs on' });
  });
  for (const [path, [file, type]] of Object.entries(files)) {
    const content = readFileSync(new URL(file, import.meta.url), 'utf8');
    app.get(path, (_request, reply) =>
      reply.type(type).header('content-security-policy', "default-src 'self'; img-src data:").header('cache-control', 'no-store').send(content),
    );
  }
}

function sendTo(viewers: Iterable<ServerResponse>, event: string, data: object): void {
  const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  for (const viewer of viewers)
    if (viewer.writableLength > waitingBytesMax) viewer.destroy();
    else viewer.write(text);
}

function watchState(simulation: Simulation, viewers: ReadonlySet<ServerResponse>): NodeJS.Timeout {
  let sent = '';
  return setInterval(() => {
    if (viewers.size === 0) return;
    const state = describeSite(simulation);
    const text = JSON.stringify(state);
    if (text === sent) return;
    sent = text;
    sendTo(viewers, 'state', state);
  }, lookMs);
}
