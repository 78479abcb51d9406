/**
 * The MQTT broker inside the gateway, so that one PC is complete in itself: anybody who can reach it may listen to `sifen/v1/...`,
 * nobody but the gateway may speak. Speaks MQTT 3.1.1. Keeps no sessions and promises nothing: the event log is the truth, and its
 * PUBACK proves nothing. It must never be the only way for an event to survive.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Aedes, type AedesOptions, type AuthenticateError, type Client, type PublishPacket } from 'aedes';
import { topicRoot } from '../../protocol/topics.ts';
import { GatewayError } from '../errors.ts';
import {
  brokerConnectBytesMax,
  brokerConnectionsMax,
  brokerConnectMs,
  brokerDrainMs,
  brokerFiltersMax,
  brokerKeepaliveSecondsMax,
  brokerPacketBytesMax,
  brokerTopicLevelsMax,
} from '../limits.ts';
import { FrameGuard } from './frame-guard.ts';
import type { Note } from './note.ts';

/** What the gateway's own session must present; made anew at every start and never written anywhere. */
export interface BrokerCredentials {
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
}
/** A running broker. `url` and `port` are where it really listens. */
export interface EmbeddedBroker {
  readonly url: string;
  readonly port: number;
  readonly credentials: BrokerCredentials;
  /** Closes every connection and the port. Safe to call twice. */
  close(): Promise<void>;
}
export interface BrokerOptions {
  /** Loopback unless the site file says otherwise. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly note: Note;
}

const gatewayUser = 'sifen-gateway';
/** Where words of those who may not speak go. No filter that is granted can match it. */
const discardTopic = '$discarded';

/**
 * Opens the broker.
 * @throws GatewayError port_in_use, or listen_failed for an address this machine does not have or may not use.
 */
export async function openBroker({ host, port, note }: BrokerOptions): Promise<EmbeddedBroker> {
  const credentials = { clientId: `gateway-${randomBytes(12).toString('hex')}`, username: gatewayUser, password: randomBytes(24).toString('hex') };
  const broker = await Aedes.createBroker(brokerOptions(credentials, note));
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.setNoDelay(true);
    guardFrames(socket, note);
    broker.handle(socket);
  });
  server.maxConnections = brokerConnectionsMax;
  server.on('drop', () => note('warn', 'A client was turned away: the broker is full.', { connectionsMax: brokerConnectionsMax }));
  const closeBroker = () => new Promise<void>((resolve) => broker.close(resolve));
  try {
    await listen(server, host, port);
  } catch (error) {
    await closeBroker();
    throw error;
  }
  const { port: boundPort } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    await closeBroker();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    url: `mqtt://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    port: boundPort,
    credentials,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') {
      throw new GatewayError('port_in_use', `Port ${port} on ${host} is taken: another program already listens there.`, {
        cause,
        hint: 'Stop the other MQTT broker, or choose another port with --mqtt-port or mqtt.embedded.port in the site file (null runs without the embedded broker).',
      });
    }
    throw new GatewayError('listen_failed', `The embedded broker cannot listen on ${host} port ${port}: ${code ?? String(cause)}.`, { cause });
  }
}

/** The broker takes bytes from the socket through read() alone, so that is where they are counted. */
function guardFrames(socket: Socket, note: Note): void {
  const guard = new FrameGuard({ connectBytesMax: brokerConnectBytesMax, packetBytesMax: brokerPacketBytesMax });
  const read = socket.read.bind(socket);
  socket.read = (size) => {
    const chunk: Buffer | null = read(size);
    const problem = chunk === null ? undefined : guard.check(chunk);
    if (problem === undefined) return chunk;
    note('warn', 'A client was cut off.', { from: socket.remoteAddress ?? 'unknown', reason: problem });
    socket.destroy();
    return null;
  };
}

function brokerOptions(credentials: BrokerCredentials, note: Note): AedesOptions {
  const gateways = new WeakSet<Client>();
  return {
    concurrency: 100,
    connectTimeout: brokerConnectMs,
    drainTimeout: brokerDrainMs,
    keepaliveLimit: brokerKeepaliveSecondsMax,
    maxTopicLevels: brokerTopicLevelsMax,
    preConnect(_client, packet, callback) {
      // A kept session would be an unbounded array in memory; whoever missed events asks for a replay.
      packet.clean = true;
      callback(null, true);
    },
    authenticate(client, username, password, done) {
      const claims = username === credentials.username || client.id === credentials.clientId;
      if (claims && client.id === credentials.clientId && username === credentials.username && password?.toString() === credentials.password)
        gateways.add(client);
      if (!claims || gateways.has(client)) return done(null, true);
      note('warn', 'Somebody tried to pass for the gateway.', { from: client.id });
      done(Object.assign(new Error('bad user name or password'), { returnCode: 4 } satisfies Pick<AuthenticateError, 'returnCode'>), null);
    },
    authorizePublish: authorizePublish(gateways, note),
    authorizeSubscribe: authorizeSubscribe(note),
  };
}

/**
 * Publishes of others are acknowledged and thrown away. To refuse them would close the connection, and common clients then connect
 * and send the same message again without end.
 */
function authorizePublish(gateways: WeakSet<Client>, note: Note): NonNullable<AedesOptions['authorizePublish']> {
  const told = new WeakSet<Client>();
  return (client, packet: PublishPacket, callback) => {
    if (client === null || !gateways.has(client)) {
      if (client !== null && !told.has(client))
        note('warn', 'A client that may only listen tried to publish; its messages are discarded.', { from: client.id });
      if (client !== null) told.add(client);
      packet.topic = discardTopic;
      packet.payload = Buffer.alloc(0);
    }
    callback(null);
  };
}

function authorizeSubscribe(note: Note): NonNullable<AedesOptions['authorizeSubscribe']> {
  const filters = new WeakMap<Client, Set<string>>();
  return (client, subscription, callback) => {
    const held = filters.get(client) ?? new Set();
    const reason = !subscription.topic.startsWith(topicRoot)
      ? `only filters that begin with ${topicRoot} are granted`
      : held.size >= brokerFiltersMax && !held.has(subscription.topic)
        ? `more than ${brokerFiltersMax} filters`
        : undefined;
    if (reason !== undefined) {
      note('warn', 'A subscription was refused.', { from: client.id, filter: subscription.topic.slice(0, 100), reason });
      return callback(null, null);
    }
    filters.set(client, held.add(subscription.topic));
    callback(null, subscription);
  };
}
