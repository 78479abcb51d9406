/**
 * One simulated sorting point, alive: boards on their lines, readers, and villagers who come and go as village time passes. People reach
 * the machines only through `act`, and the gateway reaches them only through the wires. State is stored so that a site resumes.
 */
import { join } from 'node:path';
import type { ModbusService } from '../protocol/modbus.ts';
import { BinBoard, type Board, DispenserBoard, ScaleBoard } from './boards.ts';
import type { BinCompartment } from './physics/bin-compartment.ts';
import type { Mechanism } from './physics/dispenser-mechanism.ts';
import type { Act, Sight, Village } from './physics/village.ts';
import { gatherVillagers, stepVillagers, type Villagers } from './physics/villagers.ts';
import { randomFor } from './random.ts';
import { serveReaderSerial, serveRtuSerial } from './serve-serial.ts';
import { type Served, serveModbusTcp, serveRtuOverTcp, serveTcp } from './serve-tcp.ts';
import type { SiteFile } from './site-file.ts';
import { type Durability, loadJsonFile, openJournal, openSlotFile, openStateFolder, replaceJsonFile } from './state-file.ts';

export interface SiteOptions {
  readonly file: SiteFile;
  readonly stateFolder: string;
  /** Card texts, one a household. */
  readonly cards: readonly string[];
  /** Roll labels in printing order. */
  readonly labels: readonly string[];
  readonly pace: number;
  readonly seed: number;
  /** Village time at the start. Unit: ms since 1970. */
  readonly startMs: number;
  readonly withVillagers: boolean;
  readonly durability: Durability;
  /** Places that replace those of the site file, by line or reader. */
  readonly places: ReadonlyMap<string, string>;
  readonly tell: (event: string, facts: object) => void;
}

interface Stored {
  readonly nextLabel: number;
  readonly villagers: Villagers | null;
  readonly dispensers: Readonly<Record<string, Mechanism>>;
  readonly bins: Readonly<Record<string, readonly BinCompartment[]>>;
}

/** Real time between two steps of the world, and the longest step of village time the physics takes at once. Unit: ms. */
const tickMs = 10;
const stepMs = 50;
/** A machine that slept does not make the village live through all of it. Unit: wire ms. */
const gapMsMax = 250;
const saveEveryMs = 1000;

export class Site {
  readonly #options: SiteOptions;
  readonly #dispensers = new Map<string, DispenserBoard>();
  readonly #scales = new Map<string, ScaleBoard>();
  readonly #bins = new Map<string, BinBoard>();
  readonly #off = new Set<string>();
  readonly #served = new Map<string, Served>();
  readonly #closers: (() => void)[] = [];
  readonly #village: Village;
  readonly #stateFile: string;
  #villagers: Villagers;
  #nextLabel: number;
  #nowMs: number;
  #lastTickMs = performance.now();
  #lastSaveMs = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SiteOptions) {
    this.#options = options;
    const { file, pace, seed, cards } = options;
    const folder = openStateFolder(options.stateFolder);
    this.#stateFile = join(folder, 'site.json');
    const stored = loadJsonFile(this.#stateFile) as Stored | undefined;
    this.#nowMs = options.startMs;
    this.#nextLabel = stored?.nextLabel ?? 0;
    this.#village = {
      households: cards.length,
      dispensers: file.dispensers.map((row) => ({ dispenser: row.id, reader: row.counter, capacity: row.capacity })),
      scales: file.scales.map((row) => ({ scale: row.id, reader: row.counter })),
      bins: file.bins.map((row) => ({ bin: row.id, compartments: 4 })),
      materials: file.materials,
      pace,
    };
    this.#villagers = stored?.villagers ?? gatherVillagers(this.#village, seed);
    for (const row of file.dispensers) this.#addDispenser(row, folder, stored?.dispensers[row.id]);
    for (const row of file.scales) this.#scales.set(row.id, new ScaleBoard(randomFor(seed, row.id), () => performance.now()));
    for (const row of file.bins) this.#bins.set(row.id, new BinBoard(randomFor(seed, row.id), stored?.bins[row.id]));
  }

  /** Opens every line and reader, then lets time pass. @throws SiteError for a place that cannot be had. */
  async open(): Promise<void> {
    const { file, places, tell } = this.#options;
    for (const row of file.lines) {
      const at = places.get(row.id) ?? row.listen;
      const serve = at.startsWith('/') ? serveRtuSerial : row.framing === 'mbap' ? serveModbusTcp : serveRtuOverTcp;
      const served = await serve(row.id, at, this.#serviceOf(row.id));
      this.#served.set(row.id, served);
      tell('listening', { line: row.id, address: served.address });
    }
    for (const row of file.readers) {
      const at = places.get(row.id) ?? row.listen;
      const served = at.startsWith('/') ? await serveReaderSerial(row.id, at) : await serveTcp(row.id, at, (socket) => void socket.resume());
      this.#served.set(row.id, served);
      tell('listening', { reader: row.id, address: served.address });
    }
    this.#lastTickMs = performance.now();
    this.#timer = setInterval(() => this.#tick(), tickMs);
    tell('ready', {});
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#save();
    await Promise.all([...this.#served.values()].map((served) => served.close()));
    for (const close of this.#closers) close();
  }

  /** What a person does. @returns why it cannot be done, or null. */
  act(act: Act): string | null {
    switch (act.kind) {
      case 'showCard':
        return this.scan(act.reader, this.#options.cards[act.household] ?? '');
      case 'scanMaterial':
        return this.scan(act.reader, act.code);
      case 'putOnTray':
        return this.#with(this.#scales, act.scale, (scale) => scale.putOnTray(act.grams));
      case 'takeRolls':
        return this.#with(this.#dispensers, act.dispenser, (dispenser) => dispenser.takeRolls());
      case 'freeThroat':
        return this.#with(this.#dispensers, act.dispenser, (dispenser) => dispenser.freeThroat());
      case 'setDoor':
        return this.setDoor(act.device, act.open);
      case 'loadRoll':
        return this.#loadNext(act.dispenser);
      case 'throwIn':
        return this.#with(this.#bins, act.bin, (bin) => bin.throwIn(act.compartment, act.permille));
      case 'emptyCompartment':
        return this.#with(this.#bins, act.bin, (bin) => bin.empty(act.compartment));
      case 'leave':
        this.#options.tell('visit', { at: act.at, outcome: act.outcome, waitedMs: Math.round(act.waitedMs) });
        return null;
    }
  }

  /** A reader reads a text: its bytes go to whoever listens. */
  scan(reader: string, text: string): string | null {
    return this.#with(this.#served, reader, (served) => served.send(Buffer.from(`${text}\r\n`)));
  }

  setDoor(device: string, open: boolean): string | null {
    const board = this.#dispensers.get(device) ?? this.#bins.get(device);
    if (board === undefined) return `there is no dispenser or bin ${device}`;
    board.setDoor(open);
    return null;
  }

  setSmoke(bin: string, compartment: number, smoke: boolean): string | null {
    return this.#with(this.#bins, bin, (board) => board.setSmoke(compartment, smoke));
  }

  /** Puts a roll with this label behind the others and holds its label before the exit reader, as a keeper does. */
  load(dispenser: string, label: string): string | null {
    const board = this.#dispensers.get(dispenser);
    const row = this.#options.file.dispensers.find((one) => one.id === dispenser);
    if (board === undefined || row === undefined) return `there is no dispenser ${dispenser}`;
    const refused = board.load(label);
    return refused ?? this.scan(row.exit, label);
  }

  /** Switches the supply of a board; without it nobody answers. */
  setPower(device: string, on: boolean): string | null {
    if (![this.#dispensers, this.#scales, this.#bins].some((boards) => boards.has(device))) return `there is no device ${device}`;
    if (on) this.#off.delete(device);
    else this.#off.add(device);
    return null;
  }

  #addDispenser(row: SiteFile['dispensers'][number], folder: string, stored: Mechanism | undefined): void {
    const { seed, durability, tell } = this.#options;
    const slots = openSlotFile(join(folder, `${row.id}.nv`), durability);
    const journal = openJournal(join(folder, 'motor-journal.jsonl'), durability);
    this.#closers.push(() => slots.close(), () => journal.close());
    const board = new DispenserBoard({
      slots,
      random: randomFor(seed, row.id),
      mechanics: { capacity: row.capacity, jamProbability: row.jamProbability },
      macKey: row.macKey === undefined ? null : Buffer.from(row.macKey, 'hex'),
      stored,
      wireMs: () => performance.now(),
      onMotor: (job, label) => {
        journal.append({ job, label: label ?? null });
        tell('motor-start', { dispenser: row.id, job });
      },
      onRollOut: (label) => {
        this.scan(row.exit, label);
        this.#save();
        tell('roll-out', { dispenser: row.id, label, ctrOut: board.nv.ctrOut });
      },
    });
    this.#dispensers.set(row.id, board);
  }

  #loadNext(dispenser: string): string | null {
    const label = this.#options.labels[this.#nextLabel];
    if (label === undefined) return 'the store room is empty';
    const refused = this.load(dispenser, label);
    if (refused === null) this.#nextLabel += 1;
    return refused;
  }

  #serviceOf(line: string): ModbusService {
    const { file } = this.#options;
    const units = new Map<number, { id: string; board: Board | undefined }>();
    for (const row of file.dispensers) if (row.line === line) units.set(row.unit, { id: row.id, board: this.#dispensers.get(row.id) });
    for (const row of file.scales) if (row.line === line) units.set(row.unit, { id: row.id, board: this.#scales.get(row.id) });
    for (const row of file.bins) if (row.line === line) units.set(row.unit, { id: row.id, board: this.#bins.get(row.id) });
    return (unit, request) => {
      const there = units.get(unit);
      return there === undefined || this.#off.has(there.id) ? undefined : there.board?.answer(request);
    };
  }

  #tick(): void {
    const now = performance.now();
    const elapsedMs = Math.min(now - this.#lastTickMs, gapMsMax) * this.#options.pace;
    this.#lastTickMs = now;
    for (let left = elapsedMs; left > 0; left -= stepMs) this.#step(Math.min(stepMs, left));
    if (now - this.#lastSaveMs >= saveEveryMs) this.#save();
  }

  #step(elapsedMs: number): void {
    this.#nowMs += elapsedMs;
    for (const [id, board] of [...this.#dispensers, ...this.#scales, ...this.#bins] as [string, Board][]) if (!this.#off.has(id)) board.advance(elapsedMs);
    if (!this.#options.withVillagers) return;
    const { villagers, acts } = stepVillagers(this.#villagers, this.#village, this.#sight(), elapsedMs);
    this.#villagers = villagers;
    for (const act of acts) this.act(act);
  }

  #sight(): Sight {
    const listened = (reader: string) => (this.#served.get(reader)?.clients() ?? 0) > 0;
    const local = new Date(this.#nowMs + 8 * 3_600_000);
    return {
      month: local.getUTCFullYear() * 12 + local.getUTCMonth(),
      dispensers: this.#village.dispensers.map(({ dispenser, reader }) => {
        const board = this.#dispensers.get(dispenser);
        const iron = board?.iron;
        const blocked = iron !== undefined && !iron.motorOn && iron.cycleMs > 0;
        return { lampOn: (board?.heard() ?? false) && listened(reader), doorOpen: iron?.doorOpen ?? false, throatBlocked: blocked, rollsInMagazine: iron?.magazine.length ?? 0, rollsInTray: iron?.tray.length ?? 0 };
      }),
      scales: this.#village.scales.map(({ scale, reader }) => ({ lampOn: (this.#scales.get(scale)?.heard() ?? false) && listened(reader) })),
      bins: this.#village.bins.map(({ bin }) => this.#bins.get(bin)?.fills ?? []),
      rollsInStore: this.#options.labels.length - this.#nextLabel,
    };
  }

  #save(): void {
    this.#lastSaveMs = performance.now();
    const states = <Value>(boards: ReadonlyMap<string, { state: () => Value }>) => Object.fromEntries([...boards].map(([id, board]) => [id, board.state()]));
    replaceJsonFile(this.#stateFile, { nextLabel: this.#nextLabel, villagers: this.#villagers, dispensers: states(this.#dispensers), bins: states(this.#bins) });
  }

  #with<Thing>(things: ReadonlyMap<string, Thing>, id: string, use: (thing: Thing) => void): string | null {
    const thing = things.get(id);
    if (thing === undefined) return `there is no ${id} at this site`;
    use(thing);
    return null;
  }
}
