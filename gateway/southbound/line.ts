/**
 * The one owner of one physical line. Callers hand in requests with a priority; the line sends one at a time, most urgent first, and each ends with a
 * reply or a GatewayError. It never waits for a device at start, never repeats a request by itself (a repeated command may move metal
 * twice), and one unit's silence costs the next only its deadline and guard.
 */
import type { ModbusRequest, ModbusResponse } from '../../protocol/modbus.ts';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../errors.ts';
import { lineQueueMax } from '../limits.ts';
import type { OpenByteStream } from './byte-stream.ts';
import type { Framed } from './framing.ts';
import { type LineTransport, LineWire, type ReplyTiming, type WireState } from './line-wire.ts';
import type { Question } from './question.ts';
import { askModbus } from './question.ts';
import { type Priority, RequestQueue } from './request-queue.ts';
import { type Ending, Traffic, type TrafficStats } from './traffic.ts';

/** How one request is sent. A signal calls it off: before it is sent it is removed, afterwards only its result is dropped. */
export type RequestOptions = ReplyTiming & { readonly priority: Priority; readonly signal?: AbortSignal | undefined };
/** Whether the wire is there. A reopening on purpose, after a timeout on TCP, is not a change unless it fails. */
export type LineState = { readonly open: true } | { readonly open: false; readonly reason: string };

/** Counters since the start. */
export interface LineStats extends TrafficStats {
  readonly open: boolean;
  readonly waiting: number;
  readonly reopened: number;
  readonly strayBytes: number;
  /** Of these the ones that came lately, with fractions. */
  readonly recentStrayBytes: number;
}

interface Job {
  readonly question: Question<unknown>;
  readonly framed: Framed;
  readonly timing: ReplyTiming;
  readonly outcome: PromiseWithResolvers<unknown>;
}

const unopened: LineState = { open: false, reason: 'not opened yet' };
const endings = { bus_timeout: 'timeouts', bus_garbled: 'garbled', bus_closed: 'lost' } as const satisfies Record<string, Ending>;

/** What a line needs. */
export interface LineOptions {
  readonly id: string;
  readonly transport: LineTransport;
  /** The wire clock. */
  readonly clock: Clock;
  /** By default the machine's own ports and sockets. */
  readonly openStream?: OpenByteStream | undefined;
}

/** Opens a line. Returns at once; the wire is opened, and reopened for ever, behind it. */
export const openLine = (options: LineOptions): Line => new Line(options);

/** One physical line; made by `openLine`. */
export class Line {
  readonly id: string;
  readonly #clock: Clock;
  readonly #wire: LineWire;
  readonly #queue = new RequestQueue<Job>(lineQueueMax);
  readonly #listeners = new Set<(state: LineState) => void>();
  readonly #total: Traffic;
  readonly #units = new Map<number, Traffic>();
  /** Whose reply, or silence, the line has to be quiet after. */
  #lastUnit = 0;
  #state = unopened;
  #isPumping = false;
  #isClosed = false;

  constructor({ id, transport, clock, openStream }: LineOptions) {
    this.id = id;
    this.#clock = clock;
    this.#total = new Traffic(clock.monotonicMs());
    const onState = (state: WireState, reason: string) => this.#onWire(state, reason);
    this.#wire = new LineWire(transport, clock, { onState, onSecondReply: (unit) => this.#countSecondReply(unit) }, openStream);
  }

  /** Whether the wire is there, and if not, why. */
  state(): LineState {
    return this.#state;
  }

  /** Calls `listener` at every change. Returns the way to stop it. */
  onState(listener: (state: LineState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Sends one request to a unit, 1..247. A device's exception is a response, not an error.
   * @throws GatewayError. Never sent: bus_busy, bus_closed, bus_cancelled, device_backing_off. Sent: bus_timeout, bus_garbled, bus_closed or bus_cancelled for a
   * read; for a write always bus_write_unknown, with one of those as its cause.
   */
  request(unit: number, request: ModbusRequest, options: RequestOptions): Promise<ModbusResponse> {
    return this.ask(askModbus(unit, request), options);
  }

  /** The same for a question in any protocol. */
  async ask<Answer>(question: Question<Answer>, options: RequestOptions): Promise<Answer> {
    const { unit } = question;
    if (this.#isClosed || this.#wire.state === 'closed') return this.#refuse(unit, 'bus_closed', `Line ${this.id} is away: ${this.#reason()}.`);
    if (options.signal?.aborted) return this.#refuse(unit, 'bus_cancelled', 'The request was called off.');
    const outcome = Promise.withResolvers<Answer>();
    const job = { question, framed: this.#wire.frame(question), timing: options, outcome } as unknown as Job;
    if (!this.#queue.add(options.priority, job))
      return this.#refuse(unit, 'bus_busy', `${lineQueueMax} ${options.priority} requests wait for line ${this.id}.`);
    const onAbort = () => this.#cancel(job);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    this.#pump();
    try {
      return await outcome.promise;
    } finally {
      options.signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Counters since the start. */
  stats(): LineStats {
    const open = this.#wire.state === 'open';
    const nowMs = this.#clock.monotonicMs();
    const recentStrayBytes = this.#wire.recentStray.at(nowMs);
    return { open, waiting: this.#queue.length, ...this.#total.stats(nowMs), ...this.#wire.counts, recentStrayBytes };
  }

  /** Counters of one unit since the start. */
  unitStats(unit: number): TrafficStats {
    return this.#trafficOf(unit).stats(this.#clock.monotonicMs());
  }

  /** Lets go of the wire so that another process can open it, until `takeBack`. Everything asked meanwhile is refused with `reason`. */
  lend(reason: string): Promise<void> {
    return this.#wire.lend(reason);
  }

  takeBack(): void {
    this.#wire.takeBack();
  }

  /** Rejects what waits and what is under way, releases the wire, and does not open it again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#refuseWaiting('closed');
    await this.#wire.close();
  }

  #reason(): string {
    return this.#isClosed ? 'it was closed' : this.#state.open ? 'open' : this.#state.reason;
  }

  #trafficOf(unit: number): Traffic {
    const known = this.#units.get(unit);
    if (known) return known;
    const traffic = new Traffic(this.#clock.monotonicMs());
    this.#units.set(unit, traffic);
    return traffic;
  }

  #refuse(unit: number, code: 'bus_closed' | 'bus_cancelled' | 'bus_busy', message: string): never {
    this.#countUnsent(unit);
    throw new GatewayError(code, message);
  }

  #countUnsent(unit: number): void {
    this.#total.skip();
    this.#trafficOf(unit).skip();
  }

  #countSecondReply(unit: number): void {
    this.#total.repeat();
    this.#trafficOf(unit).repeat();
  }

  /** Ends a job that was never sent. */
  #drop(job: Job, error: GatewayError): void {
    this.#countUnsent(job.question.unit);
    job.outcome.reject(error);
  }

  #refuseWaiting(reason: string): void {
    for (let job = this.#queue.take(); job; job = this.#queue.take()) this.#drop(job, new GatewayError('bus_closed', `Line ${this.id} is away: ${reason}.`));
  }

  /** A unit that was silent a moment ago is asked nothing more in this round: its polls would each cost the others a deadline and a guard. */
  #skipPolls(unit: number): void {
    for (const job of this.#queue.removePolls((waiting) => waiting.question.unit === unit))
      this.#drop(
        job,
        new GatewayError('device_backing_off', `Unit ${unit} on line ${this.id} was silent a moment ago; what else was asked of it is left out.`),
      );
  }

  /** Still waiting: it is taken out. Already sent: only the result is dropped; the line reads on, so that the reply meets nobody else. */
  #cancel(job: Job): void {
    const error = new GatewayError('bus_cancelled', 'The request was called off.');
    if (this.#queue.remove(job)) this.#drop(job, error);
    else this.#fail(job, error);
  }

  /** Ends a job that was sent. Nobody knows then whether a write was obeyed. */
  #fail(job: Job, error: GatewayError): void {
    job.outcome.reject(
      job.question.isWrite ? new GatewayError('bus_write_unknown', `${error.message} The write may have been obeyed.`, { cause: error }) : error,
    );
  }

  #onWire(wire: WireState, reason: string): void {
    if (wire === 'opening') return;
    if (wire === 'closed') this.#refuseWaiting(reason);
    const before = this.#state;
    this.#state = wire === 'open' ? { open: true } : { open: false, reason };
    if (before === unopened || before.open !== this.#state.open) for (const listener of this.#listeners) listener(this.#state);
    this.#pump();
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    // Every failure of the outside ends in its job; anything else is our own mistake and ends the process as an unhandled rejection.
    void this.#serveWaiting();
  }

  async #serveWaiting(): Promise<void> {
    while (this.#queue.length > 0 && this.#wire.state === 'open') await this.#serveNext();
    this.#isPumping = false;
  }

  /** The most urgent job is chosen only when the line is free: one that came during a guard still goes first. */
  async #serveNext(): Promise<void> {
    const startedAtMs = this.#clock.monotonicMs();
    try {
      if (!(await this.#wire.untilQuiet())) return;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const job = this.#queue.take();
      if (job) this.#drop(job, error);
      return;
    } finally {
      this.#spend(this.#lastUnit, this.#clock.monotonicMs() - startedAtMs);
    }
    const job = this.#queue.take();
    if (job) await this.#serve(job);
  }

  async #serve(job: Job): Promise<void> {
    const { question, framed, timing, outcome } = job;
    const startedAtMs = this.#clock.monotonicMs();
    // The frame goes out before anything else is done.
    const reply = this.#wire.exchange(question.unit, framed, timing);
    const counted = [this.#total, this.#trafficOf(question.unit)];
    const end = (ending: Ending) => {
      const nowMs = this.#clock.monotonicMs();
      for (const traffic of counted) traffic.end(ending, nowMs - startedAtMs, nowMs);
    };
    for (const traffic of counted) traffic.begin();
    this.#lastUnit = question.unit;
    try {
      const answer = question.decode(await reply);
      end(question.isException(answer) ? 'exceptions' : 'answered');
      outcome.resolve(answer);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const ending = endings[error.code as keyof typeof endings];
      if (ending) end(ending);
      this.#fail(job, error);
      if (error.code === 'bus_timeout') this.#skipPolls(question.unit);
    }
    this.#spend(question.unit, this.#clock.monotonicMs() - startedAtMs);
  }

  #spend(unit: number, durationMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    this.#total.spend(durationMs, nowMs);
    if (unit > 0) this.#trafficOf(unit).spend(durationMs, nowMs);
  }
}
