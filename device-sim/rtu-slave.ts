/**
 * The slave end of an RTU line: bytes in, whole checked requests to the boards, each with its reply out. Frames end by their length; after
 * anything that is not a whole frame with a right CRC the rest is thrown away until the line has been quiet, as a real slave does, so
 * that no splice of two broken frames is ever executed. Holds no timer and no socket: who owns the wire says when it was quiet.
 * Source: Modbus over Serial Line V1.02, sections 2.4.1 and 2.5.1.
 */
import { exceptionCodes, type ModbusResponse, type ModbusService } from '../protocol/modbus.ts';
import { type DecodedRequest, decodeRequest, encodeException, encodeResponse, requestLength } from '../protocol/rtu-frame.ts';
import type { Exchange } from './faulty-wire.ts';

/** The boards on one line. */
export interface BoardLine {
  /** Whether a board with this unit number is there and powered. */
  readonly hasUnit: (unit: number) => boolean;
  readonly service: ModbusService;
  /** What a unit takes to answer, where that is much longer than other boards; absent: nothing. Unit: ms on the wire. */
  readonly turnaroundMs?: (unit: number) => number;
}

/** The turn-around of the unit a request frame is for. */
export const turnaroundOf = (line: BoardLine, request: Uint8Array): number => line.turnaroundMs?.(request[0] ?? 0) ?? 0;

/** Longest RTU frame. Unit: byte. */
const frameBytesMax = 256;

/** The reply frame to a decoded request, or `undefined` for silence: a bad frame, no such unit, or a unit without power. */
export function answerFrame(line: BoardLine, decoded: DecodedRequest): Buffer | undefined {
  if (!line.hasUnit(decoded.unit)) return undefined;
  if (decoded.ok) {
    const response: ModbusResponse | undefined = line.service(decoded.unit, decoded.request);
    return response && encodeResponse(decoded.unit, decoded.request, response);
  }
  return decoded.exception && encodeException(decoded.unit, decoded.functionCode, exceptionCodes[decoded.exception]);
}

/** One connection's view of a line. */
export class RtuSlave {
  readonly #line: BoardLine;
  #pending = Buffer.alloc(0);
  /** Something broken was seen: nothing counts until the line is quiet. */
  #deaf = false;

  constructor(line: BoardLine) {
    this.#line = line;
  }

  /** Whether a quiet gap would change anything. */
  get awaitsQuiet(): boolean {
    return this.#deaf || this.#pending.length > 0;
  }

  /** Takes received bytes and returns the requests they completed and boards answer, in order. */
  push(bytes: Buffer): readonly Exchange[] {
    if (this.#deaf) return [];
    this.#pending = Buffer.concat([this.#pending, bytes]);
    const heard: Exchange[] = [];
    for (;;) {
      const length = requestLength(this.#pending);
      if (typeof length !== 'number' || this.#pending.length < length) break;
      const request = this.#pending.subarray(0, length);
      const decoded = decodeRequest(request);
      if (!decoded.ok && decoded.exception === undefined) {
        this.#deafen();
        return heard;
      }
      this.#pending = this.#pending.subarray(length);
      const reply = answerFrame(this.#line, decoded);
      if (reply !== undefined) heard.push({ request, reply });
    }
    if (this.#pending.length > frameBytesMax) this.#deafen();
    return heard;
  }

  /** The line has been quiet: what is pending is a whole frame of a function of unknown length, or rubbish. */
  endFrame(): readonly Exchange[] {
    const frame = this.#pending;
    this.#pending = Buffer.alloc(0);
    this.#deaf = false;
    const reply = frame.length > 0 && requestLength(frame) === 'unknown' ? answerFrame(this.#line, decodeRequest(frame)) : undefined;
    return reply === undefined ? [] : [{ request: frame, reply }];
  }

  #deafen(): void {
    this.#deaf = true;
    this.#pending = Buffer.alloc(0);
  }
}
