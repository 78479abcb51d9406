/**
 * VMC upper-computer protocol: the vending board is the master. It polls, we answer each poll within 100 ms with ACK or with one command, and
 * it tells what its motors did in packets we acknowledge. Bytes and their meaning only; it must never decide what is answered.
 */
import assert from 'node:assert/strict';
import type { FrameDevice } from '../frame-device.ts';
import { defineFrames, type FrameMatch, wrongFrame } from '../frame-scanner.ts';
import { xorOf } from '../xor-check.ts';

/** What the board says of a dispensing. Codes outside this list belong to lifts and ovens and come as `other`. */
const dispensingCodes = { running: 0x01, success: 0x02, jammed: 0x03, motorDidNotStop: 0x04, noMotor: 0x06, ended: 0xff } as const;
/** What the board says of a selection when it is asked. */
const selectionCodes = { normal: 0x01, outOfStock: 0x02, notExisting: 0x03, paused: 0x04 } as const;
export type VmcDispensing = keyof typeof dispensingCodes | 'other';
export type VmcSelection = keyof typeof selectionCodes | 'other';

/** `packet` 1..255 counts what either side begins; a resent packet keeps its number. `selection` 1..9999. */
export type VmcFromBoard =
  | { readonly kind: 'poll' }
  | { readonly kind: 'ack' }
  | { readonly kind: 'selection'; readonly packet: number; readonly status: VmcSelection; readonly code: number; readonly selection: number }
  | { readonly kind: 'dispensing'; readonly packet: number; readonly status: VmcDispensing; readonly code: number; readonly selection: number }
  | {
      readonly kind: 'slot';
      readonly packet: number;
      readonly selection: number;
      readonly price: number;
      readonly inventory: number;
      readonly capacity: number;
      readonly product: number;
      readonly paused: boolean;
    }
  | { readonly kind: 'refilled'; readonly packet: number }
  /** Anything else that is whole and right, such as money or a temperature: to be acknowledged, not understood. */
  | { readonly kind: 'other'; readonly packet: number; readonly command: number; readonly text: readonly number[] };

export type VmcToBoard =
  | { readonly kind: 'ack' }
  | { readonly kind: 'check'; readonly packet: number; readonly selection: number }
  | { readonly kind: 'buy'; readonly packet: number; readonly selection: number };

const commands = { check: 0x01, selection: 0x02, buy: 0x03, dispensing: 0x04, slot: 0x11, refilled: 0x17, poll: 0x41, ack: 0x42 } as const;
/** Longest text read: beyond it a length byte is taken for a wrong one, or one bad byte would make us deaf for 255. Unit: byte. */
const textBytesMax = 64;
const frameBytesMax = 5 + textBytesMax;
const selectionMax = 9999;

const word = (bytes: Uint8Array, at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const wordBytes = (value: number) => [value >> 8, value & 0xff];
const longOf = (bytes: Uint8Array, at: number) => word(bytes, at) * 0x1_0000 + word(bytes, at + 2);
const nameOf = <Name extends string>(codes: Readonly<Record<Name, number>>, code: number): Name | 'other' =>
  (Object.keys(codes) as Name[]).find((name) => codes[name] === code) ?? 'other';

interface Opened {
  readonly command: number;
  /** Packet number first, then what the command carries; empty for poll and ack. */
  readonly text: Uint8Array;
}

function openFrame<Message>(bytes: Uint8Array, read: (opened: Opened) => Message | undefined): FrameMatch<Message> {
  if (bytes[0] !== 0xfa) return wrongFrame('no head');
  if (bytes.length < 2) return { kind: 'more' };
  if (bytes[1] !== 0xfb) return wrongFrame('no head');
  if (bytes.length < 4) return { kind: 'more' };
  const [, , command = 0, textBytes = 0] = bytes;
  if (textBytes > textBytesMax) return wrongFrame('too long');
  const length = 5 + textBytes;
  if (bytes.length < length) return { kind: 'more' };
  if (bytes[length - 1] !== xorOf(bytes.subarray(0, length - 1))) return wrongFrame('check');
  const text = bytes.subarray(4, length - 1);
  const message = (command === commands.poll || command === commands.ack) === (textBytes === 0) && text[0] !== 0 ? read({ command, text }) : undefined;
  return message === undefined ? wrongFrame('out of bounds') : { kind: 'frame', length, message };
}

const isSelection = (selection: number) => selection >= 1 && selection <= selectionMax;

function readFromBoard({ command, text }: Opened): VmcFromBoard | undefined {
  const packet = text[0] ?? 0;
  switch (command) {
    case commands.poll:
      return { kind: 'poll' };
    case commands.ack:
      return { kind: 'ack' };
    case commands.selection:
    case commands.dispensing: {
      const [, code = 0] = text;
      const selection = word(text, 2);
      // A dispensing may carry one byte more, the number of an oven.
      if (text.length < 4 || text.length > (command === commands.dispensing ? 5 : 4) || !isSelection(selection)) return undefined;
      return command === commands.selection
        ? { kind: 'selection', packet, status: nameOf(selectionCodes, code), code, selection }
        : { kind: 'dispensing', packet, status: nameOf(dispensingCodes, code), code, selection };
    }
    case commands.slot: {
      const selection = word(text, 1);
      const [inventory = 0, capacity = 0] = text.subarray(7);
      const paused = text[11] ?? 0;
      if (text.length !== 12 || !isSelection(selection) || paused > 1) return undefined;
      return { kind: 'slot', packet, selection, price: longOf(text, 3), inventory, capacity, product: word(text, 9), paused: paused === 1 };
    }
    case commands.refilled:
      return text.length === 1 ? { kind: 'refilled', packet } : undefined;
    default:
      return { kind: 'other', packet, command, text: [...text.subarray(1)] };
  }
}

function readToBoard({ command, text }: Opened): VmcToBoard | undefined {
  const packet = text[0] ?? 0;
  const selection = word(text, 1);
  if (command === commands.ack) return { kind: 'ack' };
  if (command === commands.buy) return text.length === 3 && isSelection(selection) ? { kind: 'buy', packet, selection } : undefined;
  return command === commands.check && text.length === 4 && text[3] === 0 && isSelection(selection) ? { kind: 'check', packet, selection } : undefined;
}

function seal(command: number, text: readonly number[]): Uint8Array {
  assert(text.length <= textBytesMax && text[0] !== 0 && text.every((byte) => byte >= 0 && byte <= 255), `no such packet: ${text.join(' ')}`);
  const body = [0xfa, 0xfb, command, text.length, ...text];
  return Uint8Array.from([...body, xorOf(body)]);
}

function encodeFromBoard(message: VmcFromBoard): Uint8Array {
  switch (message.kind) {
    case 'poll':
    case 'ack':
      return seal(commands[message.kind], []);
    case 'selection':
    case 'dispensing':
      return seal(commands[message.kind], [message.packet, message.code, ...wordBytes(message.selection)]);
    case 'slot': {
      const { packet, selection, price, inventory, capacity, product, paused } = message;
      const money = [...wordBytes(Math.floor(price / 0x1_0000)), ...wordBytes(price % 0x1_0000)];
      return seal(commands.slot, [packet, ...wordBytes(selection), ...money, inventory, capacity, ...wordBytes(product), paused ? 1 : 0]);
    }
    case 'refilled':
      return seal(commands.refilled, [message.packet]);
    case 'other':
      return seal(message.command, [message.packet, ...message.text]);
  }
}

function encodeToBoard(message: VmcToBoard): Uint8Array {
  if (message.kind === 'ack') return seal(commands.ack, []);
  assert(isSelection(message.selection), `no such selection: ${message.selection}`);
  return seal(commands[message.kind], [message.packet, ...wordBytes(message.selection), ...(message.kind === 'check' ? [0] : [])]);
}

export const dispenserVmc: FrameDevice<VmcFromBoard, VmcToBoard> = {
  model: 'VMC',
  kind: 'dispenser',
  title: 'Vending machine control board, upper-computer protocol',
  source: { document: 'VMC - Upper Computer Communication Protocol', revision: 'sections 2 to 4.3' },
  serial: { baud: 57_600, dataBits: 8, parity: 'none', stopBits: 1 },
  talk: 'asks',
  check: 'xor',
  timeoutMs: 100,
  guardMs: 0,
  frameBytesMax,
  reliability: 'C',
  notes: [
    'Class C: no counter, no job register, and the result is told once and cannot be asked for afterwards.',
    'The packet number filters a command sent twice only while the board has power and only against the last one: it proves nothing, so a buy is sent once.',
    'The board is the master: it polls every 200 ms and takes an answer within 100 ms, ACK or one command.',
    'The board tells a result again, up to five times with the same packet number, until it is acknowledged; the gateway acknowledges it when it has heard it twice.',
    'The inventory in a slot report is a number somebody typed in; it is not a counter of what left.',
  ],
  frames: [
    { name: 'poll', direction: 'fromDevice', layout: 'FA FB 41 00 40', doc: 'The board has nothing to say and listens for 100 ms.' },
    { name: 'ack', direction: 'fromDevice', layout: 'FA FB 42 00 43', doc: 'The command was heard. It does not say that a motor turned.' },
    {
      name: 'selection',
      direction: 'fromDevice',
      layout: 'FA FB 02 04 packet status selHi selLo xor',
      doc: 'Answer to check: 01 normal, 02 out of stock, 03 not existing, 04 paused; higher codes belong to lifts and ovens.',
    },
    {
      name: 'dispensing',
      direction: 'fromDevice',
      layout: 'FA FB 04 04 packet status selHi selLo xor',
      doc: 'What the motor did: 01 running, 02 success, 03 jammed, 04 motor did not stop, 06 no motor, FF ended. May carry a fifth byte, the oven.',
    },
    {
      name: 'slot',
      direction: 'fromDevice',
      layout: 'FA FB 11 0C packet selHi selLo price4 inventory capacity prodHi prodLo paused xor',
      doc: 'What somebody set up for a selection. Price in the smallest coin.',
    },
    { name: 'refilled', direction: 'fromDevice', layout: 'FA FB 17 01 packet xor', doc: 'The button for a full machine was pressed.' },
    {
      name: 'other',
      direction: 'fromDevice',
      layout: 'FA FB command length packet text xor',
      doc: 'Money, lifts, ovens, menus: acknowledged and not understood.',
    },
    { name: 'ack', direction: 'toDevice', layout: 'FA FB 42 00 43', doc: 'Answer to a poll without a command, and to every packet.' },
    { name: 'check', direction: 'toDevice', layout: 'FA FB 01 04 packet selHi selLo 00 xor', doc: 'Asks for the state of a selection. Moves nothing.' },
    { name: 'buy', direction: 'toDevice', layout: 'FA FB 03 03 packet selHi selLo xor', doc: 'Turns the motor of a selection.' },
  ],
  fromDevice: defineFrames({ frameBytesMax, match: (bytes) => openFrame(bytes, readFromBoard), encode: encodeFromBoard }),
  toDevice: defineFrames({ frameBytesMax, match: (bytes) => openFrame(bytes, readToBoard), encode: encodeToBoard }),
};
