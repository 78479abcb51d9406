/**
 * The gateway's one session to its broker, embedded or any other: events in order with QoS 1, retained status with a last will, and
 * retained device states. It runs until closed, replacing connections that are lost or stuck, and keeps nothing in memory that the
 * log does not have. It must never publish an event that is not in the log, nor stop because the network did.
 */
import { formatTopic, type TopicOwner } from '../../protocol/topics.ts';
import type { UplinkStatus } from '../../protocol/uplink-status.ts';
import type { Clock } from '../clock.ts';
import { isGatewayError, isOfStop } from '../errors.ts';
import { uplinkAckMs, uplinkKeepaliveSeconds, uplinkSoundMs, uplinkStateEveryMs, uplinkStatusEveryMs, uplinkTickMs } from '../limits.ts';
import { EventWindow, type ForwardLog } from './event-window.ts';
import { backOffMs, brokerLabel, type MqttConnection, type MqttTarget, type OpenBrokerStream, openMqtt } from './mqtt-connection.ts';
import type { Note } from './note.ts';
import { Pulse } from './pulse.ts';
import { RetainedTopics } from './retained-topics.ts';

/** What the status topic tells besides the backlog. */
export type UplinkFacts = Pick<Extract<UplinkStatus, { state: 'online' }>, 'boot' | 'epoch' | 'head' | 'timeq'>;

export interface UplinkOptions {
  readonly target: MqttTarget;
  readonly owner: TopicOwner;
  /** `unconfirmed` for the embedded broker, whose PUBACK proves nothing. */
  readonly acknowledge: 'broker' | 'unconfirmed';
  readonly log: ForwardLog;
  readonly facts: () => UplinkFacts;
  /** The wire clock: network time is never scaled. */
  readonly clock: Clock;
  /** 0 to 1, for the jitter of the back-off. */
  readonly random: () => number;
  readonly note: Note;
  /** How the broker is reached, if not by TCP or TLS of this machine. */
  readonly openStream?: OpenBrokerStream | undefined;
}
/** How the uplink is doing, for health and status pages. `failure` is the sentence of the last loss while offline. */
export interface UplinkReport {
  readonly state: 'connecting' | 'online' | 'offline';
  readonly cursor: number;
  readonly backlog: number;
  readonly failure: string | undefined;
}
export interface Uplink {
  /** Sets the retained state of a device; only the latest value is sent. `state` is plain JSON of at most 8 KiB. */
  publishState(device: string, state: unknown): void;
  /** Says that events were appended. */
  wake(): void;
  report(): UplinkReport;
  /** Resolves after `close`; rejects when the store fails or on our own mistake. Never because of the network. */
  readonly done: Promise<void>;
  /** Says goodbye on the status topic within 2 s and ends. Safe to call twice. */
  close(): Promise<void>;
}

/** Starts the session; returns at once. @throws GatewayError config_invalid when the address of the broker is not one. */
export function startUplink(options: UplinkOptions): Uplink {
  const runner = new Runner(options);
  const done = runner.run();
  // Whoever awaits `done` hears of a failure; until then it must not count as unhandled.
  done.catch(() => undefined);
  return {
    publishState: (device, state) => runner.publishState(device, state),
    wake: () => runner.wake(),
    report: () => runner.report(),
    done,
    close: () => {
      runner.stop();
      return done;
    },
  };
}

class Runner {
  readonly #options: UplinkOptions;
  readonly #events: EventWindow;
  readonly #retained = new RetainedTopics();
  readonly #pulse = new Pulse();
  readonly #stopping = new AbortController();
  readonly #statusTopic: string;
  #retainedSentMs: number | undefined;
  /** Why the broker did not take a publish of this connection. */
  #refused: string | undefined;
  #state: UplinkReport['state'] = 'connecting';
  #failure: string | undefined;

  constructor(options: UplinkOptions) {
    brokerLabel(options.target.url);
    this.#options = options;
    this.#events = new EventWindow(options.log);
    this.#statusTopic = formatTopic(options.owner, { kind: 'status' });
    this.#stopping.signal.addEventListener('abort', () => this.#pulse.fire());
  }

  publishState(device: string, state: unknown): void {
    this.#retained.set(formatTopic(this.#options.owner, { kind: 'state', device }), Buffer.from(JSON.stringify(state)), uplinkStateEveryMs);
    this.#pulse.fire();
  }

  wake(): void {
    this.#pulse.fire();
  }

  stop(): void {
    this.#stopping.abort();
  }

  report(): UplinkReport {
    return { state: this.#state, cursor: this.#events.cursor, backlog: this.#backlog(), failure: this.#failure };
  }

  async run(): Promise<void> {
    const { clock, random } = this.#options;
    const { signal } = this.#stopping;
    let failures = 0;
    try {
      while (!signal.aborted) {
        const startedMs = clock.monotonicMs();
        await this.#connectAndServe(signal);
        if (clock.monotonicMs() - startedMs >= uplinkSoundMs && this.#state === 'online') failures = 0;
        this.#state = 'offline';
        if (!signal.aborted) await clock.sleep(backOffMs(failures, random), 'uplink retries', signal);
        failures += 1;
      }
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
    } finally {
      this.#state = 'offline';
    }
  }

  async #connectAndServe(signal: AbortSignal): Promise<void> {
    const { target, clock, note, openStream } = this.#options;
    const will = { topic: this.#statusTopic, payload: statusPayload({ state: 'offline' }) };
    let connection: MqttConnection;
    try {
      connection = await openMqtt({ target, clock, signal, will, openStream });
    } catch (error) {
      if (!isGatewayError(error, 'uplink_down')) throw error;
      this.#lose(error);
      return;
    }
    this.#state = 'online';
    this.#failure = undefined;
    note('info', `${brokerLabel(target.url)} is connected.`, { cursor: this.#events.cursor, backlog: this.#backlog() });
    try {
      await this.#serve(connection, signal);
    } finally {
      connection.drop('is given up.');
    }
    if (!signal.aborted) this.#lose(await connection.ended);
  }

  /** Tells of a loss once, and again only when its reason changes. */
  #lose(error: Error): void {
    if (error.message !== this.#failure) this.#options.note('warn', error.message, { backlog: this.#backlog() });
    this.#failure = error.message;
  }

  async #serve(connection: MqttConnection, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    this.#events.rewind();
    this.#retained.rewind();
    this.#retainedSentMs = undefined;
    this.#refused = undefined;
    const over = new AbortController();
    const ticking = this.#tick(over.signal);
    void connection.ended.then(() => this.#pulse.fire());
    try {
      while (connection.isUp && !signal.aborted) {
        this.#events.settle();
        this.#retained.set(this.#statusTopic, statusPayload(this.#status()), uplinkStatusEveryMs);
        this.#send(connection, clock.monotonicMs());
        const problem = this.#refused ?? this.#findStuck(connection, clock.monotonicMs());
        if (problem !== undefined) {
          connection.drop(problem);
          break;
        }
        await this.#pulse.wait();
      }
      if (signal.aborted && connection.isUp) await this.#sayGoodbye(connection);
      this.#events.settle();
    } finally {
      over.abort();
      await ticking;
    }
  }

  async #tick(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#options.clock.sleep(uplinkTickMs, 'uplink looks after itself', signal);
        this.#pulse.fire();
      }
    } catch (error) {
      if (!isOfStop(error, signal)) throw error;
    }
  }

  /** Fills the window. Retained topics go first: they are few, paced, and one at a time. */
  #send(connection: MqttConnection, nowMs: number): void {
    const unanswered = () => this.#events.unansweredCount + (this.#retainedSentMs === undefined ? 0 : 1);
    if (this.#retainedSentMs === undefined && unanswered() < connection.receiveMax) this.#sendRetained(connection, nowMs);
    for (const { sequence, name, envelope } of this.#events.take(connection.receiveMax - unanswered(), nowMs)) {
      connection.publish(formatTopic(this.#options.owner, { kind: 'events', name }), envelope, false, (error) => {
        if (error === undefined) this.#events.acknowledge(sequence);
        this.#refused ??= error;
        this.#pulse.fire();
      });
    }
  }

  #sendRetained(connection: MqttConnection, nowMs: number): void {
    const next = this.#retained.take(nowMs);
    if (next === undefined) return;
    this.#retainedSentMs = nowMs;
    connection.publish(next.topic, next.payload, true, (error) => {
      if (error === undefined) this.#retainedSentMs = undefined;
      this.#refused ??= error;
      this.#pulse.fire();
    });
  }

  #findStuck(connection: MqttConnection, nowMs: number): string | undefined {
    const oldestMs = Math.min(this.#events.oldestSentMs ?? nowMs, this.#retainedSentMs ?? nowMs);
    if (nowMs - oldestMs > uplinkAckMs) return 'does not acknowledge.';
    return connection.silentMs > uplinkKeepaliveSeconds * 3000 ? 'went silent.' : undefined;
  }

  async #sayGoodbye(connection: MqttConnection): Promise<void> {
    connection.publish(this.#statusTopic, statusPayload({ state: 'offline' }), true, () => undefined);
    await connection.close();
  }

  #backlog(): number {
    return Math.max(0, this.#options.facts().head - this.#events.cursor);
  }

  #status(): UplinkStatus {
    return { state: 'online', ...this.#options.facts(), backlog: this.#backlog(), acknowledge: this.#options.acknowledge };
  }
}

const statusPayload = (status: UplinkStatus): Buffer => Buffer.from(JSON.stringify(status));
