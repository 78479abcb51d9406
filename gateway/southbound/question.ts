/**
 * What can be asked on a line, in any protocol: Modbus, and devices with frames of their own. A question knows how it goes on a wire and
 * which bytes are its reply; when it is sent, and what silence means, is the line's.
 */
import type { AnyFrameDevice } from '../../protocol/frame-device.ts';
import type { ModbusRequest, ModbusResponse } from '../../protocol/modbus.ts';
import { GatewayError } from '../errors.ts';
import { type Framed, frameMbap, frameRtu, garbled } from './framing.ts';
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

/** A message with the frame it came in. */
export interface FramedMessage {
  readonly message: unknown;
  readonly raw: Uint8Array;
}

/** A request to a device that answers in frames of its own. `isWrite` when it changes anything; frames never go over Modbus TCP. */
export function askFrames(device: AnyFrameDevice, { unit, request, isWrite }: { unit: number; request: unknown; isWrite: boolean }): Question<FramedMessage> {
  const firstOf = (received: Buffer) => device.fromDevice.parser().push(received)[0];
  return {
    unit,
    isWrite,
    frame: () => ({
      wire: Buffer.from(device.toDevice.encode(request)),
      replyBytesMax: device.frameBytesMax,
      judge(received) {
        const first = firstOf(received);
        if (first === undefined) return received.length >= device.frameBytesMax ? garbled('no frame is in it') : { kind: 'more' };
        if (!first.ok) return garbled(first.reason);
        if (device.isReplyTo?.(request, first.message) !== true) return garbled('it answers another question');
        return first.raw.length < received.length ? garbled('more bytes hang on it') : { kind: 'reply', frame: Buffer.from(first.raw) };
      },
    }),
    decode(reply) {
      const first = firstOf(reply);
      if (first?.ok !== true) throw new GatewayError('bus_garbled', `Unit ${unit} sent a reply that cannot be read.`);
      return first;
    },
    isException: () => false,
  };
}
