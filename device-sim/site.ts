/**
 * One simulated sorting point: boards by line and unit, readers, and the people who come. Village time passes through `advance` alone,
 * in fixed steps, so that equal seeds and equal requests give equal runs. Wires, files, clocks and the terminal are handed in; nothing of
 * the gateway is known here but what it asks over a line.
 */
import assert from 'node:assert/strict';
import { z } from 'zod';
import type { ModbusRequest, ModbusResponse } from '../protocol/modbus.ts';
import { BinBoard, compartmentsSchema } from './bin-board.ts';
import type { BinUnit } from './bin-unit.ts';
import type { Board } from './board.ts';
import { StaleWords } from './board-faults.ts';
import type { SiteOrder } from './control.ts';
import { type BoardMemory, DispenserBoard } from './dispenser-board.ts';
import { FrameBoards } from './frame-boards.ts';
import type { Act, Sight, Village } from './physics/village.ts';
import { gatherVillagers, quietMs, resumeVillagers, stepVillagers, type Villagers } from './physics/villagers.ts';
import { Random, randomFor } from './random.ts';
import type { BoardLine } from './rtu-slave.ts';
import { ScaleBoard } from './scale-board.ts';
import { lookAround, villageOf } from './sight.ts';
import { SiteError } from './site-error.ts';
import type { MachineEvent, SiteEvent } from './site-event.ts';
import { compartmentsOfBin, type SiteFile, unitsOfBin } from './site-file.ts';
import type { VendingBoard } from './vending-board.ts';
import { VendingMachines } from './vending-machines.ts';

export interface SiteOptions {
  readonly site: SiteFile;
  readonly seed: number;
  /** Village time at the start. Unit: ms since 1970. */
  readonly startAtMs: number;
  /** Village milliseconds in one on the wire, 1..60. */
  readonly pace: number;
  /** Card codes, one a household. */
  readonly cards: readonly string[];
  /** Roll labels in printing order. */
  readonly labels: readonly string[];
  readonly withVillagers: boolean;
  /** Silence after which a ready lamp goes out, for a gateway that looks at idle devices less often. Unit: ms of wire time. */
  readonly lampMs?: number;
  /** What `keep` was given last, or `undefined` for a new site. */
  readonly kept: unknown;
  /** Stores what must outlive the process. Called before a label is used and whenever the caller asks for `kept`. */
  readonly keep: (kept: unknown) => void;
  readonly memoryOf: (dispenser: string) => BoardMemory;
  /** Unit: ms, never going back. */
  readonly wireMs: () => number;
  readonly reader: { readonly say: (reader: string, text: string) => void; readonly isHeard: (reader: string) => boolean };
  /** Says bytes on a plain line. Returns whether anybody listens. */
  readonly sayOn: (line: string, bytes: Uint8Array) => boolean;
  readonly tell: (event: SiteEvent) => void;
}

type Answer = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** One step of the whole site. Unit: ms of village time. */
const stepMs = 100;
/** Silence after which the ready lamp goes out. Unit: ms of wire time. */
const lampMs = 3_000;

const u32 = z.int().min(0).max(0xffff_ffff);
const keptSchema = z.strictObject({
  nextLabel: z.int().min(0),
  villagers: z.strictObject({
    random: u32,
    month: z.int(),
    turnout: z.strictObject({ waiting: z.array(z.int()), disappointed: z.array(z.int()), through: z.array(z.int()) }),
  }),
  random: z.record(z.string(), u32),
  bins: z.record(z.string(), compartmentsSchema),
});

export class Site {
  readonly #options: SiteOptions;
  readonly #village: Village;
  readonly #random = new Map<string, Random>();
  readonly #dispensers: ReadonlyMap<string, DispenserBoard>;
  readonly #scales: ReadonlyMap<string, ScaleBoard>;
  readonly #bins: ReadonlyMap<string, BinBoard>;
  /** By line and unit. */
  readonly #units: ReadonlyMap<string, ReadonlyMap<number, Board>>;
  readonly #vending: VendingMachines;
  readonly #plain: FrameBoards;
  readonly #stale: ReadonlyMap<Board, StaleWords>;
  #villagers: Villagers;
  #nextLabel: number;
  #nowMs: number;
  #owedMs = 0;
  #peopleStay = false;

  constructor(options: SiteOptions) {
    this.#options = options;
    const { site, seed, startAtMs } = options;
    const parsed = options.kept === undefined ? undefined : keptSchema.safeParse(options.kept);
    if (parsed !== undefined && !parsed.success)
      throw new SiteError('the kept village was written by another version; move the state folder away to start anew');
    const kept = parsed?.data;
    this.#nowMs = startAtMs;
    this.#nextLabel = kept?.nextLabel ?? 0;
    this.#village = villageOf(options);
    this.#villagers = kept ? resumeVillagers(kept.villagers, this.#village) : gatherVillagers(this.#village, randomFor(seed, 'villagers').state);
    const randomOf = (id: string): Random => {
      const stored = kept?.random[id];
      const random = stored === undefined ? randomFor(seed, id) : new Random(stored);
      this.#random.set(id, random);
      return random;
    };
    const onEvent = (event: MachineEvent) => this.#onMachine(event);
    this.#dispensers = new Map(
      site.dispensers.map((row) => {
        const mechanism = { capacity: row.capacity, jamProbability: row.jamProbability };
        const macKey = row.macKey === undefined ? null : Buffer.from(row.macKey, 'hex');
        const { memoryOf, wireMs } = options;
        return [row.id, new DispenserBoard({ id: row.id, mechanism, macKey, memory: memoryOf(row.id), random: randomOf(row.id), wireMs, onEvent })];
      }),
    );
    this.#scales = new Map(site.scales.map((row) => [row.id, new ScaleBoard({ ...row, random: randomOf(row.id), wireMs: options.wireMs, onEvent })]));
    this.#bins = new Map(
      site.bins.map((row) => {
        const parts = { compartments: compartmentsOfBin(row), units: unitsOfBin(row) };
        return [row.id, new BinBoard({ id: row.id, ...parts, random: randomOf(row.id), onEvent, kept: kept?.bins[row.id] })];
      }),
    );
    this.#vending = new VendingMachines({
      ...{ ...options, rows: site.vending, randomOf, onEvent },
      scan: (reader, label) => void this.#scan(reader, label, 'label'),
    });
    this.#plain = new FrameBoards({ ...options, bins: this.#bins, onEvent });
    this.#units = new Map(site.lines.map((line) => [line.id, this.#unitsOn(line.id)]));
    this.#stale = new Map([...this.boards().values()].flatMap((board) => (board.map === undefined ? [] : [[board, new StaleWords(board.map)]])));
  }

  /** What the next start needs to go on from here. */
  get kept(): unknown {
    const { random, month, turnout } = this.#villagers;
    return {
      nextLabel: this.#nextLabel,
      villagers: { random, month, turnout },
      random: Object.fromEntries([...this.#random].map(([id, stream]) => [id, stream.state])),
      bins: Object.fromEntries([...this.#bins].map(([id, bin]) => [id, bin.compartments])),
    };
  }

  /** Village time. Unit: ms since 1970. */
  get nowMs(): number {
    return Math.floor(this.#nowMs);
  }

  /** Whether a motor runs or is about to. */
  get isMoving(): boolean {
    return this.#vending.isMoving || [...this.#dispensers.values()].some((dispenser) => dispenser.isMoving);
  }

  /** Every board by its name. */
  boards(): ReadonlyMap<string, Board> {
    return new Map<string, Board>([...this.#dispensers, ...this.#scales, ...this.#binUnits(), ...this.#vending.boards, ...this.#plain.boards]);
  }

  /** What answers as `unit` on a line, powered or not. */
  boardOn(line: string, unit: number): Board | undefined {
    return this.#units.get(line)?.get(unit);
  }

  /** The boards of one line, as its wire serves them. */
  line(id: string): BoardLine {
    const units = this.#units.get(id);
    assert(units, `no line ${id}`);
    const service = (unit: number, request: ModbusRequest): ModbusResponse | undefined => {
      const board = units.get(unit);
      const response = board?.answer(request);
      return board && response && (this.#stale.get(board)?.mix(request, response, board.faults) ?? response);
    };
    const turnaroundMs = (unit: number) => units.get(unit)?.map?.turnaroundMs ?? 0;
    return { hasUnit: (unit) => units.get(unit)?.isPowered ?? false, service, turnaroundMs };
  }

  /** The boards of a plain line: what they answer to bytes, null when a wire was opened. */
  hear(line: string, bytes: Uint8Array | null): readonly Uint8Array[] {
    const heard = this.#vending.hear(line, bytes) ?? this.#plain.hear(line, bytes);
    if (heard !== undefined) return heard;
    const boards = [...(this.#units.get(line)?.values() ?? [])].filter((board) => board instanceof ScaleBoard);
    if (bytes !== null) return boards.flatMap((board) => board.hear(bytes));
    for (const board of boards) board.openWire();
    return [];
  }

  /** Nobody comes any more; machines go on. */
  sendPeopleHome(): void {
    this.#peopleStay = true;
  }

  /** Lets `elapsedMs` of village time pass, in whole steps; the rest is owed to the next call. */
  advance(elapsedMs: number): void {
    this.#owedMs += elapsedMs;
    for (; this.#owedMs >= stepMs; this.#owedMs -= stepMs) this.#step(stepMs);
  }

  /** How long nothing happens by itself: nothing moves, and nobody comes before that. 0 while something goes on. Unit: village ms. */
  get quietMs(): number {
    if (this.isMoving) return 0;
    return !this.#options.withVillagers || this.#peopleStay ? Number.POSITIVE_INFINITY : quietMs(this.#villagers, this.#village, this.#sight());
  }

  /** Lets a quiet time, at most `quietMs`, pass in one stride. */
  rest(elapsedMs: number): void {
    this.#step(elapsedMs);
  }

  /** Does what was typed, or says why not. */
  obey(order: SiteOrder): Answer {
    switch (order.do) {
      case 'scan':
        return this.#scan(order.reader, order.text, 'text');
      case 'card':
        return order.household > this.#options.cards.length
          ? { ok: false, reason: `the card file has ${this.#options.cards.length} households` }
          : this.#act({ kind: 'showCard', reader: order.reader, household: order.household - 1 });
      case 'tray':
        return this.#act({ kind: 'putOnTray', scale: order.scale, grams: order.grams });
      case 'door':
        return this.#act({ kind: 'setDoor', device: order.device, open: order.open });
      case 'take':
        return this.#act({ kind: 'takeRolls', dispenser: order.dispenser });
      case 'free-throat':
        return this.#act({ kind: 'freeThroat', dispenser: order.dispenser });
      case 'load':
        return this.#loadLabels(order.dispenser, order.labels);
      case 'restock':
        return this.#restock(order.dispenser, order.rolls);
      case 'unload':
        return this.#byHand(order.dispenser, (iron) => iron.unload());
      case 'smoke':
        return this.#with(this.#bins, order.bin, (bin) => {
          bin.setSmoke(order.compartment, order.on);
          this.#options.tell({ event: 'smoke', device: order.bin, compartment: order.compartment, on: order.on });
        });
      case 'service-dispense':
        return this.#with(this.#dispensers, order.dispenser, (dispenser) => {
          const word = dispenser.dispenseForService(order.rolls);
          return word === 'written' ? undefined : `the board is ${word === 'busy' ? 'busy' : 'without power or its door is open'}`;
        });
      case 'power':
        return this.#with(new Map<string, Pick<Board, 'setPower'>>([...this.#bins, ...this.boards()]), order.device, (board) => board.setPower(order.on));
    }
  }

  #binUnits(): ReadonlyMap<string, BinUnit> {
    return new Map([...this.#bins.values()].flatMap((bin) => [...bin.units]));
  }

  #unitsOn(line: string): ReadonlyMap<number, Board> {
    const { site } = this.#options;
    const boards = new Map<number, Board>();
    const place = <B extends Board>(rows: readonly { id: string; line: string; unit: number }[], built: ReadonlyMap<string, B>) => {
      for (const row of rows) {
        const board = built.get(row.id);
        if (row.line === line && board !== undefined) boards.set(row.unit, board);
      }
    };
    place(site.dispensers, this.#dispensers);
    place(site.scales, this.#scales);
    place(site.bins.flatMap(unitsOfBin), this.#binUnits());
    return boards;
  }

  #step(elapsedMs: number): void {
    this.#nowMs += elapsedMs;
    for (const boards of [this.#dispensers, this.#scales, this.#bins]) for (const board of boards.values()) board.advance(elapsedMs);
    this.#vending.advance(elapsedMs);
    this.#plain.advance(elapsedMs);
    for (const { id, line } of this.#options.site.scales) this.#scales.get(id)?.stream((bytes) => this.#options.sayOn(line, bytes));
    if (!this.#options.withVillagers || this.#peopleStay) return;
    const { villagers, acts } = stepVillagers(this.#villagers, this.#village, this.#sight(), elapsedMs);
    this.#villagers = villagers;
    for (const act of acts) this.#act(act);
  }

  #sight(): Sight {
    const { site, reader, labels, lampMs: lamp = lampMs } = this.#options;
    const boards = { dispensers: this.#dispensers, scales: this.#scales, bins: this.#bins };
    return lookAround({ site, nowMs: this.#nowMs, ...boards, isHeard: reader.isHeard, lampMs: lamp, rollsInStore: labels.length - this.#nextLabel });
  }

  #onMachine(event: MachineEvent): void {
    this.#options.tell(event);
    if (event.event !== 'roll-out') return;
    const { dispensers, vending } = this.#options.site;
    const exit = [...dispensers, ...vending].find((row) => row.id === event.device)?.exit;
    if (exit !== undefined) this.#scan(exit, event.label, 'label');
  }

  #scan(reader: string, text: string, what: 'card' | 'label' | 'material' | 'text'): Answer {
    const { site, reader: readers, tell } = this.#options;
    if (!site.readers.some((row) => row.id === reader)) return { ok: false, reason: `there is no reader ${reader}` };
    tell({ event: 'scan', reader, what, heard: readers.isHeard(reader) });
    readers.say(reader, text);
    return { ok: true };
  }

  #act(act: Act): Answer {
    const { tell, cards } = this.#options;
    switch (act.kind) {
      case 'showCard':
        return this.#scan(act.reader, cards[act.household] ?? '', 'card');
      case 'scanMaterial':
        return this.#scan(act.reader, act.code, 'material');
      case 'putOnTray':
        return this.#with(this.#scales, act.scale, (scale) => {
          scale.putOnTray(act.grams);
          tell({ event: 'tray', device: act.scale, grams: act.grams });
        });
      case 'takeRolls':
        return this.#byHand(act.dispenser, (iron) => iron.takeRolls());
      case 'freeThroat':
        return this.#byHand(act.dispenser, (iron) => iron.freeThroat());
      case 'loadRoll':
        return this.#loadNext(act.dispenser);
      case 'setDoor':
        return this.#setDoor(act.device, act.open);
      case 'throwIn':
        return this.#with(this.#bins, act.bin, (bin) => bin.throwIn(act.compartment, act.permille));
      case 'emptyCompartment':
        return this.#with(this.#bins, act.bin, (bin) => {
          bin.empty(act.compartment);
          tell({ event: 'bin-emptied', device: act.bin, compartment: act.compartment });
        });
      case 'leave':
        tell({ event: 'visit', place: act.at, household: act.household, outcome: act.outcome, waitedMs: act.waitedMs });
        return { ok: true };
    }
  }

  #setDoor(device: string, open: boolean): Answer {
    const doors = new Map<string, DispenserBoard | BinBoard>([...this.#dispensers, ...this.#bins]);
    return this.#with(doors, device, (board) => {
      board.setDoor(open);
      this.#options.tell({ event: 'door', device, open });
    });
  }

  /** The keeper takes the next roll from the store room. Its label counts as used before it is in: killed here, a roll falls to the floor. */
  #loadNext(dispenser: string): Answer {
    const label = this.#options.labels[this.#nextLabel];
    if (label === undefined) return { ok: false, reason: 'the store room is empty' };
    this.#nextLabel += 1;
    this.#options.keep(this.kept);
    return this.#loadLabels(dispenser, [label]);
  }

  #restock(dispenser: string, rolls: number): Answer {
    if (this.#dispensers.get(dispenser)?.mechanism.doorOpen === false) return { ok: false, reason: 'the door is closed' };
    for (let loaded = 0; loaded < rolls; loaded += 1) {
      const answer = this.#loadNext(dispenser);
      if (!answer.ok) return { ok: false, reason: `${answer.reason}, after ${loaded} rolls` };
    }
    return { ok: true };
  }

  /** What hands do inside any dispenser. */
  #byHand(id: string, use: (iron: Pick<DispenserBoard | VendingBoard, 'unload' | 'takeRolls' | 'freeThroat'>) => unknown): Answer {
    const answer = this.#with(new Map<string, DispenserBoard | VendingBoard>([...this.#dispensers, ...this.#vending.boards]), id, use);
    this.#vending.keep(id);
    return answer;
  }

  /** Puts rolls in and holds each label before the exit reader, as a keeper does: all of them, or none. */
  #loadLabels(dispenser: string, labels: readonly string[]): Answer {
    if (this.#vending.boards.has(dispenser)) return this.#with(this.#vending.boards, dispenser, () => this.#vending.load(dispenser, labels));
    const row = this.#options.site.dispensers.find((one) => one.id === dispenser);
    return this.#with(this.#dispensers, dispenser, (board) => {
      const free = (row?.capacity ?? 0) - board.mechanism.magazine.length;
      if (labels.length > free) return `${labels.length} rolls do not fit, there is room for ${free}`;
      for (const label of labels) {
        const loaded = board.load(label);
        if (!loaded.ok) return loaded.reason;
        this.#scan(row?.exit ?? '', label, 'label');
      }
      this.#options.tell({ event: 'roll-loaded', device: dispenser, rolls: board.mechanism.magazine.length });
      return undefined;
    });
  }

  /** Uses the board called `id`; a text returned by `use` says why it could not be. */
  #with<B>(boards: ReadonlyMap<string, B>, id: string, use: (board: B) => unknown): Answer {
    const board = boards.get(id);
    if (board === undefined) return { ok: false, reason: `there is no such device: ${id}` };
    const reason = use(board);
    return typeof reason === 'string' ? { ok: false, reason } : { ok: true };
  }
}
