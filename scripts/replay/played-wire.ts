/**
 * The other end of a recorded wire: it says what was said then. What was said unasked comes at its time; a request is answered with what the same request
 * got when it was recorded, in order. A gateway that asks a little sooner than the recorded one is held up until that moment, as its own machine held it up
 * then (a slow disk, a busy thread), and one that asks later gets its answer at the recorded moment all the same, so that both live by one clock. What the recording has no answer to meets silence, and is told.
 */

import type { Clock } from '../../gateway/clock.ts';
import { GatewayError } from '../../gateway/errors.ts';
import type { CaptureEntry } from '../../protocol/capture.ts';
import { dispenserBd1 } from '../../protocol/devices/dispenser-bd1.ts';
import type { VirtualTime } from '../simulation/virtual-time.ts';
import { VirtualPort } from '../simulation/virtual-wires.ts';
import type { PlayableWire } from './read-capture.ts';

/** A request the capture has no answer to. */
export interface Unanswered {
  readonly wire: string;
  readonly atMs: number;
  readonly hex: string;
  readonly why: string;
}

export interface PlayedWireOptions {
  readonly wire: PlayableWire;
  readonly time: VirtualTime;
  /** Units whose commands carry a MAC under a key the replay does not have. */
  readonly sealedUnits: ReadonlySet<number>;
  /** When the recorded gateway had no turn, in order: what came then lay waiting. */
  readonly busy: readonly BusySpan[];
  /** A code as the readers of the replay would give it. */
  readonly codeOf: (shown: string) => string;
  readonly onUnanswered: (unanswered: Unanswered) => void;
}

/** Unit: ms since the capture began. */
export interface BusySpan {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Piece {
  readonly atMs: number;
  readonly bytes: Buffer;
}
/** A recorded request with what came until the next. */
interface Exchange {
  readonly index: number;
  readonly atMs: number;
  readonly request: Buffer;
  readonly pieces: Piece[];
  readonly unit: number;
  readonly isCommand: boolean;
  isUsed: boolean;
  /** The recorded gateway reopened the wire after it: its answer, if any, was not taken. */
  isGivenUp: boolean;
}
/** All exchanges of one request in order, and the first that may still be played. */
interface Asked {
  readonly exchanges: Exchange[];
  at: number;
}
type Try = Extract<CaptureEntry, { event: 'opened' | 'unopened' }>;

/** A gateway is held up for no longer than this besides the spans without a turn: what is asked even sooner is asked otherwise. Unit: ms. */
const heldUpMsMax = 1000;
/** An answer is passed over when the gateway is this late and the next one was due already. Unit: ms. */
const lateMsMax = 300;
/** After a span without a turn the wires are read within this. Unit: ms. */
const busyTailMs = 15;
/** Function codes that write. Source: Modbus Application Protocol V1.1b3 section 6. */
const writeCodes: ReadonlySet<number> = new Set([5, 6, 15, 16, 22]);
/** Length of a Modbus TCP header without its unit, and where its transaction number ends. Source: Modbus Messaging on TCP/IP V1.0b section 3.1.3. */
const tcpHeader = { bytes: 6, transactionBytes: 2, lengthAt: 4 } as const;

/** Plays one wire from the moment it is made. */
export class PlayedWire {
  readonly port: VirtualPort;
  readonly #options: PlayedWireOptions;
  readonly #tries: Try[];
  /** By what was asked. */
  readonly #asked = new Map<string, Asked>();
  readonly #commands = new Map<number, Exchange[]>();
  /** Transaction numbers of the recording, and what the replay calls them. */
  readonly #transactions = new Map<number, Buffer>();

  constructor(options: PlayedWireOptions) {
    this.#options = options;
    const { wire, time } = options;
    this.#tries = wire.entries.filter((entry): entry is Try => entry.event === 'opened' || entry.event === 'unopened');
    this.port = new VirtualPort({
      ...{ id: wire.id, time, onSettle: () => undefined },
      onWrite: (bytes) => this.#hear(bytes),
      untilOpen: (clock, signal) => this.#untilOpen(clock, signal),
    });
    this.#lay();
  }

  /** Sorts what was recorded into exchanges and what comes by itself. */
  #lay(): void {
    const { wire, time, codeOf } = this.#options;
    let asked: Exchange | undefined;
    let index = 0;
    for (const entry of wire.entries) {
      if (entry.event === 'sent') asked = this.#layExchange(Buffer.from(entry.hex, 'hex'), entry.atMs, index++);
      else if (entry.event === 'opened' || entry.event === 'lost') {
        if (asked !== undefined) asked.isGivenUp = true;
        asked = undefined;
      }
      if (entry.event === 'lost' && !entry.ours) time.after(entry.atMs, () => this.#drop(entry.atMs));
      else if (entry.event === 'scan') time.after(entry.atMs, () => void this.port.deliver(Buffer.from(`${codeOf(entry.text)}\r`)));
      else if (entry.event === 'received') {
        const bytes = Buffer.from(entry.hex, 'hex');
        if (asked === undefined) time.after(entry.atMs, () => void this.port.deliver(bytes));
        else asked.pieces.push({ atMs: entry.atMs, bytes });
      }
    }
  }

  #layExchange(request: Buffer, atMs: number, index: number): Exchange | undefined {
    // What a reader is told when it is set up changes nothing it reads.
    if (this.#options.wire.kind === 'reader' || this.#options.wire.kind === 'stream') return undefined;
    const { key, unit, isCommand } = this.#read(request);
    const exchange: Exchange = { index, atMs, request, pieces: [], unit, isCommand, isUsed: false, isGivenUp: false };
    const asked = this.#asked.get(key) ?? { exchanges: [], at: 0 };
    asked.exchanges.push(exchange);
    this.#asked.set(key, asked);
    if (isCommand) this.#commands.set(unit, [...(this.#commands.get(unit) ?? []), exchange]);
    return exchange;
  }

  /** What a request asks, whatever number or seal it carries. */
  #read(request: Buffer): { readonly key: string; readonly unit: number; readonly isCommand: boolean } {
    const { wire, sealedUnits } = this.#options;
    if (wire.kind !== 'modbus') return { key: request.toString('hex'), unit: 0, isCommand: false };
    const body = Buffer.from(wire.isModbusTcp ? request.subarray(tcpHeader.bytes) : request.subarray(0, -2));
    const [unit = 0, code = 0] = body;
    if (sealedUnits.has(unit) && code === 16) blankSeal(body);
    return { key: body.toString('hex'), unit, isCommand: writeCodes.has(code) };
  }

  async #untilOpen(clock: Clock, signal: AbortSignal): Promise<void> {
    const next = this.#tries.shift();
    // Never opened again while it was recorded: whoever waits is ended by the end.
    await clock.sleep(next === undefined ? Number.MAX_SAFE_INTEGER : Math.max(0, next.atMs - this.#options.time.nowMs), 'open', signal);
    if (next?.event === 'unopened') throw new GatewayError('bus_closed', next.reason);
  }

  /** The other side, or the cable, goes away. */
  #drop(atMs: number): void {
    while (this.#tries[0]?.event === 'opened' && this.#tries[0].atMs < atMs) this.#tries.shift();
    this.port.unplug();
    this.port.plugIn();
  }

  #hear(bytes: Buffer): void {
    const { wire, time, onUnanswered } = this.#options;
    if (wire.kind === 'reader' || wire.kind === 'stream') return;
    const found = this.#find(bytes);
    if (typeof found === 'string') onUnanswered({ wire: wire.id, atMs: time.nowMs, hex: bytes.toString('hex'), why: found });
    else this.#answer(found, bytes);
  }

  #answer(found: Exchange, bytes: Buffer): void {
    const { wire, time } = this.#options;
    found.isUsed = true;
    time.lag(found.atMs);
    if (wire.isModbusTcp) this.#transactions.set(found.request.readUInt16BE(0), bytes.subarray(0, tcpHeader.transactionBytes));
    for (const { atMs, bytes: piece } of wire.isModbusTcp ? this.#renumber(found.pieces) : found.pieces)
      time.after((found.isGivenUp ? atMs : this.#arrivedMs(atMs)) - time.nowMs, () => void this.port.deliver(piece));
  }

  /** How long the recorded gateway had no turn between two moments. */
  #busyMs(fromMs: number, toMs: number): number {
    return this.#options.busy.reduce((sum, span) => sum + Math.max(0, Math.min(span.toMs, toMs) - Math.max(span.fromMs, fromMs)), 0);
  }

  /** When a piece read at `atMs` lay there: right behind a span without a turn it came within the span, and the gateway's patience knows of such spans. */
  #arrivedMs(atMs: number): number {
    const span = this.#options.busy.findLast(({ toMs }) => toMs <= atMs);
    return span !== undefined && atMs <= span.toMs + busyTailMs ? span.toMs : atMs;
  }

  /** What this request got when it was recorded, or why there is nothing. */
  #find(bytes: Buffer): Exchange | string {
    const { nowMs } = this.#options.time;
    const { key, unit, isCommand } = this.#read(bytes);
    const asked = this.#asked.get(key);
    if (asked === undefined) return 'it was never asked in the recording';
    const { exchanges } = asked;
    const commands = this.#commands.get(unit) ?? [];
    const nextCommand = commands.find(({ isUsed }) => !isUsed)?.index ?? Number.POSITIVE_INFINITY;
    const lastCommand = commands.findLast(({ isUsed }) => isUsed)?.index ?? -1;
    const isPast = ({ isUsed, index }: Exchange) => isUsed || (!isCommand && index < lastCommand);
    const isOvertaken = ({ atMs }: Exchange, by: Exchange | undefined) =>
      by !== undefined && by.atMs <= nowMs && nowMs - atMs > lateMsMax && by.index < nextCommand;
    let next = exchanges[asked.at];
    // What a unit said before a command is not what it says after it.
    while (next !== undefined && (isPast(next) || isOvertaken(next, exchanges[asked.at + 1]))) {
      asked.at += 1;
      next = exchanges[asked.at];
    }
    if (next === undefined) return 'it was not asked so often in the recording';
    if (next.index > nextCommand) return `in the recording unit ${unit} was given another order first`;
    if (next.atMs - nowMs > heldUpMsMax + this.#busyMs(nowMs, next.atMs)) return `in the recording it came ${((next.atMs - nowMs) / 1000).toFixed(3)} s later`;
    return next;
  }

  /** Whole frames under the numbers the replay gave its requests. */
  #renumber(pieces: readonly Piece[]): readonly Piece[] {
    const bytes = Buffer.concat(pieces.map((piece) => piece.bytes));
    for (let at = 0; at + tcpHeader.bytes <= bytes.length; at += tcpHeader.bytes + bytes.readUInt16BE(at + tcpHeader.lengthAt))
      this.#transactions.get(bytes.readUInt16BE(at))?.copy(bytes, at);
    let end = 0;
    return pieces.map(({ atMs, bytes: { length } }) => {
      end += length;
      return { atMs, bytes: bytes.subarray(end - length, end) };
    });
  }
}

/** Zeroes the MAC in a write of registers, where it has one. */
function blankSeal(body: Buffer): void {
  const { address, words } = dispenserBd1.fields.commandMac;
  const dataAt = 7;
  const at = dataAt + (address - body.readUInt16BE(2)) * 2;
  if (at >= dataAt && at + words * 2 <= body.length) body.fill(0, at, at + words * 2);
}
