/**
 * The Modbus vocabulary both ends share: what a master may ask, what a device may answer, and the seam where one meets the other.
 * The gateway's bus and the simulator's boards depend on this file and never on each other. It knows no socket, no clock and no bytes
 * (rtu-frame.ts does the bytes).
 * Source: Modbus Application Protocol V1.1b3, sections 4 to 7.
 */

/** The four address spaces. Addresses are zero-based protocol addresses (manuals often print them plus one, or plus 40001). */
export type RegisterSpace = 'coil' | 'discrete' | 'input' | 'holding';
/** Whether a space holds single bits rather than registers. */
export const isBitSpace = (space: RegisterSpace): boolean => space === 'coil' || space === 'discrete';
/** Most bits or registers one request may read (V1.1b3 sections 6.1 to 6.4). */
export const maxReadCount = (space: RegisterSpace): number => (isBitSpace(space) ? 2000 : 125);
/** Most coils or registers one request may write (V1.1b3 sections 6.11 and 6.12). */
export const maxWriteCount = (space: 'coil' | 'holding'): number => (isBitSpace(space) ? 1968 : 123);

/** What a master asks. `count` is 1..125 registers or 1..2000 bits for reads, 1..123 and 1..1968 for writes (V1.1b3 section 6). */
export type ModbusRequest =
  | { readonly kind: 'read'; readonly space: RegisterSpace; readonly address: number; readonly count: number }
  | { readonly kind: 'writeCoil'; readonly address: number; readonly on: boolean }
  /** FC05 with a word of the board's own meaning, neither on nor off: the duration of a pulse. 1..0xFEFF. */
  | { readonly kind: 'writeCoilWord'; readonly address: number; readonly word: number }
  | { readonly kind: 'writeRegister'; readonly address: number; readonly value: number }
  | { readonly kind: 'writeCoils'; readonly address: number; readonly bits: readonly boolean[] }
  | { readonly kind: 'writeRegisters'; readonly address: number; readonly words: readonly number[] };

/** Function codes both ends speak. */
export const functionCodes = [1, 2, 3, 4, 5, 6, 15, 16] as const;
export type FunctionCode = (typeof functionCodes)[number];
/** The function code that reads each space. */
export const readCodes = { coil: 1, discrete: 2, input: 4, holding: 3 } as const satisfies Record<RegisterSpace, FunctionCode>;
const writeCodes = { writeCoil: 5, writeCoilWord: 5, writeRegister: 6, writeCoils: 15, writeRegisters: 16 } as const;

/** Function code of a request. */
export const functionCodeOf = (request: ModbusRequest): FunctionCode => (request.kind === 'read' ? readCodes[request.space] : writeCodes[request.kind]);

/** Exception codes of V1.1b3 section 7 that we send or understand. */
export const exceptionCodes = {
  illegalFunction: 1,
  illegalAddress: 2,
  illegalValue: 3,
  deviceFailure: 4,
  acknowledge: 5,
  busy: 6,
} as const;
export type ExceptionName = keyof typeof exceptionCodes;

/** What a device answers. An exception means it heard us and refused; silence is not a response at all. */
export type ModbusResponse =
  | { readonly kind: 'words'; readonly words: readonly number[] }
  | { readonly kind: 'bits'; readonly bits: readonly boolean[] }
  | { readonly kind: 'written' }
  | { readonly kind: 'exception'; readonly code: number };

/** A board as its line sees it. Unit 1..247. `undefined` is silence: the unit is not there, or its power is off. */
export type ModbusService = (unit: number, request: ModbusRequest) => ModbusResponse | undefined;
