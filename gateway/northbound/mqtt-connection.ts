/**
 * One connection to an MQTT broker, from CONNECT to its end, on MQTT.js. The library is used as a dumb pipe: it never queues, stores
 * or reconnects. Every connection is a new client object, so that no state of a lost one can come back; whoever wants another
 * connection opens another. Nothing is ever published while disconnected.
 */
import type { Duplex } from 'node:stream';
import { connect, type IClientOptions, MqttClient } from 'mqtt';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import { uplinkAckMs, uplinkCloseMs, uplinkConnectMs, uplinkKeepaliveSeconds, uplinkRetryMsMax, uplinkRetryMsMin } from '../limits.ts';

/** Where to and as whom. `protocol` 4 is MQTT 3.1.1. The URL begins with mqtt:// or mqtts:// and holds no password. */
export interface MqttTarget {
  readonly url: string;
  readonly protocol: 4 | 5;
  readonly clientId: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}
/** Opens the bytes to a broker, as an `OpenByteStream` does those to a device. Returns at once; a failure comes as the stream's `error`. */
export type OpenBrokerStream = (url: string) => Duplex;

export interface MqttConnectionOptions {
  readonly target: MqttTarget;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** By default TCP or TLS of this machine. With it, every timer of the connection is of `clock`. */
  readonly openStream?: OpenBrokerStream | undefined;
  /** Retained last will, QoS 1. */
  readonly will?: { readonly topic: string; readonly payload: Buffer };
  /** Called for every message. What it throws ends the connection and comes out of `ended`. */
  readonly onMessage?: (topic: string, payload: Buffer) => void;
}

/** Pause before attempt `failures` + 1. Full jitter, so that a county's gateways do not come back in step. Unit: ms. `random` is 0 to 1. */
export function backOffMs(failures: number, random: () => number): number {
  const ceiling = Math.min(uplinkRetryMsMax, uplinkRetryMsMin * 2 ** Math.min(failures, 16));
  return uplinkRetryMsMin + Math.floor(random() * (ceiling - uplinkRetryMsMin));
}

/** A connection that is coming up, is up, or was. `openMqtt` makes it. */
export class MqttConnection {
  readonly #client: MqttClient;
  readonly #clock: Clock;
  readonly #label: string;
  #heardMs: number;
  #cause: Error | undefined;
  #isEnded = false;
  /** Resolves with the reason when the connection is gone, whoever ended it: a GatewayError, or what `onMessage` threw. Never rejects. */
  readonly ended: Promise<Error>;

  constructor(client: MqttClient, label: string, { clock, onMessage }: MqttConnectionOptions) {
    this.#client = client;
    this.#clock = clock;
    this.#label = label;
    this.#heardMs = clock.monotonicMs();
    client.on('packetreceive', () => {
      this.#heardMs = clock.monotonicMs();
    });
    client.on('error', (cause) => {
      this.#cause = new GatewayError('uplink_down', `${label} cannot be used: ${messageOf(cause)}`, { cause });
    });
    client.on('message', (topic, payload) => {
      // Packets already parsed still come after a cut.
      if (client.disconnecting) return;
      try {
        onMessage?.(topic, payload);
      } catch (error) {
        this.#cut(error instanceof Error ? error : new Error(String(error)));
      }
    });
    this.ended = new Promise((resolve) => {
      client.on('close', () => {
        this.#isEnded = true;
        resolve(this.#cause ?? new GatewayError('uplink_down', `${label} closed the connection.`));
      });
    });
  }

  get isUp(): boolean {
    return !this.#isEnded && this.#client.connected;
  }

  /** Most unacknowledged publishes this broker wants to see. Source: MQTT 5 section 3.2.2.3.3, Receive Maximum. */
  get receiveMax(): number {
    return this.#client.serverProperties?.receiveMaximum ?? 65_535;
  }

  /** Time since the broker last said anything. Unit: ms. */
  get silentMs(): number {
    return this.#clock.monotonicMs() - this.#heardMs;
  }

  /** Publishes with QoS 1. `onTaken` hears of the PUBACK, or in words that complete "The broker at ... " why there is none. */
  publish(topic: string, payload: Buffer, retain: boolean, onTaken: (problem: string | undefined) => void): void {
    if (this.isUp) this.#client.publish(topic, payload, { qos: 1, retain }, (cause) => onTaken(cause ? `did not take a message: ${cause.message}` : undefined));
    else onTaken('is not connected.');
  }

  /** @throws GatewayError when the broker does not grant the filter within 15 s. */
  async subscribe(filter: string): Promise<void> {
    const settled = new AbortController();
    try {
      const granted = this.#client.subscribeAsync(filter, { qos: 1 });
      const late = this.#clock.sleep(uplinkAckMs, 'broker grants a subscription', settled.signal).catch(ignoreAbort);
      const outcome = await Promise.race([granted, late]);
      if (outcome === undefined) throw new Error('no answer');
    } catch (cause) {
      throw new GatewayError('uplink_down', `${this.#label} does not grant a subscription to ${filter}: ${messageOf(cause)}`, {
        cause,
        hint: 'Check the rights of this user at the broker; the embedded broker grants filters that begin with sifen/v1/.',
      });
    } finally {
      settled.abort();
    }
  }

  /**
   * Cuts the connection now; the broker publishes the last will. `why` completes "The broker at ... ". Not from within `onTaken`: the
   * library is walking its table of publishes then.
   */
  drop(why: string): void {
    this.#cut(new GatewayError('uplink_down', `${this.#label} ${why}`));
  }

  /** Says DISCONNECT, so that no last will is published, and waits for the end at most 2 s. */
  async close(): Promise<void> {
    const settled = new AbortController();
    this.#client.end();
    await Promise.race([this.ended, this.#clock.sleep(uplinkCloseMs, 'broker says goodbye', settled.signal).catch(ignoreAbort)]);
    settled.abort();
    this.drop('did not say goodbye.');
  }

  #cut(cause: Error): void {
    if (this.#isEnded) return;
    this.#cause ??= cause;
    this.#client.end(true);
    // A forced end alone does nothing once a polite end has begun.
    this.#client.stream.destroy();
  }
}

/** Name of a broker for people: host and port, never the user. @throws GatewayError config_invalid when the address is not one. */
export function brokerLabel(url: string): string {
  if (!URL.canParse(url) || new URL(url).host === '') throw new GatewayError('config_invalid', `${url} is not the address of an MQTT broker.`);
  return `The broker at ${new URL(url).host}`;
}

/**
 * Opens a connection.
 * @throws GatewayError uplink_down when the broker cannot be reached, refuses, or is not there within 10 s; the signal's reason on abort.
 */
export async function openMqtt(options: MqttConnectionOptions): Promise<MqttConnection> {
  const { target, clock, signal } = options;
  signal.throwIfAborted();
  const label = brokerLabel(target.url);
  const client = createClient(options);
  const connection = new MqttConnection(client, label, options);
  const settled = new AbortController();
  try {
    const up = new Promise<'up'>((resolve) => client.on('connect', () => resolve('up')));
    // The library has a timeout of its own; ours also covers a client that is stuck between its states.
    const late = clock.sleep(uplinkConnectMs, 'broker connects', AbortSignal.any([signal, settled.signal])).catch(ignoreAbort);
    const outcome = await Promise.race([up, connection.ended, late]);
    if (outcome === 'up') return connection;
    connection.drop('does not answer.');
    signal.throwIfAborted();
    throw await connection.ended;
  } finally {
    settled.abort();
  }
}

function createClient(options: MqttConnectionOptions): MqttClient {
  const { target, clock, openStream } = options;
  if (openStream === undefined) return connect(target.url, clientOptions(options));
  // The library's own time limit for CONNACK runs on real time only; ours covers it.
  return new MqttClient(() => openStream(target.url), { ...clientOptions(options), connectTimeout: longestTimerMs, timerVariant: timersOf(clock) });
}
/** Longest a timer of the platform can be. Unit: ms. */
const longestTimerMs = 2 ** 31 - 1;

/** The library's keepalive, on our clock. */
function timersOf(clock: Clock): Exclude<IClientOptions['timerVariant'], string | undefined> {
  const running = new Map<number, AbortController>();
  let last = 0;
  const repeat = async (act: () => void, everyMs: number, signal: AbortSignal): Promise<void> => {
    for (;;) {
      await clock.sleep(everyMs, 'broker is kept alive', signal);
      act();
    }
  };
  return {
    set(act, everyMs) {
      last += 1;
      const stop = new AbortController();
      running.set(last, stop);
      repeat(act as () => void, everyMs ?? 0, stop.signal).catch(ignoreAbort);
      return last;
    },
    clear(timer) {
      running.get(timer)?.abort();
      running.delete(timer);
    },
  };
}

function clientOptions({ target, will }: MqttConnectionOptions): IClientOptions {
  return {
    protocolVersion: target.protocol,
    clientId: target.clientId,
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    clean: true,
    keepalive: uplinkKeepaliveSeconds,
    connectTimeout: uplinkConnectMs,
    // 0: the library does not reconnect, not after a refused CONNACK either; the back-off is ours.
    reconnectPeriod: 0,
    queueQoSZero: false,
    resubscribe: false,
    ...(will === undefined ? {} : { will: { topic: will.topic, payload: will.payload, qos: 1, retain: true } }),
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code || error.name : String(error));
/** A wait that was called off has nothing more to say. */
const ignoreAbort = (): undefined => undefined;
