/**
 * The wire faults that are in force on one line, and what they make of each answer. Every transport asks it at the same place: a whole
 * request was heard, the boards have answered, bytes are about to leave. It keeps no timer and opens nothing: bursts say when they leave,
 * whoever owns the wire sends them. Chance comes from one seeded stream, so equal requests meet equal faults.
 */
import type { Random } from './random.ts';
import { type Burst, type ReplyTiming, reachOf, type WireFaultName, wireFaults } from './wire-faults.ts';

/** One request that a board heard and answers, both as whole RTU frames. */
export interface Exchange {
  readonly request: Buffer;
  readonly reply: Buffer;
}

/** How this wire carries frames. */
export interface Carriage {
  /** Puts an RTU frame into the form of the wire. */
  readonly wrap: (frame: Buffer) => Buffer;
  /** Whether frames carry a CRC on the wire. */
  readonly checked: boolean;
}

/** RTU frames as they are. */
export const bareFrames: Carriage = { wrap: (frame) => frame, checked: true };

/** A wire fault in force. */
export interface WireFault {
  readonly name: WireFaultName;
  /** Chance that one answer is spoilt, 0..1. */
  readonly p: number;
  /** Answers it spoils before it ends by itself; undefined: until it is cleared. */
  readonly times?: number | undefined;
  /** Only answers of this unit; undefined: of all. */
  readonly unit?: number | undefined;
  /** Unit: wire ms; see the table for what it sets. */
  readonly ms?: number | undefined;
}

/** What a line without faults does with an answer. */
export const plainBursts = ({ reply }: Exchange, { wrap }: Carriage): readonly Burst[] => [{ afterMs: 0, bytes: wrap(reply) }];

export interface FaultyWireOptions {
  readonly random: Random;
  readonly timingOf: (unit: number) => ReplyTiming;
  /** Unit: ms, never going back. */
  readonly wireMs: () => number;
}

export class FaultyWire {
  readonly #options: FaultyWireOptions;
  #faults: readonly WireFault[] = [];
  #cut = false;
  #kept: { readonly bytes: Buffer; readonly untilMs: number } | undefined;

  constructor(options: FaultyWireOptions) {
    this.#options = options;
  }

  /** In the order they were injected. */
  get faults(): readonly WireFault[] {
    return this.#faults;
  }

  /** The cable is out: nothing is heard and nothing leaves, and nobody is told. */
  get isCut(): boolean {
    return this.#cut;
  }

  setCut(cut: boolean): void {
    this.#cut = cut;
  }

  /** A fault of the same name is replaced. */
  inject(fault: WireFault): void {
    this.clear(fault.name);
    this.#faults = [...this.#faults, fault];
  }

  clear(name: WireFaultName): void {
    this.#faults = this.#faults.filter((fault) => fault.name !== name);
    if (name === 'late-previous') this.#kept = undefined;
  }

  /** What leaves the line for one request. At most one fault spoils an answer: the first in force that its chance lets happen. */
  answer(exchange: Exchange, carriage: Carriage): readonly Burst[] {
    const unit = exchange.request[0] ?? 0;
    return this.#spoil(exchange, carriage, unit, (fault) => fault.unit === undefined || fault.unit === unit);
  }

  /**
   * The same for what a device with frames of its own says: in answer to `request`, or with null unasked. Only what can befall such bytes does.
   */
  plain(said: Buffer, request: Buffer | null): readonly Burst[] {
    const befalls = ({ name }: WireFault) => reachOf(name) === 'bytes' || (request !== null && reachOf(name) === 'answers');
    return this.#spoil({ request: request ?? Buffer.alloc(0), reply: said }, bareFrames, 1, befalls);
  }

  #spoil(exchange: Exchange, carriage: Carriage, unit: number, befalls: (fault: WireFault) => boolean): readonly Burst[] {
    const { request, reply } = exchange;
    const { random, timingOf, wireMs } = this.#options;
    const fault = this.#faults.find((one) => befalls(one) && random.chance(one.p));
    if (fault === undefined) return plainBursts(exchange, carriage);
    this.#count(fault);
    const timing = timingOf(unit);
    const kept = this.#kept !== undefined && wireMs() <= this.#kept.untilMs ? this.#kept.bytes : undefined;
    this.#kept = fault.name === 'late-previous' ? { bytes: carriage.wrap(reply), untilMs: wireMs() + timing.timeoutMs + timing.guardMs } : undefined;
    return wireFaults[fault.name].spoil({ request, reply, ...carriage, timing, random, ms: fault.ms, kept });
  }

  #count(fault: WireFault): void {
    if (fault.times === undefined) return;
    const left = fault.times - 1;
    this.#faults = this.#faults.flatMap((one) => (one !== fault ? [one] : left > 0 ? [{ ...fault, times: left }] : []));
  }
}
