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
/** What may be under way in one direction; above it the sender is not read from, as by any network that is full. Unit: byte. */
const underWayBytesMax = 262_144;

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
      const way = openWay(one, other);
      const delayMs = () => (fault?.name === 'slow' ? (fault.ms ?? slowMs) : 0);
      one.on('data', (bytes: Buffer) => {
        if (fault?.name !== 'half-open') way.pass(bytes, delayMs());
      });
      one.on('error', () => one.destroy());
      one.once('close', () => {
        if (other.destroyed) pairs.delete(pair);
        // Behind a half-open link the other end hears nothing of it, and stays among the pairs until the link is there again.
        else if (fault?.name !== 'half-open') way.pass(null, delayMs());
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

/** One direction of a connection. `pass(null, ...)` is its end. */
function openWay(one: Socket, other: Socket): { pass(bytes: Buffer | null, delayMs: number): void } {
  const underWay: { readonly bytes: Buffer | null; readonly dueMs: number }[] = [];
  let underWayBytes = 0;
  /** What was sent later never comes earlier, however slow the network was in between. */
  let clearMs = 0;
  let timer: NodeJS.Timeout | undefined;
  const holdBack = () => {
    if (underWayBytes + other.writableLength > underWayBytesMax) one.pause();
    else if (one.isPaused()) one.resume();
  };
  const deliver = () => {
    timer = undefined;
    for (let [next] = underWay; next !== undefined; [next] = underWay) {
      const waitMs = next.dueMs - performance.now();
      if (waitMs > 0) {
        timer = setTimeout(deliver, waitMs).unref();
        break;
      }
      underWay.shift();
      underWayBytes -= next.bytes?.length ?? 0;
      if (next.bytes === null) other.destroySoon();
      else other.write(next.bytes);
    }
    holdBack();
  };
  other.on('drain', holdBack);
  other.once('close', () => {
    clearTimeout(timer);
    underWay.length = 0;
  });
  return {
    pass(bytes, delayMs) {
      if (other.destroyed) return;
      clearMs = Math.max(clearMs, performance.now() + delayMs);
      underWay.push({ bytes, dueMs: clearMs });
      underWayBytes += bytes?.length ?? 0;
      if (timer === undefined) deliver();
      else holdBack();
    },
  };
}
