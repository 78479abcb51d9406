/**
 * Lines and reader cables that exist in memory only, with the timing of real ones: characters take their time at the baud rate, a board takes
 * its time to answer, silence ends a frame. Real RTU frames go in and out, spoilt by the same faults as the real servers know. What a
 * killed gateway had given to its port still leaves it, as from a kernel. Nothing here knows what a frame means.
 */
import { bareFrames, type Exchange, type FaultyWire } from '../../device-sim/faulty-wire.ts';
import type { Random } from '../../device-sim/random.ts';
import { type BoardLine, RtuSlave } from '../../device-sim/rtu-slave.ts';
import type { Clock } from '../../gateway/clock.ts';
import { quietGapMs } from '../../gateway/core/wire-time.ts';
import { GatewayError } from '../../gateway/errors.ts';
import type { ByteListener, ByteStream } from '../../gateway/southbound/byte-stream.ts';
import type { CallOff, VirtualTime } from './virtual-time.ts';

interface Holder {
  readonly listener: ByteListener;
  readonly released: PromiseWithResolvers<void>;
  isClosed: boolean;
}

export interface VirtualPortOptions {
  readonly id: string;
  readonly time: VirtualTime;
  readonly onWrite: (bytes: Buffer) => void;
  /** The holder throws away what has not left yet. */
  readonly onSettle: () => void;
  /** Waits until it is open; by default `openMs`. @throws GatewayError bus_closed; the signal's reason. */
  readonly untilOpen?: (clock: Clock, signal: AbortSignal) => Promise<void>;
}

/** Time a port or a connection takes to open. Unit: ms. */
const openMs = 2;

/** The gateway's end of one wire. One holder at a time, the newest: a second process takes over what a killed one left open. */
export class VirtualPort {
  readonly #options: VirtualPortOptions;
  #holder: Holder | undefined;
  #isUnplugged = false;

  constructor(options: VirtualPortOptions) {
    this.#options = options;
  }

  get isHeld(): boolean {
    return this.#holder !== undefined;
  }

  get isUnplugged(): boolean {
    return this.#isUnplugged;
  }

  /** @throws GatewayError bus_closed while it is unplugged; the signal's reason. */
  async open(listener: ByteListener, clock: Clock, signal: AbortSignal): Promise<ByteStream> {
    const { id, onWrite, onSettle, untilOpen } = this.#options;
    await (untilOpen?.(clock, signal) ?? clock.sleep(openMs, 'open', signal));
    if (this.#isUnplugged) throw new GatewayError('bus_closed', `${id} is not there.`);
    const holder: Holder = { listener, released: Promise.withResolvers(), isClosed: false };
    this.#holder = holder;
    return {
      write: (bytes) => {
        if (!holder.isClosed) onWrite(Buffer.from(bytes));
      },
      settle: () => {
        if (!holder.isClosed) onSettle();
        return Promise.resolve();
      },
      close: () => {
        this.#close(holder, 'closed');
        return holder.released.promise;
      },
    };
  }

  /** Bytes for whoever holds the port. Returns whether somebody does. */
  deliver(bytes: Buffer): boolean {
    const holder = this.#holder;
    if (holder === undefined) return false;
    this.#options.time.stir();
    holder.listener.onBytes(bytes);
    return true;
  }

  unplug(): void {
    this.#isUnplugged = true;
    if (this.#holder !== undefined) this.#close(this.#holder, 'unplugged');
  }

  plugIn(): void {
    this.#isUnplugged = false;
  }

  /** The process that held it is gone; it hears nothing of that. */
  abandon(): void {
    this.#holder = undefined;
  }

  #close(holder: Holder, reason: string): void {
    if (holder.isClosed) return;
    holder.isClosed = true;
    if (this.#holder === holder) this.#holder = undefined;
    const { time } = this.#options;
    time.after(0, () => {
      time.stir();
      holder.released.resolve();
      holder.listener.onClose(reason);
    });
  }
}

/**
 * What may happen to a request before a board has heard it. `held`: a serial server delivers it seconds later, when nobody thinks of it any
 * more; on a serial port it is lost instead.
 */
export const requestFaults = ['lost', 'bit', 'cut', 'twice', 'held'] as const;
export type RequestFault = (typeof requestFaults)[number];

export interface VirtualLineOptions {
  readonly id: string;
  readonly time: VirtualTime;
  readonly baud: number;
  /** A serial port forgets unsent output when it is flushed; a serial server behind a network does not. */
  readonly kind: 'serial' | 'rtu-over-tcp';
  readonly boards: BoardLine;
  readonly faults: FaultyWire;
  readonly random: Random;
  /** A request began sooner after other bytes than the standard allows. Unit: ms. */
  readonly onShortGap: (gapMs: number) => void;
}

/** Time a board takes from the last character of a request to the first of its reply. Unit: ms. */
const turnAroundMs = { least: 2, most: 15 } as const;
/** How long a serial server may sit on a request. Unit: ms. */
const heldMs = { least: 200, most: 8000 } as const;

interface Sending {
  readonly bytes: Buffer;
  readonly startMs: number;
  readonly callOff: CallOff;
}

/** One line with its boards. */
export class VirtualLine {
  readonly port: VirtualPort;
  readonly faults: FaultyWire;
  /** In force on the way to the boards, or null. `p` is the chance that one request meets it. */
  requestFault: { readonly name: RequestFault; readonly p: number } | null = null;
  readonly #options: VirtualLineOptions;
  readonly #slave: RtuSlave;
  readonly #characterMs: number;
  #sending: Sending | undefined;
  /** When the last reply under way will have been sent. */
  #repliedByMs = 0;
  #lastDeliveredMs = Number.NEGATIVE_INFINITY;
  #endFrame: CallOff = () => undefined;

  constructor(options: VirtualLineOptions) {
    this.#options = options;
    this.faults = options.faults;
    this.#slave = new RtuSlave(options.boards);
    this.#characterMs = 11_000 / options.baud;
    this.port = new VirtualPort({ id: options.id, time: options.time, onWrite: (bytes) => this.#send(bytes), onSettle: () => this.#flush() });
  }

  /** Neither broken nor about to spoil anything: boards on it can be reached. */
  get isSound(): boolean {
    return !this.port.isUnplugged && !this.faults.isCut && this.faults.faults.length === 0 && this.requestFault === null;
  }

  #send(bytes: Buffer): void {
    const { time, onShortGap, baud } = this.#options;
    const gapMs = time.nowMs - this.#lastDeliveredMs;
    // Half a microsecond for the sum of fractions.
    if (gapMs < quietGapMs(baud) - 0.0005) onShortGap(gapMs);
    const callOff = time.after(bytes.length * this.#characterMs, () => {
      this.#sending = undefined;
      this.#carry(bytes);
    });
    this.#sending = { bytes, startMs: time.nowMs, callOff };
  }

  #flush(): void {
    const sending = this.#sending;
    if (sending === undefined || this.#options.kind !== 'serial') return;
    sending.callOff();
    this.#sending = undefined;
    const left = Math.floor((this.#options.time.nowMs - sending.startMs) / this.#characterMs);
    if (left > 0) this.#carry(sending.bytes.subarray(0, left));
  }

  /** The way of a request to the boards. */
  #carry(bytes: Buffer): void {
    const { random } = this.#options;
    const fault = this.requestFault !== null && random.chance(this.requestFault.p) ? this.requestFault.name : null;
    if (this.port.isUnplugged || this.faults.isCut || fault === 'lost') return;
    if (fault === 'held') {
      if (this.#options.kind !== 'serial') this.#options.time.after(random.whole(heldMs.least, heldMs.most), () => this.#hear(bytes));
    } else if (fault === 'cut') this.#hear(bytes.subarray(0, random.whole(1, bytes.length)));
    else if (fault === 'bit') this.#hear(flipped(bytes, random.whole(0, bytes.length * 8 - 1)));
    else this.#hear(bytes);
    if (fault === 'twice') this.#hear(bytes);
  }

  #hear(bytes: Buffer): void {
    this.#endFrame();
    for (const exchange of this.#slave.push(bytes)) this.#answer(exchange);
    if (!this.#slave.awaitsQuiet) return;
    this.#endFrame = this.#options.time.after(quietGapMs(this.#options.baud), () => {
      for (const exchange of this.#slave.endFrame()) this.#answer(exchange);
    });
  }

  #answer(exchange: Exchange): void {
    const { time, random } = this.#options;
    const readyMs = time.nowMs + random.whole(turnAroundMs.least, turnAroundMs.most);
    for (const { afterMs, bytes } of this.faults.answer(exchange, bareFrames)) {
      if (bytes.length > 0) this.#reply(bytes, Math.max(readyMs + afterMs, this.#repliedByMs));
    }
  }

  /** Sends from `startMs`, in one or two pieces as a driver happens to hand them over. */
  #reply(bytes: Buffer, startMs: number): void {
    const { random } = this.#options;
    this.#repliedByMs = startMs + bytes.length * this.#characterMs;
    const splitAt = bytes.length > 1 && random.chance(0.3) ? random.whole(1, bytes.length - 1) : bytes.length;
    for (const [piece, endAt] of [[bytes.subarray(0, splitAt), splitAt] as const, [bytes.subarray(splitAt), bytes.length] as const])
      if (piece.length > 0) this.#deliver(piece, startMs + endAt * this.#characterMs);
  }

  #deliver(bytes: Buffer, atMs: number): void {
    const { time } = this.#options;
    time.after(atMs - time.nowMs, () => {
      if (this.port.isUnplugged || this.faults.isCut) return;
      this.#lastDeliveredMs = time.nowMs;
      this.port.deliver(bytes);
    });
  }
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const spoilt = Buffer.from(bytes);
  spoilt[bit >> 3] = (spoilt[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return spoilt;
}

/** A card or label reader: what it sees, it says once, with CR, to whoever listens. */
export class VirtualReader {
  readonly port: VirtualPort;
  readonly #time: VirtualTime;
  #busyUntilMs = 0;

  constructor(id: string, time: VirtualTime) {
    this.#time = time;
    this.port = new VirtualPort({ id, time, onWrite: () => undefined, onSettle: () => undefined });
  }

  say(text: string): void {
    const bytes = Buffer.from(`${text}\r`);
    this.#busyUntilMs = Math.max(this.#time.nowMs, this.#busyUntilMs) + (bytes.length * 11_000) / readerBaud;
    this.#time.after(this.#busyUntilMs - this.#time.nowMs, () => void this.port.deliver(bytes));
  }
}
const readerBaud = 9600;
