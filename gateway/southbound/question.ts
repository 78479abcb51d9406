/**
 * What can be asked on a line, in any protocol: Modbus, and devices with frames of their own. A question knows how it goes on a wire and
 * which bytes are its reply; when it is sent, and what silence means, is the line's.
 */
import type { ModbusRequest, ModbusResponse } from '../../protocol/modbus.ts';
import { type Framed, frameMbap, frameRtu } from './framing.ts';
import { openTransaction } from './modbus-port.ts';

/** A question as a line carries it: how it goes on a wire, and what its reply means. */
export interface Question<Answer> {
  /** 1..247, for counting and for messages. */
  readonly unit: number;
  /** Whether nobody knows what happened when no answer comes. */
  readonly isWrite: boolean;
  /** Puts it on a wire; `transactionId` is null where Modbus TCP is not spoken. */
  frame(transactionId: number | null): Framed;
  /** @throws GatewayError bus_garbled when the frame is not a reply to this question. */
  decode(reply: Buffer): Answer;
  /** Whether the device heard the question and said no. */
  isException(answer: Answer): boolean;
}

/** A request to the unit of a register map, 1..247. */
export function askModbus(unit: number, request: ModbusRequest): Question<ModbusResponse> {
  const { frame, decode } = openTransaction(unit, request);
  return {
    unit,
    isWrite: request.kind !== 'read',
    frame: (transactionId) => (transactionId === null ? frameRtu(frame) : frameMbap(frame, transactionId)),
    decode,
    isException: ({ kind }) => kind === 'exception',
  };
}
