/**
 * A WKLY lock board on a port of its own, where its unasked reports meet no question of anybody else. It gives one lock one pulse, once, and
 * never again by itself: an order whose fate nobody knows is told as such, and the door is read instead. What the board says of its doors,
 * asked or unasked, is kept until the wire is lost or the board does not say how its doors are. It decides nothing about a hatch.
 */
import { type DoorState, type LockReport, type LockRequest, lockWkly } from '../../protocol/devices/lock-wkly.ts';
import { GatewayError } from '../errors.ts';
import { lineQueueMax, replyGraceMs } from '../limits.ts';
import { FrameWire, type FrameWireOptions, type PortStats } from './frame-wire.ts';
import type { LineState } from './line.ts';

type Options = Pick<FrameWireOptions<LockReport, LockRequest>, 'transport' | 'clock' | 'openStream'> & {
  readonly id: string;
  /** As its switches say, 0..255. */
  readonly board: number;
};
type Answer = Exclude<LockReport, { kind: 'changed' }>;

export class LockBoard {
  readonly id: string;
  readonly model = lockWkly.model;
  readonly #options: Options;
  readonly #wire: FrameWire<LockReport, LockRequest>;
  readonly #closing = new AbortController();
  readonly #doors = new Map<number, DoorState>();
  readonly #openings = new Map<number, number>();
  #turn: Promise<unknown> = Promise.resolve();
  #queued = 0;
  #online: boolean | null = null;

  constructor(options: Options) {
    this.id = options.id;
    this.#options = options;
    const onMessage = (report: LockReport) => this.#onReport(report);
    this.#wire = new FrameWire({ ...options, device: lockWkly, onMessage, onState: (state) => this.#onState(state) });
  }

  /** Whether the board was heard when it was last asked; null before that. */
  get online(): boolean | null {
    return this.#online;
  }

  /** What was last heard of each door, by lock. Empty while the wire is away or the board is silent. */
  get doors(): ReadonlyMap<number, DoorState> {
    return this.#doors;
  }

  /** How often the door of this lock was reported as opened, unasked, since the start: a door may open and close between two looks. */
  openings(lock: number): number {
    return this.#openings.get(lock) ?? 0;
  }

  /** Asks for all doors, lock 1 first. @throws GatewayError bus_*, device_exception; the signal's reason. */
  look(signal: AbortSignal): Promise<readonly DoorState[]> {
    const { id } = this;
    return this.#alone(async () => {
      const answer = await this.#question({ kind: 'askAll', board: this.#options.board }, signal);
      // What was heard before the silence may long be otherwise.
      if (answer === undefined) this.#doors.clear();
      if (answer?.kind !== 'askAll') throw new GatewayError('bus_timeout', `${id} does not say how its doors are.`);
      if (!answer.ok) throw new GatewayError('device_exception', `${id} says that it cannot read its doors.`);
      return answer.doors;
    });
  }

  /**
   * Gives one lock, counted from 1, one pulse; the board ends it. Resolves when the board says so, or when nothing came back but its door is
   * open afterwards. A signal calls it off: before it is sent it never is, afterwards only its result is dropped.
   * @throws GatewayError bus_write_unknown when it was sent and nobody knows; device_exception when the board said no; any other bus_*: never
   * sent.
   */
  open(lock: number, signal: AbortSignal): Promise<void> {
    let isSent = false;
    const calledOff = () => {
      const ends = isSent ? 'after it was told to open; it may have done so' : 'before it was told to open';
      return new GatewayError(isSent ? 'bus_write_unknown' : 'bus_cancelled', `Lock ${lock} of ${this.id} was called off ${ends}.`);
    };
    const order = this.#alone(async () => {
      const { timeoutMs, guardMs } = lockWkly;
      const before = this.openings(lock);
      // What an earlier order left behind must not go out with this one.
      await this.#wire.settle();
      if (signal.aborted) throw calledOff();
      isSent = this.#wire.isOpen;
      const answer = await this.#ask({ kind: 'open', board: this.#options.board, lock }, timeoutMs + guardMs);
      if (answer?.kind === 'open' && answer.ok) return;
      if (answer?.kind === 'open' && answer.door !== 'open') throw new GatewayError('device_exception', `${this.id} says that lock ${lock} did not open.`);
      if (answer === undefined && (this.openings(lock) > before || (await this.#isOpen(lock)))) return;
      const said = answer === undefined ? 'and nothing came back' : 'and the board says both that it failed and that the door is open';
      throw new GatewayError('bus_write_unknown', `${this.id} was told to open lock ${lock}, ${said}.`);
    });
    return unlessAborted(order, signal, calledOff);
  }

  /** What passed on its port. */
  stats(): PortStats {
    return this.#wire.stats();
  }

  close(): Promise<void> {
    this.#closing.abort();
    return this.#wire.close();
  }

  /** Reading the door moves nothing. */
  async #isOpen(lock: number): Promise<boolean> {
    if (this.#closing.signal.aborted || !this.#wire.isOpen) return false;
    const answer = await this.#question({ kind: 'ask', board: this.#options.board, lock }).catch(() => undefined);
    return answer?.kind === 'ask' && answer.ok && answer.door === 'open';
  }

  /** One after the other, in the order they came. */
  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#queued >= lineQueueMax) throw new GatewayError('bus_busy', `${lineQueueMax} questions wait for ${this.id}.`);
    this.#queued += 1;
    const mine = this.#turn.then(work).finally(() => {
      this.#queued -= 1;
    });
    this.#turn = mine.catch(() => undefined);
    return await mine;
  }

  /** A question that moves nothing; after a silence what may still come late is waited out. */
  async #question(request: LockRequest, signal?: AbortSignal): Promise<Answer | undefined> {
    signal?.throwIfAborted();
    const answer = await this.#ask(request, lockWkly.timeoutMs, signal);
    signal?.throwIfAborted();
    if (answer === undefined) await this.#sleep(lockWkly.guardMs, signal);
    return answer;
  }

  /** @returns the answer to this very request, or undefined after `patienceMs` and when the wire is lost. @throws GatewayError bus_closed: never sent. */
  async #ask(request: LockRequest, patienceMs: number, signal?: AbortSignal): Promise<Answer | undefined> {
    const isAnswer = (report: LockReport) => report.board === this.#options.board && lockWkly.isReplyTo?.(request, report) === true;
    const closing = this.#closing.signal;
    const until = signal === undefined ? closing : AbortSignal.any([signal, closing]);
    const answer = closing.aborted ? 'unsent' : await this.#wire.ask(request, { isAnswer, patienceMs: patienceMs + replyGraceMs, signal: until });
    if (answer === 'unsent') {
      this.#online = false;
      throw new GatewayError('bus_closed', `The port of ${this.id} is away.`);
    }
    if (signal?.aborted !== true) this.#online = answer !== 'silence';
    return answer === 'silence' || answer.kind === 'changed' ? undefined : answer;
  }

  /** Ends early when `signal` aborts or the board is closed. */
  async #sleep(ms: number, signal?: AbortSignal): Promise<undefined> {
    const until = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
    await this.#options.clock.sleep(ms, `answer of ${this.id}`, until).catch(() => undefined);
  }

  #onState({ open }: LineState): void {
    if (!open) this.#doors.clear();
  }

  #onReport(report: LockReport): void {
    if (report.board !== this.#options.board) return;
    if (report.kind === 'askAll') for (const [index, door] of report.doors.entries()) this.#doors.set(index + 1, report.ok ? door : 'unknown');
    else this.#doors.set(report.lock, report.door);
    if (report.kind === 'changed' && report.door === 'open') this.#openings.set(report.lock, this.openings(report.lock) + 1);
  }
}

/** The outcome of `work`, or `reason` as soon as the signal aborts; the work itself goes on to its end, so that nobody else meets its answer. */
async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal, reason: () => Error): Promise<Result> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(reason());
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
