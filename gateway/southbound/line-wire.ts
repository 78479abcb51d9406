/**
 * One request, one reply on one physical line: when it may be written, how long it may take, and what makes the line clean again after anything
 * unexpected. A late reply must never be taken for the next one's: serial lines stay quiet for the guard time, TCP is closed and
 * reopened, and RTU over TCP does both, because the serial server behind it may still deliver. Order and queueing are line.ts's.
 */
import assert from 'node:assert/strict';
import type { Clock } from '../clock.ts';
import { quietGapMs, wireMs } from '../core/wire-time.ts';
import { GatewayError } from '../errors.ts';
import { lineQuietWaitMs, strayGuardMs } from '../limits.ts';
import type { ByteStream, OpenByteStream, SerialTransport } from './byte-stream.ts';
import { type Framed, shortestFrameBytes } from './framing.ts';
import { type KeptStream, keepOpen, type WireListener } from './kept-stream.ts';
import type { Question } from './question.ts';
import { RecentCount } from './traffic.ts';
import { Watchdog } from './watchdog.ts';

/**
 * A line on a serial port, behind a serial server that passes its bytes (`rtu-over-tcp` for RTU frames, `tcp` for devices with frames of their
 * own), or spoken to in Modbus TCP. `baud` behind a serial server sets its gaps.
 */
export type LineTransport =
  | SerialTransport
  | { readonly kind: 'rtu-over-tcp' | 'tcp'; readonly host: string; readonly port: number; readonly baud: number }
  | { readonly kind: 'modbus-tcp'; readonly host: string; readonly port: number };

/** What a device is given. Unit: wire ms. */
export interface ReplyTiming {
  /** Longest time from the last byte of the request to the first of the reply; time on the wire is added from the baud rate. */
  readonly deadlineMs: number;
  /** Latest moment after the deadline a reply may still come; the line stays quiet that long. */
  readonly guardMs: number;
}

/** `opening` before the first try and while reopened on purpose; `closed` once a try has failed or the other side has gone. */
export type WireState = 'opening' | 'open' | 'closed';

const nothing = Buffer.alloc(0);
const baudOf = (transport: LineTransport) => (transport.kind === 'modbus-tcp' ? Number.POSITIVE_INFINITY : transport.baud);

interface Pending {
  readonly unit: number;
  readonly timing: ReplyTiming;
  readonly framed: Framed;
  received: Buffer;
  readonly reply: PromiseWithResolvers<Buffer>;
}

/** Who owns a wire, and what it is told. */
export interface WireOwner {
  onState(state: WireState, reason: string): void;
  /** A second reply came behind the right one of this unit, once for each question: two devices may hang under its number. */
  onSecondReply(unit: number): void;
}

/** The wire under one line. Its owner calls `untilQuiet`, then at once `exchange`, and never two at a time. */
export class LineWire implements WireListener {
  readonly #transport: LineTransport;
  readonly #clock: Clock;
  readonly #kept: KeptStream;
  readonly #owner: WireOwner;
  readonly #watchdog: Watchdog;
  #state: WireState = 'opening';
  #stream: ByteStream | undefined;
  /** Aborted when the present wire is lost, so that nobody waits for its silence. */
  #lost = new AbortController();
  #pending: Pending | undefined;
  #lastByteAtMs = Number.NEGATIVE_INFINITY;
  #guardUntilMs = Number.NEGATIVE_INFINITY;
  #guardMs = strayGuardMs;
  readonly #gapMs: number;
  /** The gap behind the last reply. It begins with the reply's last byte, while the reply is still being looked at. */
  #gap: Promise<void> | undefined;
  #strayBytes = 0;
  /** Whose right reply came last, and until when bytes behind it may be another reply to the same question. */
  #answered: { readonly unit: number; readonly untilMs: number } | undefined;
  #transactionId = 0;
  /** Bytes nobody asked for, and planned reopenings, since the start. */
  readonly counts = { strayBytes: 0, reopened: 0 };
  readonly recentStray = new RecentCount();

  constructor(transport: LineTransport, clock: Clock, owner: WireOwner, openStream?: OpenByteStream) {
    this.#transport = transport;
    this.#gapMs = quietGapMs(baudOf(transport));
    this.#clock = clock;
    this.#owner = owner;
    this.#watchdog = new Watchdog(clock, () => this.#giveUp());
    this.#kept = keepOpen(transport, this, clock, openStream);
  }

  get state(): WireState {
    return this.#state;
  }

  onOpen(stream: ByteStream): void {
    this.#stream = stream;
    this.#lost = new AbortController();
    this.#strayBytes = 0;
    this.#answered = undefined;
    this.#setState('open', '');
  }

  onLost(reason: string, planned: boolean): void {
    this.#stream = undefined;
    this.#lost.abort();
    this.#pending?.reply.reject(new GatewayError('bus_closed', `The line was lost: ${reason}.`));
    this.#setState(planned ? 'opening' : 'closed', reason);
  }

  onBytes(bytes: Buffer): void {
    const nowMs = this.#clock.monotonicMs();
    this.#lastByteAtMs = nowMs;
    if (this.#pending) this.#judge(this.#pending, bytes);
    else this.#countStray(bytes.length, nowMs);
  }

  /**
   * Waits until a request may be written: the guard is over, t3.5 of silence has passed and no old byte is left in the machine. Returns false when the
   * wire went away meanwhile.
   * @throws GatewayError bus_garbled when the line is never quiet.
   */
  async untilQuiet(): Promise<boolean> {
    const giveUpAtMs = Math.max(this.#guardUntilMs, this.#clock.monotonicMs()) + lineQuietWaitMs;
    for (;;) {
      await this.#gap;
      this.#gap = undefined;
      const stream = this.#stream;
      if (!stream) return false;
      // The clock has the last word, not the timers: they may come early, and bytes may have come meanwhile.
      const nowMs = this.#clock.monotonicMs();
      const waitMs = Math.max(this.#guardUntilMs, this.#lastByteAtMs + this.#gapMs) - nowMs;
      if (waitMs <= 0) {
        // Modbus TCP needs no look into the machine: an old reply carries an old transaction number.
        if (this.#transport.kind === 'modbus-tcp') return true;
        const seenAtMs = this.#lastByteAtMs;
        await stream.settle();
        if (this.#stream === stream && this.#lastByteAtMs === seenAtMs && this.#guardUntilMs <= nowMs) return true;
      } else if (nowMs > giveUpAtMs) {
        throw new GatewayError('bus_garbled', 'Something talks on this line without being asked.');
      } else {
        // Cut short only when the wire is lost, which the next turn sees.
        await this.#clock.sleep(waitMs, 'quiet line', this.#lost.signal).catch(() => undefined);
      }
    }
  }

  /** Prepares a question for this wire, before it is its turn: nothing is left to do then but to write it. */
  frame({ frame }: Pick<Question<unknown>, 'frame'>): Framed {
    this.#transactionId = (this.#transactionId + 1) % 0x1_0000;
    return frame(this.#transport.kind === 'modbus-tcp' ? this.#transactionId : null);
  }

  /**
   * Writes a question to `unit` at once and returns the frame of its reply, without what Modbus TCP puts around it.
   * @throws GatewayError bus_timeout, bus_garbled or bus_closed; in each case the request may have been heard.
   */
  async exchange(unit: number, framed: Framed, timing: ReplyTiming): Promise<Buffer> {
    assert(this.#stream && !this.#pending, 'the line is not free');
    const pending: Pending = { unit, timing, framed, received: nothing, reply: Promise.withResolvers() };
    this.#pending = pending;
    this.#guardMs = timing.guardMs;
    this.#strayBytes = 0;
    this.#answered = undefined;
    this.#stream.write(framed.wire);
    const bytes = framed.wire.length + framed.replyBytesMax;
    this.#watchdog.arm(this.#clock.monotonicMs() + wireMs(baudOf(this.#transport), bytes) + timing.deadlineMs);
    try {
      const reply = await pending.reply.promise;
      this.#kept.markSound();
      this.#answered = { unit, untilMs: this.#lastByteAtMs + timing.deadlineMs + timing.guardMs };
      return reply;
    } catch (error) {
      this.#clean(error instanceof Error ? error.message : String(error));
      throw error;
    } finally {
      this.#pending = undefined;
      this.#watchdog.disarm();
    }
  }

  /** Lets go of the wire until `takeBack`; what is under way is rejected with bus_closed. Resolves when the port is free. */
  lend(reason: string): Promise<void> {
    return this.#kept.lend(reason);
  }

  takeBack(): void {
    this.#kept.takeBack();
  }

  /** Ends for good; what is under way is rejected with bus_closed. */
  close(): Promise<void> {
    this.#watchdog.stop();
    return this.#kept.close();
  }

  #giveUp(): void {
    if (!this.#pending) return;
    const { unit, timing, reply } = this.#pending;
    reply.reject(new GatewayError('bus_timeout', `Unit ${unit} did not answer within ${timing.deadlineMs} ms.`));
  }

  #judge(pending: Pending, bytes: Buffer): void {
    pending.received = pending.received.length === 0 ? bytes : Buffer.concat([pending.received, bytes]);
    const verdict = pending.framed.judge(pending.received);
    if (verdict.kind === 'more') return;
    this.#pending = undefined;
    if (this.#gapMs > 0) this.#gap = this.#clock.sleep(this.#gapMs, 'quiet line');
    if (verdict.kind === 'reply') pending.reply.resolve(verdict.frame);
    else pending.reply.reject(new GatewayError('bus_garbled', `The reply is not one to this request: ${verdict.reason}.`));
  }

  /** Fewer bytes than a frame are noise, and t3.5 deals with it. As many as a frame may be a late reply: then another may follow. */
  #countStray(byteCount: number, nowMs: number): void {
    this.counts.strayBytes += byteCount;
    this.recentStray.add(byteCount, nowMs);
    if (nowMs < this.#guardUntilMs) return;
    this.#strayBytes += byteCount;
    if (this.#strayBytes < shortestFrameBytes) return;
    this.#strayBytes = 0;
    if (this.#answered !== undefined && nowMs <= this.#answered.untilMs) this.#owner.onSecondReply(this.#answered.unit);
    this.#answered = undefined;
    this.#clean('bytes nobody asked for');
  }

  #clean(reason: string): void {
    if (this.#transport.kind !== 'modbus-tcp') this.#guardUntilMs = this.#clock.monotonicMs() + this.#guardMs;
    if (this.#transport.kind === 'serial' || !this.#stream) return;
    this.counts.reopened += 1;
    this.#kept.reopen(reason);
  }

  #setState(state: WireState, reason: string): void {
    this.#state = state;
    this.#owner.onState(state, reason);
  }
}
