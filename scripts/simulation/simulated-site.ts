/**
 * The metal of a simulated village: the site of device-sim on virtual wires, with board memories that outlive a power cut, and hands that
 * pull plugs at awkward moments. It tells everything that happens and knows nothing of a gateway.
 */
import { z } from 'zod';
import type { BoardFaultName } from '../../device-sim/board-faults.ts';
import { FaultyWire } from '../../device-sim/faulty-wire.ts';
import { randomFor } from '../../device-sim/random.ts';
import type { BoardLine } from '../../device-sim/rtu-slave.ts';
import { Site } from '../../device-sim/site.ts';
import type { SiteEvent } from '../../device-sim/site-event.ts';
import { type SiteFile, unitsOfBin } from '../../device-sim/site-file.ts';
import { bin4 } from '../../protocol/devices/bin-4.ts';
import { dispenserBd1 } from '../../protocol/devices/dispenser-bd1.ts';
import { scaleWcn } from '../../protocol/devices/scale-wcn.ts';
import type { Trouble, VillagePlan } from './scenario.ts';
import type { CallOff, VirtualTime } from './virtual-time.ts';
import { VirtualLine, type VirtualPort, VirtualReader } from './virtual-wires.ts';

/** One step of the site, and the longest stride it takes while nothing goes on. Unit: ms. */
const tickMs = 100;
const strideMsMax = 5000;
/** What a board memory holds, as far as the books are held against it. */
const memorySchema = z.object({ nv: z.object({ nonce: z.number(), ctrOut: z.number(), ctrTest: z.number() }) });

type Cut = Extract<Trouble, { kind: 'power' }>;
/** What can go wrong outside the gateway's box. */
export type MetalTrouble = Exclude<Trouble, { kind: 'kill' | 'clock' }>;

export interface SimulatedSiteOptions {
  readonly time: VirtualTime;
  readonly seed: number;
  readonly plan: VillagePlan;
  readonly file: SiteFile;
  readonly cards: readonly string[];
  readonly labels: readonly string[];
  readonly tell: (event: SiteEvent) => void;
  /** A request began too soon after other bytes on its line. */
  readonly onShortGap: (line: string, gapMs: number) => void;
}

export class SimulatedSite {
  readonly lines: ReadonlyMap<string, VirtualLine>;
  readonly readers: ReadonlyMap<string, VirtualReader>;
  readonly #options: SimulatedSiteOptions;
  readonly #memories = new Map<string, unknown>();
  readonly #cuts = new Map<string, Cut>();
  readonly #unpowered = new Set<string>();
  readonly #site: Site;
  /** How far the site has lived. Unit: ms since the start of the run. */
  #livedMs = 0;
  #callOffTick: CallOff = () => undefined;

  constructor(options: SimulatedSiteOptions) {
    this.#options = options;
    const { time, seed, plan, file, onShortGap } = options;
    this.lines = new Map(
      file.lines.map(({ id }) => {
        const random = randomFor(seed, `line ${id}`);
        const faults = new FaultyWire({ random, timingOf: () => mapOnLine(id), wireMs: () => time.nowMs });
        const line = { id, time, baud: plan.baud, kind: plan.wire, boards: this.#boardsOn(id), faults, random };
        return [id, new VirtualLine({ ...line, onShortGap: (gapMs) => onShortGap(id, gapMs) })];
      }),
    );
    this.readers = new Map(file.readers.map(({ id }) => [id, new VirtualReader(id, time)]));
    this.#site = this.#build();
    this.#planTick();
  }

  /** Port of a line or reader. */
  portOf(wire: string): VirtualPort {
    const port = this.lines.get(wire)?.port ?? this.readers.get(wire)?.port;
    if (port === undefined) throw new Error(`no wire ${wire}`);
    return port;
  }

  get villageMs(): number {
    return this.#site.nowMs;
  }

  get isMoving(): boolean {
    return this.#site.isMoving;
  }

  isPowered(device: string): boolean {
    return !this.#unpowered.has(device);
  }

  /** The counters in the memory of a dispenser board, and the nonce that tells it from any other. */
  countersOf(dispenser: string): { readonly nonce: number; readonly ctrOut: number; readonly ctrTest: number } {
    return memorySchema.parse(this.#memories.get(dispenser)).nv;
  }

  obey(order: Parameters<Site['obey']>[0]): ReturnType<Site['obey']> {
    return this.#disturb(() => this.#site.obey(order));
  }

  sendPeopleHome(): void {
    this.#disturb(() => this.#site.sendPeopleHome());
  }

  /** Lets one thing go wrong; wires are mended again when its time is over. */
  strike(trouble: MetalTrouble): void {
    this.#disturb(() => this.#strike(trouble));
  }

  #strike(trouble: MetalTrouble): void {
    switch (trouble.kind) {
      case 'reply':
      case 'request':
      case 'cut':
        this.#spoil(trouble);
        break;
      case 'unplug': {
        const port = this.portOf(trouble.wire);
        port.unplug();
        this.#options.time.after(trouble.forMs, () => port.plugIn());
        break;
      }
      case 'power':
        if (trouble.moment === 'now') this.#cut(trouble);
        else this.#cuts.set(trouble.device, trouble);
        break;
      case 'board':
        this.#options.time.after(trouble.forMs, this.#breakBoard(trouble.dispenser, trouble.fault));
        break;
      case 'memory':
        this.#breakBoard(trouble.dispenser, 'memory-lost');
        break;
      case 'service':
        this.#site.obey({ do: 'service-dispense', dispenser: trouble.dispenser, rolls: trouble.rolls });
        break;
      case 'smoke':
        this.#site.obey({ do: 'smoke', bin: trouble.bin, compartment: trouble.compartment, on: trouble.on });
        break;
      default:
        trouble satisfies never;
    }
  }

  /** Mends everything: wires whole, power on. */
  heal(): void {
    for (const { faults, port } of this.lines.values()) {
      for (const { name } of faults.faults) faults.clear(name);
      faults.setCut(false);
      port.plugIn();
    }
    for (const line of this.lines.values()) line.requestFault = null;
    for (const { port } of this.readers.values()) port.plugIn();
    this.#disturb(() => {
      for (const board of this.#site.boards().values()) board.setFaults([]);
    });
    this.#cuts.clear();
    for (const device of [...this.#unpowered]) this.#setPower(device, true);
  }

  #spoil(trouble: Extract<MetalTrouble, { kind: 'reply' | 'request' | 'cut' }>): void {
    const line = this.lines.get(trouble.line);
    if (line === undefined) throw new Error(`no line ${trouble.line}`);
    const { faults } = line;
    if (trouble.kind === 'reply') {
      faults.inject({ name: trouble.fault, p: trouble.p });
      this.#options.time.after(trouble.forMs, () => faults.clear(trouble.fault));
    } else if (trouble.kind === 'cut') {
      faults.setCut(true);
      this.#options.time.after(trouble.forMs, () => faults.setCut(false));
    } else {
      const fault = { name: trouble.fault, p: trouble.p };
      line.requestFault = fault;
      this.#options.time.after(trouble.forMs, () => {
        if (line.requestFault === fault) line.requestFault = null;
      });
    }
  }
  #breakBoard(dispenser: string, name: BoardFaultName): CallOff {
    const board = this.#site.boards().get(dispenser);
    if (board === undefined) throw new Error(`no dispenser ${dispenser}`);
    board.setFaults([...board.faults, { name }]);
    return () => this.#disturb(() => board.setFaults(board.faults.filter((fault) => fault.name !== name)));
  }

  #build(): Site {
    const { time, seed, plan, file, cards, labels } = this.#options;
    return new Site({
      ...{ site: file, seed, startAtMs: plan.startAtMs, pace: 1, cards, labels, withVillagers: plan.withVillagers, kept: undefined },
      // A lamp stays on between two looks, however leisurely they are.
      lampMs: 3000 + 2 * (plan.idlePollMs ?? 0),
      keep: () => undefined,
      memoryOf: (dispenser) => ({
        value: this.#memories.get(dispenser),
        commit: (value) => void this.#memories.set(dispenser, value),
      }),
      wireMs: () => time.nowMs,
      reader: {
        say: (reader, text) => this.readers.get(reader)?.say(text),
        isHeard: (reader) => this.readers.get(reader)?.port.isHeld ?? false,
      },
      sayOn: () => false,
      tell: (event) => this.#onEvent(event),
    });
  }

  /** The next step: at once the ordinary one, or a stride while nothing goes on. */
  #planTick(): void {
    const { time } = this.#options;
    const strideMs = Math.floor(Math.min(this.#site.quietMs, strideMsMax) / tickMs) * tickMs;
    this.#callOffTick();
    this.#callOffTick = time.after(this.#livedMs + Math.max(tickMs, strideMs) - time.nowMs, () => {
      this.#catchUp();
      this.#planTick();
    });
  }

  /** Lives what has passed of the present stride. */
  #catchUp(): void {
    const passedMs = Math.floor((this.#options.time.nowMs - this.#livedMs) / tickMs) * tickMs;
    if (passedMs === 0) return;
    this.#livedMs += passedMs;
    if (passedMs === tickMs) this.#site.advance(tickMs);
    else this.#site.rest(passedMs);
  }

  /** Does something to the site, which may end its rest. */
  #disturb<Result>(act: () => Result): Result {
    this.#catchUp();
    const result = act();
    this.#planTick();
    return result;
  }

  #onEvent(event: SiteEvent): void {
    this.#options.tell(event);
    if (event.event === 'motor-start') this.#reach(event.device, 'motorStart');
    if (event.event === 'roll-out') this.#reach(event.device, 'rollOut');
  }

  #boardsOn(line: string): BoardLine {
    return {
      hasUnit: (unit) => this.#site.line(line).hasUnit(unit),
      service: (unit, request) => {
        this.#catchUp();
        if (request.kind === 'read') return this.#site.line(line).service(unit, request);
        const device = this.#deviceAt(line, unit);
        if (device !== undefined && this.#reach(device, 'beforeCommand')) return undefined;
        const response = this.#disturb(() => this.#site.line(line).service(unit, request));
        return device !== undefined && this.#reach(device, 'afterCommand') ? undefined : response;
      },
    };
  }

  #deviceAt(line: string, unit: number): string | undefined {
    const { dispensers, scales, bins } = this.#options.file;
    return [...dispensers, ...scales, ...bins.flatMap(unitsOfBin)].find((row) => row.line === line && row.unit === unit)?.id;
  }

  /** A moment a cut may wait for. Returns whether the device has just lost its power. */
  #reach(device: string, moment: Cut['moment']): boolean {
    const cut = this.#cuts.get(device);
    if (cut?.moment !== moment) return false;
    this.#cuts.delete(device);
    // Inside a request the board dies at once, or its reply would still come; a motor can be cut at any point of its run.
    if (moment === 'motorStart' || moment === 'rollOut') this.#options.time.after(cut.delayMs, () => this.#cut(cut));
    else this.#cut(cut);
    return !this.isPowered(device);
  }

  #cut(cut: Cut): void {
    this.#setPower(cut.device, false);
    this.#options.time.after(cut.forMs, () => this.#setPower(cut.device, true));
  }

  #setPower(device: string, on: boolean): void {
    if (on === this.isPowered(device)) return;
    if (on) this.#unpowered.delete(device);
    else this.#unpowered.add(device);
    this.#disturb(() => this.#site.obey({ do: 'power', device, on }));
  }
}

/** The map of the devices on a line, which says how late they may answer. */
function mapOnLine(line: string) {
  if (line.startsWith('dispenser')) return dispenserBd1;
  return line.startsWith('bin') ? bin4 : scaleWcn;
}
