// The frame protocols of dispensers, locks, readers, printers and modems read a second time, from hex text and tables; see frame-oracle.ts.
import type { Random } from '../../device-sim/random.ts';
import { type DeviceOracle, type FrameOracle, scanFor, textOf } from './frame-oracle.ts';

const oneOf = <Item>(random: Random, items: readonly Item[]): Item => items[random.whole(0, items.length - 1)] as Item;
const hexOf = (bytes: Buffer): string => bytes.toString('hex');
const xorHex = (hex: string): number => Buffer.from(hex, 'hex').reduce((sum, byte) => sum ^ byte, 0);
const num = (hex: string | undefined): number => Number.parseInt(hex ?? '', 16);

type Read = (parts: RegExpExecArray, hex: string) => unknown;

/** Finds frames by patterns over hex digits, each with its first byte spelt out; the first that fits and whose reading is not undefined is the frame. */
const scanHex = (rows: readonly (readonly [RegExp, Read])[]): FrameOracle['read'] => {
  const heads = new Set(rows.map(([{ source }]) => Number.parseInt(source.slice(1, 3), 16)));
  return scanFor((bytes) => {
    if (!heads.has(bytes[0] ?? 0)) return undefined;
    const hex = hexOf(bytes.subarray(0, 420));
    for (const [pattern, read] of rows) {
      const parts = pattern.exec(hex);
      const message = parts === null ? undefined : read(parts, parts[0]);
      if (parts !== null && message !== undefined) return { length: parts[0].length / 2, message };
    }
    return undefined;
  });
};

/** The same over text as `textOf` spells it, of frames of at most 420 bytes. */
function scanText(read: (text: string) => { readonly length: number; readonly message: unknown } | undefined): FrameOracle['read'] {
  return (bytes) => {
    const text = textOf(bytes);
    const messages: unknown[] = [];
    for (let at = 0; at < text.length; ) {
      const found = text[at] === '␀' ? undefined : read(text.slice(at, at + 420));
      if (found) messages.push(found.message);
      at += found?.length ?? 1;
    }
    return messages;
  };
}

const checked = (hex: string): boolean => xorHex(hex) === 0;

/** STC_bento, API_channelProtocol.c and .h. */
const easivendTypes: Readonly<Record<string, string>> = { 70: 'dispense', 72: 'query' };
const easivendFlags = [
  ['failed', 0x01],
  ['busy', 0x02],
  ['notHome', 0x04],
  ['notTurned', 0x08],
  ['notReturned', 0x10],
  ['nothingDropped', 0x20],
  ['sensorFaulty', 0x80],
] as const;
const easivendAsked = (random: Random) => ({ kind: oneOf(random, ['dispense', 'query']), sequence: random.whole(1, 255), column: random.whole(1, 80) });
const easivendRead = (type: string | undefined, sequence: number, column: number) =>
  sequence > 0 && column >= 1 && column <= 80 ? { kind: easivendTypes[type ?? ''], sequence, column } : undefined;

const easivend: DeviceOracle = {
  fromDevice: {
    sample: (random) => ({ ...easivendAsked(random), ...Object.fromEntries(easivendFlags.map(([name]) => [name, random.next() < 0.3])) }),
    read: scanHex([
      [
        /^ee(..)(..)(70|72)(..)0000../,
        (parts, hex) => {
          const asked = easivendRead(parts[3], num(parts[2]), num(parts[4]));
          const status = num(parts[1]);
          if (!checked(hex) || asked === undefined || (status & 0x40) !== 0) return undefined;
          return { ...asked, ...Object.fromEntries(easivendFlags.map(([name, bit]) => [name, (status & bit) !== 0])) };
        },
      ],
    ]),
  },
  toDevice: {
    sample: easivendAsked,
    read: scanHex([[/^ed08(..)(70|72)(..)0000../, (parts, hex) => (checked(hex) ? easivendRead(parts[2], num(parts[1]), num(parts[3])) : undefined)]]),
  },
};

/** VMC protocol, sections 3 and 4: FA FB, command, length, packet and text, exclusive or. */
const dispensings: Readonly<Record<number, string>> = { 1: 'running', 2: 'success', 3: 'jammed', 4: 'motorDidNotStop', 6: 'noMotor', 255: 'ended' };
const selections: Readonly<Record<number, string>> = { 1: 'normal', 2: 'outOfStock', 3: 'notExisting', 4: 'paused' };
const packetOf = (random: Random) => random.whole(1, 255);
const selectionOf = (random: Random) => random.whole(1, 9999);
const isSelection = (selection: number) => selection >= 1 && selection <= 9999;

function vmcText(hex: string): { command: number; text: string } | undefined {
  const textBytes = num(hex.slice(6, 8));
  const frame = hex.slice(0, 2 * (5 + textBytes));
  return textBytes > 64 || frame.length < 2 * (5 + textBytes) || !checked(frame) ? undefined : { command: num(hex.slice(4, 6)), text: frame.slice(8, -2) };
}

const vmcScan = (read: (command: number, text: string) => unknown): FrameOracle['read'] =>
  scanFor((bytes) => {
    const hex = bytes[0] === 0xfa ? hexOf(bytes.subarray(0, 80)) : '';
    const opened = hex.startsWith('fafb') ? vmcText(hex) : undefined;
    const message = opened === undefined ? undefined : read(opened.command, opened.text);
    return opened === undefined || message === undefined ? undefined : { length: 5 + opened.text.length / 2, message };
  });

function vmcFromBoard(command: number, text: string): unknown {
  if (command === 0x41 || command === 0x42) return text === '' ? { kind: command === 0x41 ? 'poll' : 'ack' } : undefined;
  const packet = num(text.slice(0, 2));
  if (text === '' || packet === 0) return undefined;
  const [code, selection] = [num(text.slice(2, 4)), num(text.slice(4, 8))];
  switch (command) {
    case 0x02:
      return text.length === 8 && isSelection(selection) ? { kind: 'selection', packet, status: selections[code] ?? 'other', code, selection } : undefined;
    case 0x04:
      return (text.length === 8 || text.length === 10) && isSelection(selection)
        ? { kind: 'dispensing', packet, status: dispensings[code] ?? 'other', code, selection }
        : undefined;
    case 0x11: {
      const parts = /^..(....)(.{8})(..)(..)(....)0([01])$/.exec(text);
      if (parts === null || !isSelection(num(parts[1]))) return undefined;
      const [, place, price, inventory, capacity, product, paused] = parts;
      const counts = { price: num(price), inventory: num(inventory), capacity: num(capacity), product: num(product) };
      return { kind: 'slot', packet, selection: num(place), ...counts, paused: paused === '1' };
    }
    case 0x17:
      return text.length === 2 ? { kind: 'refilled', packet } : undefined;
    default:
      return { kind: 'other', packet, command, text: [...Buffer.from(text.slice(2), 'hex')] };
  }
}

function vmcSample(random: Random): unknown {
  const packet = packetOf(random);
  const selection = selectionOf(random);
  const coded = (kind: string, names: Readonly<Record<number, string>>) => {
    const code = random.whole(0, 255);
    return { kind, packet, status: names[code] ?? 'other', code, selection };
  };
  const counts = { price: random.whole(0, 0xffff_ffff), inventory: random.whole(0, 255), capacity: random.whole(0, 255) };
  const command = oneOf(random, [0x21, 0x24, 0x52, 0x63, 0x71]);
  return oneOf(random, [
    { kind: 'poll' },
    { kind: 'ack' },
    coded('selection', selections),
    coded('dispensing', dispensings),
    { kind: 'slot', packet, selection, ...counts, product: random.whole(0, 0xffff), paused: random.next() < 0.5 },
    { kind: 'refilled', packet },
    { kind: 'other', packet, command, text: Array.from({ length: random.whole(0, 60) }, () => random.whole(0, 255)) },
  ]);
}

const vmc: DeviceOracle = {
  fromDevice: { sample: vmcSample, read: vmcScan(vmcFromBoard) },
  toDevice: {
    sample: (random) =>
      oneOf(random, [{ kind: 'ack' }, ...['check', 'buy'].map((kind) => ({ kind, packet: packetOf(random), selection: selectionOf(random) }))]),
    read: vmcScan((command, text) => {
      if (command === 0x42) return text === '' ? { kind: 'ack' } : undefined;
      const parts = command === 0x03 ? /^(..)(....)$/.exec(text) : command === 0x01 ? /^(..)(....)00$/.exec(text) : null;
      const [packet, selection] = [num(parts?.[1]), num(parts?.[2])];
      return parts !== null && packet > 0 && isSelection(selection) ? { kind: command === 0x03 ? 'buy' : 'check', packet, selection } : undefined;
    }),
  },
};

/** WKLY manual: 57 4B 4C 59, whole length, board, command, data, exclusive or. */
const doors: Readonly<Record<string, string>> = { '00': 'open', '01': 'closed', ff: 'unknown' };
const lockCommands: Readonly<Record<string, string>> = { 82: 'open', 83: 'ask' };
const lockOf = (random: Random) => random.whole(1, 48);
const doorOf = (random: Random) => oneOf(random, Object.values(doors));
const isLock = (lock: number) => lock >= 1 && lock <= 48;

const wkly: DeviceOracle = {
  fromDevice: {
    sample: (random) => {
      const board = random.whole(0, 255);
      const ok = random.next() < 0.8;
      return oneOf(random, [
        { kind: oneOf(random, ['open', 'ask']), board, ok, lock: lockOf(random), door: doorOf(random) },
        { kind: 'changed', board, lock: lockOf(random), door: doorOf(random) },
        { kind: 'askAll', board, ok, doors: Array.from({ length: lockOf(random) }, () => doorOf(random)) },
      ]);
    },
    read: scanHex([
      [
        /^574b4c590b(..)(82|83)(00|ff)(..)(00|01|ff)../,
        ([, board, command, result, lock, door], hex) =>
          checked(hex) && isLock(num(lock))
            ? { kind: lockCommands[command ?? ''], board: num(board), ok: result === '00', lock: num(lock), door: doors[door ?? ''] }
            : undefined,
      ],
      [
        /^574b4c590a(..)85(..)(00|01|ff)../,
        ([, board, lock, door], hex) =>
          checked(hex) && isLock(num(lock)) ? { kind: 'changed', board: num(board), lock: num(lock), door: doors[door ?? ''] } : undefined,
      ],
      ...Array.from({ length: 48 }, (_unused, at): readonly [RegExp, Read] => {
        const [length, count] = [10 + at + 1, at + 1].map((byte) => byte.toString(16).padStart(2, '0'));
        return [
          new RegExp(`^574b4c59${length}(..)84(00|ff)${count}((?:00|01|ff){${at + 1}})..`),
          ([, board, result, codes = ''], hex) =>
            checked(hex) ? { kind: 'askAll', board: num(board), ok: result === '00', doors: (codes.match(/../g) ?? []).map((code) => doors[code]) } : undefined,
        ];
      }),
    ]),
  },
  toDevice: {
    sample: (random) => {
      const board = random.whole(0, 255);
      return oneOf(random, [
        { kind: oneOf(random, ['open', 'ask']), board, lock: lockOf(random) },
        { kind: 'askAll', board },
      ]);
    },
    read: scanHex([
      [
        /^574b4c5909(..)(82|83)(..)../,
        ([, board, command, lock], hex) =>
          checked(hex) && isLock(num(lock)) ? { kind: lockCommands[command ?? ''], board: num(board), lock: num(lock) } : undefined,
      ],
      [/^574b4c5908(..)84../, ([, board], hex) => (checked(hex) ? { kind: 'askAll', board: num(board) } : undefined)],
    ]),
  },
};

/** CRC of the GM65 manual by long division of the message as one polynomial, bit by bit. */
function gm65Crc(hex: string): string {
  const bits = [...Buffer.from(`${hex}0000`, 'hex')].flatMap((byte) => Array.from({ length: 8 }, (_unused, bit) => (byte >> (7 - bit)) & 1));
  const divisor = [...(0x11021).toString(2)].map(Number);
  for (let at = 0; at + 16 < bits.length; at += 1) if (bits[at] === 1) for (const [bit, one] of divisor.entries()) bits[at + bit] = (bits[at + bit] ?? 0) ^ one;
  return Number.parseInt(bits.slice(-16).join(''), 2).toString(16).padStart(4, '0');
}

const gm65: DeviceOracle = {
  fromDevice: {
    sample: (random) => ({ data: Array.from({ length: random.whole(1, 16) }, () => random.whole(0, 255)) }),
    read: scanFor((bytes) => {
      const count = bytes[3] ?? 0;
      const hex = hexOf(bytes.subarray(0, 6 + count));
      if (!hex.startsWith('020000') || count < 1 || count > 16 || gm65Crc(hex.slice(4, -4)) !== hex.slice(-4)) return undefined;
      return { length: 6 + count, message: { data: [...bytes.subarray(4, 4 + count)] } };
    }),
  },
  toDevice: {
    sample: (random) =>
      oneOf(random, [
        { kind: 'write', zone: random.whole(0, 255), value: random.whole(0, 255) },
        { kind: 'read', zone: random.whole(0, 255), count: random.whole(1, 16) },
      ]),
    read: scanHex([
      [
        /^7e00(0[78]0100(..)(..))(....)/,
        ([, body = '', zone, value, check]) => {
          if (gm65Crc(body) !== check) return undefined;
          if (body.startsWith('08')) return { kind: 'write', zone: num(zone), value: num(value) };
          return num(value) >= 1 && num(value) <= 16 ? { kind: 'read', zone: num(zone), count: num(value) } : undefined;
        },
      ],
    ]),
  },
};

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789*';
const newlandCommand = (random: Random) => Array.from({ length: random.whole(6, 24) }, () => oneOf(random, [...letters])).join('');
const newlandResults: Readonly<Record<string, string>> = { '␆': 'ok', '␕': 'refused', '␅': 'unknown' };

const newland: DeviceOracle = {
  fromDevice: {
    sample: (random) => ({ command: newlandCommand(random), result: oneOf(random, Object.values(newlandResults)) }),
    read: scanText((text) => {
      const parts = /^␂␁0000#([A-Z0-9*]{6,24})([␅␆␕]);␃/.exec(text);
      return parts === null ? undefined : { length: parts[0].length, message: { command: parts[1], result: newlandResults[parts[2] ?? ''] } };
    }),
  },
  toDevice: {
    sample: (random) => ({ command: newlandCommand(random) }),
    read: scanText((text) => {
      const parts = /^~␁0000#([A-Z0-9*]{6,24});␃/.exec(text);
      return parts === null ? undefined : { length: parts[0].length, message: { command: parts[1] } };
    }),
  },
};

const questions = ['printer', 'offline', 'error', 'paper'];
const slipLetters = ['A', '7', ' ', ':', '中', '文', '公', '斤', '积', '分'];
const gbk = new TextDecoder('gbk', { fatal: true });

function decoded(hex: string): string | undefined {
  try {
    return gbk.decode(Buffer.from(hex, 'hex'));
  } catch {
    return undefined;
  }
}

const escPos: DeviceOracle = {
  fromDevice: {
    sample: (random) => ({ bits: 0x12 | (random.whole(0, 255) & 0x6c) }),
    read: scanFor((bytes) => (((bytes[0] ?? 0) & 0x93) === 0x12 ? { length: 1, message: { bits: bytes[0] } } : undefined)),
  },
  toDevice: {
    sample: (random) => {
      const lines = Array.from({ length: random.whole(1, 12) }, () => Array.from({ length: random.whole(1, 16) }, () => oneOf(random, slipLetters)).join(''));
      return oneOf(random, [
        { kind: 'status', question: oneOf(random, questions) },
        { kind: 'slip', lines },
      ]);
    },
    read: scanHex([
      [/^10040([1-4])/, ([, question]) => ({ kind: 'status', question: questions[num(question) - 1] })],
      [
        /^1b401c26((?:(?:[2-9a-f].){1,32}0a){1,12})1d564200/,
        ([, body = '']) => {
          const lines = [...body.matchAll(/((?:[2-9a-f].)+)0a/g)].map(([, line = '']) => decoded(line));
          return lines.includes(undefined) ? undefined : { kind: 'slip', lines };
        },
      ],
    ]),
  },
};

const printable = (random: Random, count: number) => Array.from({ length: count }, () => String.fromCharCode(random.whole(0x20, 0x7e))).join('');

const atModem: DeviceOracle = {
  fromDevice: {
    sample: (random) => oneOf(random, [{ kind: 'prompt' }, { kind: 'line', text: `+${printable(random, random.whole(0, 159))}` }]),
    read: scanText((text) => {
      const prompt = /^(?:␍␊)?> /.exec(text);
      if (prompt !== null) return { length: prompt[0].length, message: { kind: 'prompt' } };
      const line = /^(?:␍␊)?([ -~]{1,160})␍␊/.exec(text);
      return line === null ? undefined : { length: line[0].length, message: { kind: 'line', text: line[1] } };
    }),
  },
  toDevice: {
    sample: (random) =>
      oneOf(random, [
        { kind: 'escape' },
        { kind: 'command', text: `AT${printable(random, random.whole(0, 158))}` },
        {
          kind: 'message',
          pdu: Array.from({ length: random.whole(1, 160) }, () => random.whole(0, 255).toString(16).toUpperCase().padStart(2, '0')).join(''),
        },
      ]),
    read: scanText((text) => {
      if (text.startsWith('␛')) return { length: 1, message: { kind: 'escape' } };
      const command = /^(AT[ -~]{0,158})␍/.exec(text);
      if (command !== null) return { length: command[0].length, message: { kind: 'command', text: command[1] } };
      const pdu = /^((?:[0-9A-F]{2}){1,160})␚/.exec(text);
      return pdu === null ? undefined : { length: pdu[0].length, message: { kind: 'message', pdu: pdu[1] } };
    }),
  },
};

export const actorOracles: Readonly<Record<string, DeviceOracle>> = {
  EASIVEND: easivend,
  VMC: vmc,
  WKLY: wkly,
  GM65: gm65,
  NEWLAND: newland,
  'ESC-POS': escPos,
  'AT-MODEM': atModem,
};
