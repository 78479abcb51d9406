/**
 * Our port under modbus-serial: it lends that library's codec for one request and its reply, and nothing else of it.
 * The only file that imports modbus-serial. Every request gets a client of its own, so that no transaction slot, unit number or timer is
 * ever shared: the library hands a late reply to whoever asks next. Framing, matching and time are line-wire.ts's; no error of the library leaves here.
 * Source: modbus-serial 8.0.25, index.js.
 */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import modbus from 'modbus-serial';
import type { ModbusRequest, ModbusResponse } from '../../protocol/modbus.ts';
import { crc16, decodeRequest } from '../../protocol/rtu-frame.ts';
import { GatewayError } from '../errors.ts';

const { default: ModbusRTU } = modbus;
type Client = InstanceType<typeof ModbusRTU>;
type Answer = { readonly data?: readonly (number | boolean)[] };
type Done = (error: (Error & { modbusCode?: number }) | null, answer: Answer) => void;

/** A port that keeps what the client writes and gives back what it is told; it is open for as long as it exists. */
class FramePort extends EventEmitter {
  readonly isOpen = true;
  sent: Buffer | undefined;
  open(done: () => void): void {
    done();
  }
  close(done: () => void): void {
    done();
  }
  write(frame: Buffer): void {
    this.sent = frame;
  }
}

/** One request as it goes on the wire, and the way back. */
export interface Transaction {
  /** The whole RTU frame: unit, PDU, CRC. */
  readonly frame: Buffer;
  /**
   * Decodes the matching reply, a whole RTU frame. May be called once.
   * @throws GatewayError bus_garbled when it is not a reply to this request.
   */
  decode(reply: Buffer): ModbusResponse;
}

/** Encodes one request to a unit, 1..247: broadcasts have no answer and are not for us. Quantities beyond the standard's are our own bug. */
export function openTransaction(unit: number, request: ModbusRequest): Transaction {
  assert(Number.isInteger(unit) && unit >= 1 && unit <= 247, `unit ${unit} is outside 1..247`);
  const port = new FramePort();
  const client = new ModbusRTU(port);
  client.open();
  let outcome: { error: Parameters<Done>[0]; answer: Answer } | undefined;
  send(client, unit, request, (error, answer) => {
    outcome = { error, answer };
  });
  const frame = port.sent && request.kind === 'writeCoilWord' ? withWord(port.sent, request.word) : port.sent;
  assert(frame && decodeRequest(frame).ok, `${request.kind} at ${request.address} is beyond what one request may ask`);
  return {
    frame,
    decode(reply) {
      port.emit('data', reply);
      const code = outcome?.error?.modbusCode;
      if (code !== undefined) return { kind: 'exception', code };
      if (!outcome || outcome.error) throw new GatewayError('bus_garbled', `Unit ${unit} sent a reply that cannot be read.`, { cause: outcome?.error });
      return responseTo(request, outcome.answer);
    },
  };
}

/** The library's FC05 says on or off only: this puts another word in its place. */
function withWord(frame: Buffer, word: number): Buffer {
  const changed = Buffer.from(frame);
  changed.writeUInt16BE(word, 4);
  changed.writeUInt16LE(crc16(changed.subarray(0, 6)), 6);
  return changed;
}

/** Calls the client's method for this request. Each calls `done` at most once, from inside `emit('data')`. */
function send(client: Client, unit: number, request: ModbusRequest, done: Done): void {
  // The library's types promise an answer beside an error; there is none.
  const next = done as (error: Error, answer: object) => void;
  switch (request.kind) {
    case 'read':
      sendRead(client, unit, request, next);
      break;
    case 'writeCoil':
      client.writeFC5(unit, request.address, request.on, next);
      break;
    case 'writeCoilWord':
      client.writeFC5(unit, request.address, true, next);
      break;
    case 'writeRegister':
      client.writeFC6(unit, request.address, request.value, next);
      break;
    case 'writeCoils':
      client.writeFC15(unit, request.address, [...request.bits], next);
      break;
    case 'writeRegisters':
      client.writeFC16(unit, request.address, [...request.words], next);
      break;
  }
}

function sendRead(
  client: Client,
  unit: number,
  { space, address, count }: ModbusRequest & { kind: 'read' },
  next: (error: Error, answer: object) => void,
): void {
  if (space === 'coil') client.writeFC1(unit, address, count, next);
  else if (space === 'discrete') client.writeFC2(unit, address, count, next);
  else if (space === 'holding') client.writeFC3(unit, address, count, next);
  else client.writeFC4(unit, address, count, next);
}

function responseTo(request: ModbusRequest, answer: Answer): ModbusResponse {
  if (request.kind !== 'read') return { kind: 'written' };
  const values = (answer.data ?? []).slice(0, request.count);
  if (request.space === 'coil' || request.space === 'discrete') return { kind: 'bits', bits: values.map(Boolean) };
  return { kind: 'words', words: values.map(Number) };
}
