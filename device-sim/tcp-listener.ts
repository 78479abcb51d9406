/**
 * One listening TCP port of the site: says in one sentence when the port is taken, keeps count of who is connected, and closes without
 * waiting for anybody. What is said over a connection is the business of serve-tcp.ts and serve-reader.ts.
 */
import { createServer, type Socket } from 'node:net';
import { SiteError } from './site-error.ts';

/** Clients one port takes; further ones are turned away. A gateway needs one, a technician's tool another. */
const clientsMax = 8;

export interface TcpListener {
  /** The port in use, also when 0 was asked for. */
  readonly port: number;
  readonly clients: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/**
 * Opens `host:port` (0 takes a free port) for the line or reader `id`.
 * @throws SiteError when the port cannot be had.
 */
export function listenTcp(id: string, host: string, port: number, onClient: (socket: Socket, clients: ReadonlySet<Socket>) => void): Promise<TcpListener> {
  const clients = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    if (clients.size >= clientsMax) {
      socket.destroy();
      return;
    }
    clients.add(socket);
    socket.once('close', () => clients.delete(socket));
    // A client that resets its connection has done nothing wrong; `close` follows.
    socket.on('error', () => socket.destroy());
    onClient(socket, clients);
  });
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be opened (${cause.code ?? cause.message})`;
      reject(new SiteError(`port ${host}:${port} for ${id} ${why}; choose another one with --listen ${id}=${host}:PORT`, { cause }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      const bound = address !== null && typeof address === 'object' ? address.port : port;
      const close = () =>
        new Promise<void>((done) => {
          server.close(() => done());
          for (const socket of clients) socket.destroy();
        });
      resolve({ port: bound, clients, close });
    });
  });
}
