// A wire between two TCP ends that can be torn; without it each test of lost connections would cut its own.
import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net';

/** Hears what passes on one connection. */
export interface WireTap {
  up(bytes: Buffer): void;
  down(bytes: Buffer): void;
}
export interface TcpProxy {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Passes bytes to a loopback port. `allowance` says for each new connection how many bytes may go up before it is cut; 0 refuses it.
 * `port` is where it listens, any free one if not given.
 */
export async function startTcpProxy(targetPort: number, allowance: () => number, tap?: () => WireTap, port = 0): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let left = allowance();
    if (left === 0) return void socket.destroy();
    const upstream = connectTcp(targetPort, '127.0.0.1');
    const heard = tap?.();
    if (heard !== undefined) upstream.on('data', heard.down);
    socket.on('data', (bytes) => {
      heard?.up(bytes.subarray(0, left));
      upstream.write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left <= 0) socket.destroy();
    });
    upstream.pipe(socket);
    const ends = [
      [socket, upstream],
      [upstream, socket],
    ] as const;
    for (const [one, other] of ends) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
