/**
 * One description of a device that speaks frames of its own instead of Modbus: who speaks when, what a frame looks like in both directions,
 * and what its check can and cannot see. Driver, simulated twin, REFERENCE.md and the contract tests follow from it, as they follow from
 * `defineDevice` for register maps. Pure: bytes in, messages out; it must never know a wire, a clock or what a message means to the village.
 */

/** What the protocol's own check covers. `none`: any byte may be wrong unseen, so nothing settles without a second equal answer. */
export type FrameCheck = 'crc16' | 'xor' | 'sum' | 'none';

/** One frame or a reason why bytes gave none. `raw` is exactly what was consumed, for records and captures. */
export type FrameResult<Message> =
  | { readonly ok: true; readonly message: Message; readonly raw: Uint8Array }
  | { readonly ok: false; readonly reason: string; readonly raw: Uint8Array };

/** Takes bytes in pieces of any size. Holds at most `frameBytesMax` of a model; resynchronises by itself; a new one for every opening of the wire. */
export interface FrameParser<Message> {
  push(bytes: Uint8Array): readonly FrameResult<Message>[];
  /** The wire fell idle: what was begun is given up and told. */
  abandon(): FrameResult<Message> | undefined;
}

/** One direction: bytes to messages and back. `encode` asserts on a message outside its bounds. Made by frame-scanner.ts. */
export interface FrameSide<Message> {
  parser(): FrameParser<Message>;
  encode(message: Message): Uint8Array;
}

/** A row of REFERENCE.md: one frame of the protocol. */
export interface FrameRow {
  readonly name: string;
  readonly direction: 'fromDevice' | 'toDevice';
  /** Bytes in order, `02 sign d5 d4 d3 d2 d1 d0 decimals xorHi xorLo 03`. */
  readonly layout: string;
  /** Meaning, units, polarity. */
  readonly doc: string;
  readonly source?: string;
}

export interface FrameDevice<FromDevice, ToDevice> {
  /** As the site file spells it. */
  readonly model: string;
  readonly kind: 'dispenser' | 'scale' | 'bin' | 'lock' | 'reader' | 'printer' | 'modem';
  readonly title: string;
  readonly source: { readonly document: string; readonly revision: string };
  readonly serial: { readonly baud: number; readonly dataBits: 7 | 8; readonly parity: 'none' | 'even' | 'odd'; readonly stopBits: 1 | 2 };
  /** `streams`: speaks unasked; `answers`: speaks when asked; `asks`: is the master, we answer. */
  readonly talk: 'streams' | 'answers' | 'asks';
  readonly check: FrameCheck;
  /** answers: reply deadline after the last byte of the request; asks: we must answer within it; streams: silence after which the last frame is void. Unit: ms. */
  readonly timeoutMs: number;
  /** answers: latest moment a reply given up on may still arrive after its deadline. Unit: ms. */
  readonly guardMs: number;
  readonly frameBytesMax: number;
  /** Dispensers only. A: job register and counters; B: own counter or stored result; C: blind. */
  readonly reliability?: 'A' | 'B' | 'C';
  /** Polarity, decimals, address base, quirks: one sentence each. */
  readonly notes: readonly string[];
  readonly frames: readonly FrameRow[];
  readonly fromDevice: FrameSide<FromDevice>;
  readonly toDevice: FrameSide<ToDevice>;
  /** answers: whether a whole frame is the answer to this very request: same address, same command. Absent where nothing is asked. */
  isReplyTo?(request: ToDevice, reply: FromDevice): boolean;
  /** answers: how it is found on an unknown line. Every model that answers has one. */
  readonly search?: FrameSearch<FromDevice, ToDevice>;
}

/** Questions that read only, move nothing and set nothing, whoever hears them. */
export interface FrameSearch<FromDevice, ToDevice> {
  /** Those for unit 0..247, to be tried one after the other; empty where the protocol has no such unit. The same for every unit where it has none at all. */
  asks(unit: number): readonly ToDevice[];
  /** Whether it can only come from this model, asked that. */
  isAnswer(request: ToDevice, reply: FromDevice): boolean;
}

/** A device whatever its messages are; they are handed back only to the description they came from. */
export type AnyFrameDevice = FrameDevice<unknown, unknown>;
