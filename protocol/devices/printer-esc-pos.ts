/**
 * ESC/POS receipt printer: slips out, one status byte for each question back. Bytes and their meaning only; what may stand on a slip is the
 * gateway's decision.
 */
import assert from 'node:assert/strict';
import type { FrameDevice } from '../frame-device.ts';
import { defineFrames, type FrameMatch, wrongFrame } from '../frame-scanner.ts';
import { decodeGbk, encodeGbk } from '../gbk.ts';

/** Which of its four status bytes the printer is asked for. */
export type PrinterQuestion = 'printer' | 'offline' | 'error' | 'paper';
export type PrinterRequest =
  | { readonly kind: 'status'; readonly question: PrinterQuestion }
  /** A slip with a cut behind it: 1 to 12 lines of 1 to 32 bytes (16 Chinese characters), the width of a 58 mm roll. */
  | { readonly kind: 'slip'; readonly lines: readonly string[] };
/** One status byte. It does not say which question it answers: `readPrinterStatus` must be told. */
export interface PrinterReply {
  readonly bits: number;
}

/** What the four bytes say together. */
export interface PrinterStatus {
  readonly offline: boolean;
  readonly coverOpen: boolean;
  readonly error: boolean;
  readonly paper: 'enough' | 'nearEnd' | 'out';
}

const questions = { printer: 1, offline: 2, error: 3, paper: 4 } as const;
/** In the order they are asked. */
export const printerQuestions = Object.keys(questions) as readonly PrinterQuestion[];
/** Bits every status byte has, and those it may have. */
const fixedBits = { mask: 0x93, value: 0x12 } as const;
const slipHead = [0x1b, 0x40, 0x1c, 0x26] as const;
const slipTail = [0x1d, 0x56, 0x42, 0x00] as const;
const lineFeed = 0x0a;
const slipLinesMax = 12;
const slipLineBytesMax = 32;
const frameBytesMax = slipHead.length + slipLinesMax * (slipLineBytesMax + 1) + slipTail.length;

/** Meaning of the four bytes. */
export function readPrinterStatus(replies: Readonly<Record<PrinterQuestion, PrinterReply>>): PrinterStatus {
  const has = (question: PrinterQuestion, bits: number) => (replies[question].bits & bits) !== 0;
  return {
    offline: has('printer', 0x08),
    coverOpen: has('offline', 0x04),
    error: has('offline', 0x40) || has('error', 0x68),
    paper: has('paper', 0x60) ? 'out' : has('paper', 0x0c) ? 'nearEnd' : 'enough',
  };
}

/** The four bytes of a printer in this state; a printer without paper is offline too. */
export function printerReplies(status: PrinterStatus): Readonly<Record<PrinterQuestion, PrinterReply>> {
  const { offline, coverOpen, error, paper } = status;
  const byte = (...bits: (number | false)[]): PrinterReply => ({ bits: bits.reduce<number>((sum, bit) => sum | (bit || 0), fixedBits.value) });
  return {
    printer: byte(offline && 0x08),
    offline: byte(coverOpen && 0x04, paper === 'out' && 0x20, error && 0x40),
    error: byte(error && 0x20),
    paper: byte(paper !== 'enough' && 0x0c, paper === 'out' && 0x60),
  };
}

function matchReply(bytes: Uint8Array): FrameMatch<PrinterReply> {
  const [bits = 0] = bytes;
  return (bits & fixedBits.mask) === fixedBits.value ? { kind: 'frame', length: 1, message: { bits } } : wrongFrame('not a status');
}

function beginsWith(bytes: Uint8Array, head: readonly number[], at: number): boolean | 'more' {
  for (const [index, byte] of head.entries()) {
    const found = bytes[at + index];
    if (found === undefined) return 'more';
    if (found !== byte) return false;
  }
  return true;
}

function matchSlip(bytes: Uint8Array): FrameMatch<PrinterRequest> {
  const lines: string[] = [];
  for (let at: number = slipHead.length; ; ) {
    const tail = beginsWith(bytes, slipTail, at);
    if (tail === 'more') return { kind: 'more' };
    if (tail) return lines.length > 0 ? { kind: 'frame', length: at + slipTail.length, message: { kind: 'slip', lines } } : wrongFrame('empty');
    let end = at;
    while ((bytes[end] ?? 0) >= 0x20 && end - at < slipLineBytesMax) end += 1;
    if (bytes[end] === undefined) return { kind: 'more' };
    const text = bytes[end] === lineFeed && end > at && lines.length < slipLinesMax ? decodeGbk(bytes.subarray(at, end)) : undefined;
    if (text === undefined) return wrongFrame('no text');
    lines.push(text);
    at = end + 1;
  }
}

function matchRequest(bytes: Uint8Array): FrameMatch<PrinterRequest> {
  if (bytes[0] === slipHead[0]) {
    const slip = beginsWith(bytes, slipHead, 0);
    if (slip === 'more') return { kind: 'more' };
    return slip ? matchSlip(bytes) : wrongFrame('unknown command');
  }
  const status = beginsWith(bytes, [0x10, 0x04], 0);
  if (status === false) return wrongFrame('unknown command');
  if (status === 'more' || bytes.length < 3) return { kind: 'more' };
  const question = printerQuestions.find((name) => questions[name] === bytes[2]);
  return question === undefined ? wrongFrame('unknown command') : { kind: 'frame', length: 3, message: { kind: 'status', question } };
}

function encodeRequest(request: PrinterRequest): Uint8Array {
  if (request.kind === 'status') return Uint8Array.of(0x10, 0x04, questions[request.question]);
  const lines = request.lines.map(encodeGbk);
  assert(lines.length >= 1 && lines.length <= slipLinesMax, `a slip has 1 to ${slipLinesMax} lines`);
  assert(
    lines.every((line) => line.length >= 1 && line.length <= slipLineBytesMax),
    `a line of a slip has 1 to ${slipLineBytesMax} bytes`,
  );
  return Uint8Array.from([...slipHead, ...lines.flatMap((line) => [...line, lineFeed]), ...slipTail]);
}

export const printerEscPos: FrameDevice<PrinterReply, PrinterRequest> = {
  model: 'ESC-POS',
  kind: 'printer',
  title: 'Receipt printer with ESC/POS commands and status',
  source: { document: 'Epson ESC/POS Command Reference', revision: 'DLE EOT n, ESC @, FS &, GS V' },
  serial: { baud: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
  talk: 'answers',
  check: 'none',
  timeoutMs: 500,
  guardMs: 200,
  frameBytesMax,
  notes: [
    'A status byte has bits 1 and 4 set and bits 0 and 7 clear; 12 is all well. It does not name the question, so one is asked at a time.',
    'Paper: bits 2 and 3 near the end, bits 5 and 6 out. A printer that is out of paper or open is offline and prints nothing.',
    'Text goes in GBK (FS & switches Chinese on).',
  ],
  frames: [
    {
      name: 'status',
      direction: 'toDevice',
      layout: '10 04 n',
      doc: 'Asks at once, also between the bytes of a slip: 1 printer, 2 offline cause, 3 error cause, 4 paper.',
    },
    {
      name: 'slip',
      direction: 'toDevice',
      layout: '1B 40 1C 26 line 0A ... 1D 56 42 00',
      doc: 'Resets, switches Chinese on, prints the lines, feeds and cuts.',
    },
    {
      name: 'status',
      direction: 'fromDevice',
      layout: 'bits',
      doc: '1: 08 offline. 2: 04 cover open, 20 paper out, 40 error. 3: 08 cutter, 20 needs a person, 40 passes. 4: 0C paper near end, 60 paper out.',
    },
  ],
  fromDevice: defineFrames({
    frameBytesMax: 16,
    match: matchReply,
    encode: ({ bits }) => {
      assert((bits & fixedBits.mask) === fixedBits.value && bits <= 0xff, `no such status: ${bits}`);
      return Uint8Array.of(bits);
    },
  }),
  toDevice: defineFrames({ frameBytesMax, match: matchRequest, encode: encodeRequest }),
  search: { asks: () => [{ kind: 'status', question: 'printer' }], isAnswer: () => true },
};
