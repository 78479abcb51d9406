/**
 * The two ways into a running gateway: over TCP the pages, which anybody who reaches the port may read, and the API, which asks for a badge
 * and a PIN; over the Unix socket every operation, with the mode of its file as access control.
 */
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import fastify, { type FastifyInstance } from 'fastify';
import { GatewayError, isGatewayError } from '../errors.ts';
import { socketBodyBytesMax } from '../limits.ts';
import { type ApiVillage, addApi } from './api.ts';
import { type Metric, renderMetrics } from './metrics.ts';
import { type Desk, isOperation, runOperation } from './operations.ts';

/** What the pages show. */
export interface PageViews {
  readonly status: () => object;
  readonly metrics: () => readonly Metric[];
  /** Null when healthy, else what is wrong in one sentence. */
  readonly unhealthy: () => string | null;
  /** What the API works on; null where there is nothing to work on. */
  readonly village: ApiVillage | null;
}

export interface Pages {
  /** Address of the status page. */
  readonly url: string;
  /** Shows these views from now on, until what it returns is called. */
  show(views: PageViews): () => void;
  close(): Promise<void>;
}

const statusPage = readFileSync(new URL('./status-page.html', import.meta.url), 'utf8');

const nothingToShow: PageViews = { status: () => ({}), metrics: () => [], unhealthy: () => 'The gateway is starting or stopping.', village: null };

export interface PagesOptions {
  readonly host: string;
  readonly port: number;
  /** Hears of a fault of our own behind a request. */
  readonly onBug: (error: unknown) => void;
}

/**
 * Takes the port of the pages; 0 takes any free one. There is nothing to be seen on them, and /healthz answers 503, until `show` is called.
 * @throws GatewayError port_in_use naming the port, or listen_failed.
 */
export async function openPages({ host, port, onBug }: PagesOptions): Promise<Pages> {
  let views = nothingToShow;
  const app = pagesOf(() => views, onBug);
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new GatewayError('port_in_use', `Port ${port} on ${host} (status page) is in use by another program.`, {
        cause: error,
        hint: 'Stop that program, or choose another port with --http-port or http.port in the site file.',
      });
    }
    if (code !== undefined) throw new GatewayError('listen_failed', `The status page cannot listen on ${host}: ${message}.`, { cause: error });
    throw error;
  }
  const address = app.server.address();
  return {
    url: `http://${host}:${address !== null && typeof address === 'object' ? address.port : port}/`,
    show(next) {
      views = next;
      return () => {
        views = nothingToShow;
      };
    },
    close: () => app.close(),
  };
}

function pagesOf(views: () => PageViews, onBug: (error: unknown) => void): FastifyInstance {
  const app = fastify({ bodyLimit: 1024, forceCloseConnections: true, routerOptions: { maxParamLength: 64 } });
  app.get('/', (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', "default-src 'self' 'unsafe-inline'").send(statusPage),
  );
  app.get('/api/v1/status', () => views().status());
  app.get('/metrics', (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(renderMetrics(views().metrics())));
  app.get('/healthz', (_request, reply) => {
    const problem = views().unhealthy();
    return reply.code(problem === null ? 200 : 503).send(problem === null ? { ok: true } : { ok: false, problem });
  });
  addApi(app, { village: () => views().village, onBug });
  return app;
}

export interface SocketOptions {
  readonly desk: Desk;
  readonly path: string;
  /** Hears of a fault of our own behind a request. */
  readonly onBug: (error: unknown) => void;
}

export interface CommandSocket {
  /** Takes no more commands; those under way go on. */
  refuse(): void;
  close(): Promise<void>;
}

/** Opens the way in for commands. Call it with the database lock held: a socket file that is still there then belongs to a gateway that was killed. */
export async function openSocket({ desk, path, onBug }: SocketOptions): Promise<CommandSocket> {
  let stopping = false;
  const app = socketOf(desk, onBug);
  app.addHook('onRequest', (_request, reply, done) => {
    if (!stopping) return done();
    const { code, message, hint } = new GatewayError('gateway_stopping', 'The gateway is stopping and takes no more commands.');
    void reply.code(503).send({ code, message, hint });
  });
  rmSync(path, { force: true });
  try {
    await app.listen({ path });
    chmodSync(path, 0o660);
  } catch (cause) {
    await app.close();
    throw new GatewayError('listen_failed', `The socket ${path} cannot be made: ${(cause as Error).message}.`, { cause, hint: 'Check the data folder.' });
  }
  return {
    refuse() {
      stopping = true;
    },
    async close() {
      await app.close();
      rmSync(path, { force: true });
    },
  };
}

function socketOf(desk: Desk, onBug: (error: unknown) => void): FastifyInstance {
  const app = fastify({ bodyLimit: socketBodyBytesMax, forceCloseConnections: true });
  app.post<{ Params: { name: string } }>('/v1/:name', async (request, reply) => {
    const { name } = request.params;
    if (!isOperation(name))
      return reply
        .code(404)
        .send({ code: 'usage', message: `There is no operation ${name}.`, hint: 'The running gateway may be of another version than this command.' });
    const gone = new AbortController();
    // The end of the answer, not of the connection: one connection carries many questions.
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) gone.abort(new Error('whoever asked has gone'));
    });
    try {
      return reply.send({ result: await runOperation({ ...desk, caller: gone.signal }, name, request.body) });
    } catch (error) {
      // A wait that was called off has nobody to tell, and is no fault.
      if (gone.signal.aborted && error === gone.signal.reason) return reply.hijack();
      if (!isGatewayError(error)) {
        onBug(error);
        return reply
          .code(500)
          .send({ code: 'gateway_fault', message: 'The gateway met a fault of its own; its log says more.', hint: 'Keep the log and report it.' });
      }
      return reply.code(422).send({ code: error.code, message: error.message, hint: error.hint });
    }
  });
  return app;
}
