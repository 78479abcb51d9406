/**
 * Every way a wire goes wrong between a board and its master, by name: what each makes of one right answer. Pure but for the chance that is
 * handed in, so that a seed repeats a run. Which of them happen now, and how often, is faulty-wire.ts's business; it must never look at
 * what the bytes mean beyond unit, function and lengths.
 * Sources: Modbus over Serial Line V1.02 sections 2.2.1, 2.5.1 and 6.2; Modbus Messaging on TCP/IP Implementation Guide V1.0b section 3.1.3.
 */
import { crc16, encodeException } from '../protocol/rtu-frame.ts';
import type { Random } from './random.ts';

/** Bytes that leave a board's end of the wire, `afterMs` after the request was complete. Unit: wire ms. */
export interface Burst {
  readonly afterMs: number;
  readonly bytes: Buffer;
}

/** How late the addressed device may answer, from its register map: its deadline, and the guard behind it. Unit: wire ms. */
export interface ReplyTiming {
  readonly timeoutMs: number;
  readonly guardMs: number;
}

/** One right answer about to be spoilt. Frames are whole RTU frames, whatever is spoken on the wire, or what a device with frames of its own says. */
export interface Spoilable {
  readonly request: Buffer;
  readonly reply: Buffer;
  /** Puts a frame into the form of this wire: as it is, or behind the MBAP header of the request. */
  readonly wrap: (frame: Buffer) => Buffer;
  /** Whether frames carry a CRC here. On Modbus TCP they do not: there a converter checks it and answers for a damaged one. */
  readonly checked: boolean;
  readonly timing: ReplyTiming;
  readonly random: Random;
  /** The parameter `ms`, where it was given. */
  readonly ms: number | undefined;
  /** The reply kept back from the request before, in wire form, if it is not yet older than its device's worst latency. */
  readonly kept: Buffer | undefined;
}

interface WireFaultRow {
  readonly kind: WireFaultKind;
  readonly zh: string;
  readonly en: string;
  /** What it can befall: any bytes on any wire, answers of any protocol, or, if not said, answers in Modbus frames alone. */
  readonly reach?: 'bytes' | 'answers';
  /** Whether the parameter `ms` means something here. */
  readonly takesMs?: true;
  readonly spoil: (answer: Spoilable) => readonly Burst[];
}

/** The ten kinds. */
export const wireFaultKinds = [
  ...['crc', 'truncated', 'merged', 'echo', 'late', 'wrong-unit', 'wrong-echo', 'baud-mismatch', 'noise', 'duplicate-address'],
] as const;
type WireFaultKind = 'crc' | 'truncated' | 'merged' | 'echo' | 'late' | 'wrong-unit' | 'wrong-echo' | 'baud-mismatch' | 'noise' | 'duplicate-address';

/** A Modbus TCP converter says this for a slave whose frame it could not use: target device failed to respond (V1.1b3 section 7). */
const targetFailed = 11;
const crcBytes = 2;

const now = (bytes: Buffer): readonly Burst[] => [{ afterMs: 0, bytes }];
const sealed = (body: Uint8Array): Buffer => {
  const crc = crc16(body);
  return Buffer.from([...body, crc & 0xff, crc >> 8]);
};
const bodyOf = (frame: Buffer): Buffer => Buffer.from(frame.subarray(0, -crcBytes));
const randomBytes = (random: Random, count: number): Buffer => Buffer.from(Array.from({ length: count }, () => random.whole(0, 255)));
const isRead = (frame: Buffer): boolean => (frame[1] ?? 0) >= 1 && (frame[1] ?? 0) <= 4;

/** A place between the first byte and the last. */
const inside = (bytes: Buffer, random: Random): number => random.whole(Math.min(1, bytes.length - 1), bytes.length - 1);

/** Damage on the way. Where frames carry no CRC the converter before this wire has noticed it already. */
function damaged({ request, wrap, checked }: Spoilable, bytes: Buffer): readonly Burst[] {
  return now(checked ? bytes : wrap(encodeException(request[0] ?? 0, request[1] ?? 0, targetFailed)));
}

function flippedBits(frame: Buffer, count: number, random: Random): Buffer {
  const places = new Set<number>();
  while (places.size < count) places.add(random.whole(0, frame.length * 8 - 1));
  const spoilt = Buffer.from(frame);
  for (const place of places) spoilt[place >> 3] = (spoilt[place >> 3] ?? 0) ^ (1 << (place & 7));
  return spoilt;
}

/** The reply with one byte of its body changed and the CRC put right again: no check can tell it from a true one. */
function altered(frame: Buffer, at: number, change: (byte: number) => number): Buffer {
  const body = bodyOf(frame);
  if (at < body.length) body[at] = change(body[at] ?? 0) & 0xff;
  return sealed(body);
}

/** What another board under the same number would say: the same shape, other data. A write is confirmed by both alike. */
function twinOf(frame: Buffer, random: Random): Buffer {
  const body = bodyOf(frame);
  if (!isRead(frame)) return Buffer.from(frame);
  for (let at = 3; at < body.length; at += 1) body[at] = (body[at] ?? 0) ^ random.whole(1, 255);
  return sealed(body);
}

/** Two drivers on one pair: a byte is low wherever either pulls it low. The second board starts one character later. */
const collided = (first: Buffer, second: Buffer): Buffer =>
  Buffer.from(Array.from({ length: first.length + 1 }, (_unused, at) => (first[at] ?? 0xff) & (second[at - 1] ?? 0xff)));

function lengthened(frame: Buffer): Buffer {
  const body = bodyOf(frame);
  if (!isRead(frame)) return altered(frame, 5, (count) => count + 1);
  return sealed(Buffer.concat([body.subarray(0, 2), Buffer.of((body[2] ?? 0) + 2), body.subarray(3), Buffer.of(0, 0)]));
}

/** The table. Names are what a person types; order is that of the kinds. */
export const wireFaults = {
  'crc-bit': {
    kind: 'crc',
    reach: 'bytes',
    zh: '回复错一位',
    en: 'one bit of the reply flipped',
    spoil: (answer) => damaged(answer, flippedBits(answer.reply, 1, answer.random)),
  },
  'crc-two-bits': {
    kind: 'crc',
    reach: 'bytes',
    zh: '回复错两位',
    en: 'two bits of the reply flipped',
    spoil: (answer) => damaged(answer, flippedBits(answer.reply, 2, answer.random)),
  },
  'crc-whole': {
    kind: 'crc',
    zh: '校验码全错',
    en: 'both CRC bytes wrong',
    spoil: (answer) =>
      damaged(answer, Buffer.from(answer.reply.map((byte, at) => (at < answer.reply.length - crcBytes ? byte : byte ^ answer.random.whole(1, 255))))),
  },
  'cut-tail': {
    kind: 'truncated',
    reach: 'bytes',
    zh: '回复缺尾',
    en: 'the end of the reply is missing',
    spoil: ({ reply, wrap, random }) => now(wrap(reply).subarray(0, inside(wrap(reply), random))),
  },
  'cut-head': {
    kind: 'truncated',
    reach: 'bytes',
    zh: '回复缺头',
    en: 'the beginning of the reply is missing',
    spoil: ({ reply, wrap, random }) => now(wrap(reply).subarray(Math.max(1, inside(wrap(reply), random)))),
  },
  'pause-inside': {
    kind: 'truncated',
    reach: 'bytes',
    zh: '回复中途停顿',
    en: 'the second half of the reply comes after the deadline',
    takesMs: true,
    spoil: ({ reply, wrap, timing, ms, random }) => {
      const bytes = wrap(reply);
      const at = inside(bytes, random);
      return [...now(bytes.subarray(0, at)), { afterMs: ms ?? timing.timeoutMs + timing.guardMs / 2, bytes: bytes.subarray(at) }];
    },
  },
  'glued-next': {
    kind: 'merged',
    zh: '两帧粘连',
    en: 'another whole reply hangs on the reply',
    spoil: ({ reply, wrap, random }) => now(Buffer.concat([wrap(reply), wrap(twinOf(reply, random))])),
  },
  'leading-00': {
    kind: 'merged',
    reach: 'bytes',
    zh: '帧前多 00',
    en: '00 in front of the reply',
    spoil: ({ reply, wrap, random }) => now(Buffer.concat([Buffer.alloc(random.whole(1, 3), 0x00), wrap(reply)])),
  },
  'leading-ff': {
    kind: 'merged',
    reach: 'bytes',
    zh: '帧前多 FF',
    en: 'FF in front of the reply',
    spoil: ({ reply, wrap, random }) => now(Buffer.concat([Buffer.alloc(random.whole(1, 3), 0xff), wrap(reply)])),
  },
  trailing: {
    kind: 'merged',
    reach: 'bytes',
    zh: '帧后多字节',
    en: 'stray bytes behind the reply',
    spoil: ({ reply, wrap, random }) => now(Buffer.concat([wrap(reply), randomBytes(random, random.whole(1, 3))])),
  },
  echo: {
    kind: 'echo',
    reach: 'answers',
    zh: '回显请求',
    en: 'the adapter hears itself: the request comes back before the reply',
    spoil: ({ request, reply, wrap }) => now(Buffer.concat([wrap(request), wrap(reply)])),
  },
  'echo-part': {
    kind: 'echo',
    reach: 'answers',
    zh: '部分回显',
    en: 'the end of the request comes back before the reply',
    spoil: ({ request, reply, wrap, random }) => now(Buffer.concat([wrap(request).subarray(inside(wrap(request), random)), wrap(reply)])),
  },
  'late-guard': {
    kind: 'late',
    reach: 'answers',
    zh: '迟到（保护时间内）',
    en: 'the reply comes after the deadline, half-way through the guard; ms sets its delay',
    takesMs: true,
    spoil: ({ reply, wrap, timing, ms }) => [{ afterMs: ms ?? timing.timeoutMs + timing.guardMs / 2, bytes: wrap(reply) }],
  },
  'late-worst': {
    kind: 'late',
    reach: 'answers',
    zh: '迟到（最坏时延）',
    en: "the reply comes as late as the device's declared worst latency allows",
    spoil: ({ reply, wrap, timing }) => [{ afterMs: timing.timeoutMs + 0.9 * timing.guardMs, bytes: wrap(reply) }],
  },
  'late-previous': {
    kind: 'late',
    reach: 'answers',
    zh: '答上一问',
    en: 'each reply is kept until the next request and sent before its reply',
    spoil: ({ kept }) => (kept === undefined ? [] : now(kept)),
  },
  silent: { kind: 'late', reach: 'bytes', zh: '不应答', en: 'no reply at all', spoil: () => [] },
  'wrong-unit': {
    kind: 'wrong-unit',
    zh: '站号不对',
    en: 'the reply names another unit',
    spoil: ({ reply, wrap }) => now(wrap(altered(reply, 0, (unit) => (unit % 247) + 1))),
  },
  'wrong-function': {
    kind: 'wrong-unit',
    zh: '功能码不对',
    en: 'the reply names another function',
    spoil: ({ reply, wrap }) => now(wrap(altered(reply, 1, (code) => code ^ 0x07))),
  },
  'wrong-address': {
    kind: 'wrong-echo',
    zh: '回写地址不对',
    en: 'the answer to a write echoes another address; reads pass',
    spoil: ({ reply, wrap }) => now(wrap(isRead(reply) ? reply : altered(reply, 3, (low) => low + 1))),
  },
  'wrong-count': {
    kind: 'wrong-echo',
    zh: '字节数不对',
    en: 'the reply counts more bytes, or echoes more registers, than asked for',
    spoil: ({ reply, wrap }) => now(wrap(lengthened(reply))),
  },
  'baud-mismatch': {
    kind: 'baud-mismatch',
    reach: 'bytes',
    zh: '波特率不符',
    en: 'garbage as long as the reply',
    spoil: (answer) => damaged(answer, randomBytes(answer.random, answer.reply.length)),
  },
  'noise-between': {
    kind: 'noise',
    reach: 'bytes',
    zh: '帧间杂波',
    en: 'stray bytes some ms behind the reply; ms sets when',
    takesMs: true,
    spoil: ({ reply, wrap, random, ms }) => [...now(wrap(reply)), { afterMs: ms ?? random.whole(5, 40), bytes: randomBytes(random, random.whole(1, 12)) }],
  },
  'noise-before': {
    kind: 'noise',
    reach: 'bytes',
    zh: '回复前杂波',
    en: 'stray bytes run into the reply',
    spoil: ({ reply, wrap, random }) => now(Buffer.concat([randomBytes(random, random.whole(1, 3)), wrap(reply)])),
  },
  'duplicate-together': {
    kind: 'duplicate-address',
    zh: '地址重复，同时应答',
    en: 'two boards under one number answer at the same time',
    spoil: (answer) => damaged(answer, collided(answer.reply, twinOf(answer.reply, answer.random))),
  },
  'duplicate-in-turn': {
    kind: 'duplicate-address',
    zh: '地址重复，先后应答',
    en: 'two boards under one number answer one behind the other; ms sets the gap',
    takesMs: true,
    spoil: ({ reply, wrap, random, ms }) => {
      const twin = wrap(twinOf(reply, random));
      return ms === undefined ? now(Buffer.concat([wrap(reply), twin])) : [...now(wrap(reply)), { afterMs: ms, bytes: twin }];
    },
  },
} as const satisfies Record<string, WireFaultRow>;

export type WireFaultName = keyof typeof wireFaults;

/** What a fault can befall; `modbus`: answers in Modbus frames alone. */
export const reachOf = (name: WireFaultName): 'bytes' | 'answers' | 'modbus' => (wireFaults[name] as WireFaultRow).reach ?? 'modbus';
