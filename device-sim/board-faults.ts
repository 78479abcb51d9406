/**
 * Every way a board or its iron goes wrong, by name, and how stale words get into a reading. What jams, blinds or bends is done by the
 * board and its physics; this file holds the names, and the one fault every board can have because it happens between firmware and wire.
 */
import type { AnyFrameDevice } from '../protocol/frame-device.ts';
import { isBitSpace, type ModbusRequest, type ModbusResponse } from '../protocol/modbus.ts';
import { addressCount, type DeviceMap, rowsInOrder } from '../protocol/register-map.ts';

/** What a device can be, whatever it speaks. */
export type DeviceKind = DeviceMap['kind'] | AnyFrameDevice['kind'];

interface BoardFaultRow {
  /** Kinds of device it can befall. */
  readonly on: readonly DeviceKind[];
  readonly zh: string;
  readonly en: string;
  /** What the parameter `grams` or `ms` is when it is not given; absent where it means nothing. Unit: gram; village ms. */
  readonly grams?: number;
  readonly ms?: number;
  /** Over in the moment it happens: there is nothing to clear. */
  readonly once?: true;
}

const dispenser = ['dispenser'] as const;
const scale = ['scale'] as const;
const lock = ['lock'] as const;
const printer = ['printer'] as const;
const modem = ['modem'] as const;
const plain = ['lock', 'printer', 'modem'] as const;
/** All that have registers. */
const every = ['dispenser', 'scale', 'bin', 'level', 'relay', 'climate'] as const;

export const boardFaults = {
  jam: { on: dispenser, zh: '卡袋', en: 'every roll sticks in the throat' },
  'half-dispense': { on: dispenser, zh: '出袋半途停住', en: 'every roll stops half-way, before the throat' },
  'no-roll': { on: dispenser, zh: '袋卷用完而机器不知', en: 'the magazine gives nothing although rolls are counted in it' },
  'blind-exit': { on: dispenser, zh: '出口传感器看不见', en: 'the exit sensor sees no roll pass' },
  'stuck-exit': { on: dispenser, zh: '出口传感器卡死', en: 'the exit sensor sees a roll that is not there, then nothing more' },
  reboot: { on: dispenser, zh: '发袋途中重启', en: 'the board loses power as its motor next starts, for ms', ms: 1_500, once: true },
  'memory-lost': { on: dispenser, zh: '存储丢失', en: 'the board comes up factory-new, as after a swap', once: true },
  overload: { on: scale, zh: '超载', en: 'grams more weigh on the tray', grams: 40_000 },
  'zero-offset': { on: scale, zh: '零点偏移', en: 'the empty tray weighs grams, as after a knock', grams: 120 },
  wind: { on: scale, zh: '刮风', en: 'gusts of up to grams', grams: 60 },
  creep: { on: scale, zh: '蠕变', en: 'a lasting load grows by grams in each 10 kg', grams: 50 },
  drift: { on: scale, zh: '漂移', en: 'the zero wanders by grams a minute', grams: 30 },
  noise: { on: scale, zh: '噪声', en: 'converter values spread by grams', grams: 25 },
  'kept-tare': { on: scale, zh: '皮重保留而显示毛重', en: 'a preset tare of grams stands in its frames while it shows gross', grams: 1_500 },
  'bolt-stuck': { on: lock, zh: '锁舌卡住', en: 'the board gives its pulse and says so, and the door stays shut' },
  'coil-broken': { on: lock, zh: '线圈断路', en: 'the board says that the lock failed' },
  'contact-blind': { on: lock, zh: '门磁失灵', en: 'the board cannot tell how its doors are' },
  'paper-out': { on: printer, zh: '缺纸', en: 'there is no paper: it prints nothing' },
  'paper-low': { on: printer, zh: '纸将用完', en: 'the paper is near its end' },
  'cover-open': { on: printer, zh: '纸仓盖未合', en: 'the cover is open: it prints nothing' },
  'cutter-stuck': { on: printer, zh: '切刀卡住', en: 'the cutter sticks: it prints nothing' },
  'no-network': { on: modem, zh: '无网络', en: 'no network takes a message' },
  'no-sim': { on: modem, zh: '无 SIM 卡', en: 'there is no card in it' },
  mute: { on: plain, zh: '只做不答', en: 'it obeys and says nothing' },
  'torn-read': { on: every, zh: '读数撕裂', en: 'a number of two words is half from this reading and half from the one before' },
  'status-lag': { on: every, zh: '状态滞后', en: 'flags and states are those of the reading before' },
} as const satisfies Record<string, BoardFaultRow>;

export type BoardFaultName = keyof typeof boardFaults;

/** A board fault in force. */
export interface BoardFault {
  readonly name: BoardFaultName;
  /** Unit: gram. */
  readonly grams?: number | undefined;
  /** Unit: village ms. */
  readonly ms?: number | undefined;
}

/** The fault called `name` among `faults`, with its default parameters filled in. */
export function faultIn(faults: readonly BoardFault[], name: BoardFaultName): { readonly grams: number; readonly ms: number } | undefined {
  const found = faults.find((fault) => fault.name === name);
  const row: BoardFaultRow = boardFaults[name];
  return found && { grams: found.grams ?? row.grams ?? 0, ms: found.ms ?? row.ms ?? 0 };
}

/** What a board without a consistent snapshot answers: words of two readings in one. Remembers what each address held when last read. */
export class StaleWords {
  readonly #map: DeviceMap;
  readonly #before = new Map<string, number>();

  constructor(map: DeviceMap) {
    this.#map = map;
  }

  /** `response` with some words from the reading before; remembers the true ones. */
  mix(request: ModbusRequest, response: ModbusResponse, faults: readonly BoardFault[]): ModbusResponse {
    if (request.kind !== 'read' || (response.kind !== 'words' && response.kind !== 'bits')) return response;
    const fresh = response.kind === 'words' ? response.words : response.bits.map(Number);
    const keyOf = (at: number) => `${request.space} ${request.address + at}`;
    const stale = this.#staleAddresses(request.space, faults);
    const mixed = fresh.map((word, at) => (stale.has(request.address + at) ? (this.#before.get(keyOf(at)) ?? word) : word));
    for (const [at, word] of fresh.entries()) this.#before.set(keyOf(at), word);
    return isBitSpace(request.space) ? { kind: 'bits', bits: mixed.map((word) => word === 1) } : { kind: 'words', words: mixed };
  }

  #staleAddresses(space: string, faults: readonly BoardFault[]): ReadonlySet<number> {
    const [torn, lags] = [faultIn(faults, 'torn-read') !== undefined, faultIn(faults, 'status-lag') !== undefined];
    const stale = new Set<number>();
    for (const [, row] of torn || lags ? rowsInOrder(this.#map).filter(([, { space: own }]) => own === space) : []) {
      const words = addressCount(row);
      const isFlag = row.kind === 'bits' || row.kind === 'enum' || row.kind === 'bit';
      if (lags && isFlag) stale.add(row.address);
      if (torn && !isFlag && row.kind !== 'hex') for (let at = 0; at < words >> 1; at += 1) stale.add(row.address + at);
    }
    return stale;
  }
}
