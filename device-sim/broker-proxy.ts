/**
 * The network between gateway and broker as one TCP port that can be disturbed: gone, half open, or slow. The gateway is told to connect
 * here instead of to its broker. It passes bytes and never looks at them.
 */
import { connect, type Socket } from 'node:net';
import type { FaultyNetwork } from './fault-desk.ts';
import { SiteError } from './site-error.ts';
import { parsePlace } from './site-file.ts';
import { listenTcp } from './tcp-listener.ts';

export interface BrokerProxy extends FaultyNetwork {
  readonly id: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Delay of `slow` where none is given. Unit: ms. */
const slowMs = 3_000;

/**
 * Opens `ID=HOST:PORT>HOST:PORT`: listens at the first place, passes to the second.
 * @throws SiteError for a text that is none, or a port that cannot be had.
 */
export async function openBrokerProxy(text: string): Promise<BrokerProxy> {
  const [, id = '', from = '', to = ''] = /^([a-z0-9-]{1,32})=([^>]+)>(.+)$/.exec(text) ?? [];
  const [here, there] = [parsePlace(from), parsePlace(to)];
  if (here?.kind !== 'tcp' || there?.kind !== 'tcp') throw new SiteError(`--proxy ${text} is not ID=HOST:PORT>HOST:PORT`);
  let fault: FaultyNetwork['fault'];
  const pairs = new Set<readonly [Socket, Socket]>();
  const listener = await listenTcp(id, here.host, here.port, (socket) => {
    if (fault?.name === 'down') return void socket.resetAndDestroy();
    const upstream = connect({ host: there.host, port: there.port, noDelay: true });
    const pair = [socket, upstream] as const;
    pairs.add(pair);
    for (const [one, other] of [pair, [upstream, socket]] as const) {
      one.on('data', (bytes: Buffer) => {
        if (fault?.name === 'half-open') return;
        if (fault?.name === 'slow') setTimeout(() => other.write(bytes), fault.ms ?? slowMs).unref();
        else other.write(bytes);
      });
      one.on('error', () => one.destroy());
      one.once('close', () => {
        pairs.delete(pair);
        if (fault?.name !== 'half-open') other.destroy();
      });
    }
  });
  return {
    id,
    port: listener.port,
    get fault() {
      return fault;
    },
    setFault(next) {
      const before = fault;
      fault = next;
      // Behind a half-open link one end may be gone long ago; the other learns it now.
      const cut = next?.name === 'down' || before?.name === 'half-open';
      if (cut) for (const [socket, upstream] of pairs) [socket, upstream].map((end) => end.resetAndDestroy());
    },
    async close() {
      for (const [, upstream] of pairs) upstream.destroy();
      await listener.close();
    },
  };
}
