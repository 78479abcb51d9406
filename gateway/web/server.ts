/**
 * The two ways into a running gateway: read-only pages for people and monitors over TCP, and every operation over the Unix socket, whose
 * file mode is its access control. Nothing that writes is reachable over TCP.
 */
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import fastify, { type FastifyInstance } from 'fastify';
import { GatewayError, isGatewayError } from '../errors.ts';
import { socketBodyBytesMax } from '../limits.ts';
import { type Metric, renderMetrics } from './metrics.ts';
import { type Desk, isOperation, runOperation } from './operations.ts';

export interface WebOptions {
  readonly desk: Desk;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly socketPath: string;
  readonly metrics: () => readonly Metric[];
  /** Hears of a fault of our own behind a request. */
  readonly onBug: (error: unknown) => void;
  /** Null when healthy, else what is wrong in one sentence. */
  readonly unhealthy: () => string | null;
}
export interface Web {
  /** Address of the status page. */
  readonly url: string;
  close(): Promise<void>;
}

const statusPage = readFileSync(new URL('./status-page.html', import.meta.url), 'utf8');

/** @throws GatewayError port_in_use naming the port, or store_locked when another gateway owns the socket. */
export async function openWeb(options: WebOptions): Promise<Web> {
  const pages = openPages(options);
  const socket = openSocket(options.desk, options.onBug);
  try {
    await pages.listen({ host: options.host, port: options.port });
    // The database lock was taken before, so a socket file that is still there belongs to a gateway that was killed.
    rmSync(options.socketPath, { force: true });
    await socket.listen({ path: options.socketPath });
    chmodSync(options.socketPath, 0o660);
  } catch (error) {
    await Promise.allSettled([pages.close(), socket.close()]);
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new GatewayError('port_in_use', `Port ${options.port} on ${options.host} (status page) is in use by another program.`, {
        cause: error,
        hint: 'Stop that program, or choose another port with --http-port or http.port in the site file.',
      });
    }
    if (code !== undefined) throw new GatewayError('listen_failed', `The status page cannot listen on ${options.host}: ${message}.`, { cause: error });
    throw error;
  }
  const address = pages.server.address();
  const port = address !== null && typeof address === 'object' ? address.port : options.port;
  return {
    url: `http://${options.host}:${port}/`,
    async close() {
      await Promise.all([pages.close(), socket.close()]);
      rmSync(options.socketPath, { force: true });
    },
  };
}

function openPages({ desk, metrics, unhealthy }: WebOptions): FastifyInstance {
  const app = fastify({ bodyLimit: 1024, forceCloseConnections: true, routerOptions: { maxParamLength: 64 } });
  app.get('/', (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', "default-src 'self' 'unsafe-inline'").send(statusPage),
  );
  app.get('/api/v1/status', () => desk.status());
  app.get('/metrics', (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(renderMetrics(metrics())));
  app.get('/healthz', (_request, reply) => {
    const problem = unhealthy();
    return reply.code(problem === null ? 200 : 503).send(problem === null ? { ok: true } : { ok: false, problem });
  });
  return app;
}

function openSocket(desk: Desk, onBug: (error: unknown) => void): FastifyInstance {
  const app = fastify({ bodyLimit: socketBodyBytesMax, forceCloseConnections: true });
  app.post<{ Params: { name: string } }>('/v1/:name', async (request, reply) => {
    const { name } = request.params;
    if (!isOperation(name))
      return reply
        .code(404)
        .send({ code: 'usage', message: `There is no operation ${name}.`, hint: 'The running gateway may be of another version than this command.' });
    try {
      return reply.send({ result: await runOperation(desk, name, request.body) });
    } catch (error) {
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
