/**
 * BD-1, the bag dispenser board that keeps the at-most-once contract (class A): one status block read as a snapshot, one command block
 * written as a whole, both sealed by a CRC, the command also by a MAC over the board's nonce. The seals are here because both ends need
 * them; when to send, accept or refuse a command is decided elsewhere (gateway core, simulated firmware), never in this file.
 * Source: BD-1 register contract of this project; CRC-16 of Modbus over Serial Line V1.02 section 6.2.2; AES-CMAC of RFC 4493.
 */
import { timingSafeEqual } from 'node:crypto';
import { aesCmac } from '../cmac.ts';
import { defineDevice } from '../define-device.ts';
import type { dispenseResults } from '../events/bags.ts';
import { type Decoded, decodeField, decodeSpan, encodeFields, joinReadings } from '../register-codec.ts';
import { fieldsPolled, type ReadingOf, type WritableOf } from '../register-map.ts';
import { crc16, wordBytes } from '../rtu-frame.ts';

const resultLabels = { none: 0, armed: 1, ok: 2, jam: 3, indeterminate: 4, fenced: 5 } as const satisfies Record<(typeof dispenseResults)[number], number>;

/** Opens the service register against stray writes; not a secret. */
export const serviceKey = 0x5e71;

export const dispenserBd1 = defineDevice({
  model: 'BD-1',
  kind: 'dispenser',
  title: 'Bag roll dispenser with job register and non-volatile counters',
  source: { document: 'BD-1 register contract (this project)', revision: 'revision 1' },
  wordOrder: 'highFirst',
  units: { first: 1, last: 247 },
  timeoutMs: 150,
  guardMs: 250,
  reliability: 'A',
  blocks: { status: 'read', command: 'write', service: 'write' },
  fields: {
    protocolVersion: {
      space: 'holding',
      address: 0,
      kind: 'u16',
      unit: 'version',
      min: 1,
      initial: 1,
      access: 'r',
      poll: 'status',
      block: 'status',
      doc: 'Version of this contract; the gateway locks a board of another version.',
    },
    state: {
      space: 'holding',
      address: 1,
      kind: 'enum',
      labels: { idle: 0, armed: 1, moving: 2, done: 3, fault: 4 },
      access: 'r',
      poll: 'status',
      block: 'status',
      doc: 'What the board is doing.',
    },
    bootCount: { space: 'holding', address: 2, kind: 'u16', unit: 'count', access: 'r', poll: 'status', block: 'status', doc: 'Power-ups, modulo 65536.' },
    nonce: {
      space: 'holding',
      address: 3,
      kind: 'u32',
      unit: 'nonce',
      access: 'r',
      poll: 'status',
      block: 'status',
      doc: 'Random at factory reset; another value means another board or lost memory.',
    },
    lastJob: {
      space: 'holding',
      address: 5,
      kind: 'u64',
      unit: 'job number',
      access: 'r',
      poll: 'status',
      block: 'status',
      doc: 'LAST_JOB: the job or fence accepted last.',
    },
    doneRolls: {
      space: 'holding',
      address: 9,
      kind: 'u16',
      unit: 'roll',
      max: 10,
      access: 'r',
      poll: 'status',
      block: 'status',
      doc: 'DONE_N: rolls past the exit for lastJob.',
    },
    result: {
      space: 'holding',
      address: 10,
      kind: 'enum',
      labels: resultLabels,
      access: 'r',
      poll: 'status',
      block: 'status',
      doc: 'How lastJob ended; armed is not an end.',
    },
    ctrOut: {
      space: 'holding',
      address: 11,
      kind: 'u32',
      unit: 'roll',
      access: 'r',
      poll: 'status',
      block: 'status',
      doc: 'CTR_OUT: rolls past the exit sensor for jobs; never resets.',
    },
    ctrStart: {
      space: 'holding',
      address: 13,
      kind: 'u32',
      unit: 'count',
      access: 'r',
      poll: 'status',
      block: 'status',
      doc: 'CTR_START: motor starts; never resets.',
    },
    ctrTest: {
      space: 'holding',
      address: 15,
      kind: 'u32',
      unit: 'roll',
      access: 'r',
      poll: 'status',
      block: 'status',
      doc: 'CTR_TEST: rolls of service dispenses; never resets.',
    },
    flags: {
      space: 'holding',
      address: 17,
      kind: 'bits',
      bits: { throatBlocked: 0, doorOpen: 1, rollLow: 2, tamper: 3 },
      access: 'r',
      poll: 'status',
      block: 'status',
      doc: 'Sensors; 1 = as named.',
    },
    snapshot: {
      space: 'holding',
      address: 18,
      kind: 'u16',
      unit: 'count',
      access: 'r',
      poll: 'status',
      block: 'status',
      doc: 'Goes up by one at every served status read, modulo 65536: tells a fresh answer from a late one.',
    },
    statusCrc: {
      space: 'holding',
      address: 19,
      kind: 'u16',
      unit: 'CRC-16',
      access: 'r',
      poll: 'status',
      block: 'status',
      doc: 'CRC-16/MODBUS over the big-endian bytes of registers 0..18.',
    },
    jobId: {
      space: 'holding',
      address: 0x0100,
      kind: 'u64',
      unit: 'job number',
      min: 1,
      access: 'w',
      block: 'command',
      doc: 'Job or fence number: epoch in the high 32 bits, counter in the low 32.',
    },
    opcode: {
      space: 'holding',
      address: 0x0104,
      kind: 'enum',
      labels: { dispense: 1, fence: 2 },
      access: 'w',
      block: 'command',
      doc: 'dispense moves rolls; fence only takes the number, so that lower ones can never run.',
    },
    quantity: { space: 'holding', address: 0x0105, kind: 'u16', unit: 'roll', max: 10, access: 'w', block: 'command', doc: '1..10 for dispense, 0 for fence.' },
    expectLastJob: {
      space: 'holding',
      address: 0x0106,
      kind: 'u64',
      unit: 'job number',
      access: 'w',
      block: 'command',
      doc: 'Refused unless equal to lastJob.',
    },
    expectCtrOut: { space: 'holding', address: 0x010a, kind: 'u32', unit: 'roll', access: 'w', block: 'command', doc: 'Refused unless equal to ctrOut.' },
    commandCrc: {
      space: 'holding',
      address: 0x010c,
      kind: 'u16',
      unit: 'CRC-16',
      access: 'w',
      block: 'command',
      doc: 'CRC-16/MODBUS over the big-endian bytes of registers 0x0100..0x010B.',
    },
    commandMac: {
      space: 'holding',
      address: 0x010d,
      kind: 'hex',
      words: 4,
      access: 'w',
      block: 'command',
      doc: 'First 64 bits of AES-CMAC over nonce (4 bytes) and registers 0x0100..0x010C; zeros where no key is set.',
    },
    serviceDispense: {
      space: 'holding',
      address: 0x0120,
      kind: 'u16',
      unit: 'roll',
      min: 1,
      max: 10,
      access: 'w',
      block: 'service',
      doc: 'Technician: dispenses for a test, counted in ctrTest only.',
    },
    serviceKey: {
      space: 'holding',
      address: 0x0121,
      kind: 'u16',
      unit: 'key',
      min: serviceKey,
      max: serviceKey,
      access: 'w',
      block: 'service',
      doc: 'Guards serviceDispense against stray writes; written with it.',
    },
  },
});

/** Decoded status block. */
export type DispenserStatus = ReadingOf<typeof dispenserBd1>;
/** Registers of the status block, including its CRC. */
export const statusWordCount = 20;
/** Fields of the status block: the plan for these is the one read of 20 registers. */
export const statusFields = fieldsPolled(dispenserBd1, 'status');

/** One command. `quantity` is 1..10 for dispense and 0 for fence. */
export interface DispenserCommand {
  readonly jobId: number;
  readonly opcode: 'dispense' | 'fence';
  readonly quantity: number;
  readonly expectLastJob: number;
  readonly expectCtrOut: number;
}
/** The fields one command write carries. */
export type SealedCommand = Pick<WritableOf<typeof dispenserBd1>, keyof DispenserCommand | 'commandCrc' | 'commandMac'>;
/** What proves a command: the per-device AES key (16 bytes; null where the board has none) and the nonce of the status block. */
export interface CommandSeal {
  readonly key: Uint8Array | null;
  readonly nonce: number;
}
/** Why a board does not look further into a command: garbled, not from its gateway, or a value outside the map. */
export type CommandFlaw = 'length' | 'crc' | 'mac' | 'value';

const commandWordCount = 17;
const crcAt = 12;
const macAt = 13;
const bytesOf = (words: readonly number[]) => Buffer.from(wordBytes(...words));

function macOf(words: readonly number[], { key, nonce }: CommandSeal): Buffer {
  if (key === null) return Buffer.alloc(8);
  const nonceBytes = Buffer.alloc(4);
  nonceBytes.writeUInt32BE(nonce);
  return aesCmac(key, Buffer.concat([nonceBytes, bytesOf(words)])).subarray(0, 8);
}

const isQuantityOf = ({ opcode, quantity }: DispenserCommand) => (opcode === 'dispense' ? quantity >= 1 : quantity === 0);

/**
 * Adds CRC and MAC to a command: the fields to hand to `encodeWrites`.
 * @throws RangeError naming the field when a value is out of bounds, or the quantity does not suit the opcode.
 */
export function sealCommand(command: DispenserCommand, seal: CommandSeal): SealedCommand {
  if (!isQuantityOf(command)) throw new RangeError(`BD-1.quantity: ${command.quantity} does not suit ${command.opcode}`);
  const { jobId, opcode, quantity, expectLastJob, expectCtrOut } = command;
  const body = { jobId, opcode, quantity, expectLastJob, expectCtrOut };
  const words = encodeFields(dispenserBd1, body);
  const commandCrc = crc16(bytesOf(words));
  return { ...body, commandCrc, commandMac: macOf([...words, commandCrc], seal).toString('hex') };
}

/** The board's side: checks length, CRC, MAC and bounds of the 17 words of a command block, in this order. */
export function openCommand(
  words: readonly number[],
  seal: CommandSeal,
): { readonly ok: true; readonly command: DispenserCommand } | { readonly ok: false; readonly flaw: CommandFlaw } {
  if (words.length !== commandWordCount) return { ok: false, flaw: 'length' };
  if (crc16(bytesOf(words.slice(0, crcAt))) !== words[crcAt]) return { ok: false, flaw: 'crc' };
  if (!timingSafeEqual(macOf(words.slice(0, macAt), seal), bytesOf(words.slice(macAt)))) return { ok: false, flaw: 'mac' };
  const jobId = decodeField(dispenserBd1, 'jobId', words.slice(0, 4));
  const opcode = decodeField(dispenserBd1, 'opcode', words.slice(4, 5));
  const quantity = decodeField(dispenserBd1, 'quantity', words.slice(5, 6));
  const expectLastJob = decodeField(dispenserBd1, 'expectLastJob', words.slice(6, 10));
  const expectCtrOut = decodeField(dispenserBd1, 'expectCtrOut', words.slice(10, 12));
  if (!(jobId.ok && opcode.ok && quantity.ok && expectLastJob.ok && expectCtrOut.ok)) return { ok: false, flaw: 'value' };
  const command = { jobId: jobId.value, opcode: opcode.value, quantity: quantity.value, expectLastJob: expectLastJob.value, expectCtrOut: expectCtrOut.value };
  return isQuantityOf(command) ? { ok: true, command } : { ok: false, flaw: 'value' };
}

/** CRC-16/MODBUS over registers 0..18 of a status block: the value of register 19. */
export const statusCrcOf = (words: readonly number[]): number => crc16(bytesOf(words.slice(0, statusWordCount - 1)));

/** The gateway's side: checks the CRC of the 20 words of a status block, then decodes them. */
export function checkStatusBlock(words: readonly number[]): Decoded<DispenserStatus> {
  if (words.length !== statusWordCount) return { ok: false, issues: [`BD-1: a status block has ${statusWordCount} registers, got ${words.length}`] };
  const expected = statusCrcOf(words);
  if (words[statusWordCount - 1] !== expected) return { ok: false, issues: [`BD-1.statusCrc: ${words[statusWordCount - 1]} is not ${expected}`] };
  const decoded = decodeSpan(dispenserBd1, { space: 'holding', address: 0, count: statusWordCount, fields: statusFields }, words);
  return decoded.ok ? { ok: true, values: joinReadings(dispenserBd1, statusFields, [decoded.values]) } : decoded;
}
