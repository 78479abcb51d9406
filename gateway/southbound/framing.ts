/**
 * How one request looks on a wire and when the bytes that came back are its reply: bare RTU frames, or Modbus TCP's MBAP header around the same PDU.
 * Pure. A reply is the right one whole and alone, or it is none: bytes glued behind it mean that somebody else talks as well.
 * Source: Modbus over Serial Line V1.02 section 2.5.1; Modbus Messaging on TCP/IP Implementation Guide V1.0b section 3.1.3.
 */
import { crc16, expectedReply, matchReply } from '../../protocol/rtu-frame.ts';

/** `more`: a beginning, so far without fault. `frame` is the whole RTU frame of the reply. */
export type Verdict = { readonly kind: 'more' } | { readonly kind: 'reply'; readonly frame: Buffer } | { readonly kind: 'garbled'; readonly reason: string };

/** One request ready for its wire. */
export interface Framed {
  readonly wire: Buffer;
  /** Longest right reply on this wire. Unit: byte. */
  readonly replyBytesMax: number;
  /** Judges everything received since the request was written. */
  judge(received: Buffer): Verdict;
}

/** An exception: unit, function, code, CRC. Fewer bytes are no frame. Unit: byte. */
export const shortestFrameBytes = 5;
/** Transaction, protocol, length. */
const mbapPrefixBytes = 6;
/** Unit, function and at least one byte; unit and the longest PDU. */
const mbapLength = { min: 3, max: 254 } as const;

export const garbled = (reason: string): Verdict => ({ kind: 'garbled', reason });

/** Frames an RTU request for a wire that carries RTU frames as they are. */
export function frameRtu(request: Buffer): Framed {
  const expected = expectedReply(request);
  return {
    wire: request,
    replyBytesMax: expected.length,
    judge(received) {
      const match = matchReply(request, received, expected);
      if (match.kind === 'mismatch') return garbled(`its ${match.reason} is wrong`);
      if (match.kind === 'match') return match.rest.length > 0 ? garbled('more bytes hang on it') : { kind: 'reply', frame: match.frame };
      return match;
    },
  };
}

/** Frames an RTU request for Modbus TCP; `transactionId` 0..65535. */
export function frameMbap(request: Buffer, transactionId: number): Framed {
  const unitAndPdu = request.subarray(0, -2);
  const header = Buffer.alloc(mbapPrefixBytes);
  header.writeUInt16BE(transactionId, 0);
  header.writeUInt16BE(unitAndPdu.length, 4);
  const expected = expectedReply(request);
  return {
    wire: Buffer.concat([header, unitAndPdu]),
    replyBytesMax: mbapPrefixBytes + expected.length,
    judge(received) {
      if (received.length < mbapPrefixBytes) return { kind: 'more' };
      if (received.readUInt16BE(0) !== transactionId) return garbled('it answers another transaction');
      if (received.readUInt16BE(2) !== 0) return garbled('it is of another protocol');
      const length = received.readUInt16BE(4);
      if (length < mbapLength.min || length > mbapLength.max) return garbled(`it claims a length of ${length}`);
      const reply = received.subarray(mbapPrefixBytes);
      if (reply.length < length) return { kind: 'more' };
      if (reply.length > length) return garbled('more bytes hang on it');
      const match = matchReply(request, withCrc(reply), expected);
      if (match.kind === 'match' && match.rest.length === 0) return { kind: 'reply', frame: match.frame };
      return garbled(match.kind === 'mismatch' ? `its ${match.reason} is wrong` : 'its length is wrong');
    },
  };
}

/** The CRC that Modbus TCP leaves out, so that one matching serves both. */
function withCrc(unitAndPdu: Buffer): Buffer {
  const crc = Buffer.alloc(2);
  crc.writeUInt16LE(crc16(unitAndPdu));
  return Buffer.concat([unitAndPdu, crc]);
}
