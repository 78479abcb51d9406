/**
 * Everything at the end of a wire: lines, devices, readers, and the station that tells each counter's story. It routes what a reader saw
 * to the station it stands at, and turns coming and going of devices into events. Start-up never waits for any of them.
 */
import assert from 'node:assert/strict';
import { dirname, resolve } from 'node:path';
import type { BagVillage } from '../protocol/bag-code.ts';
import type { BinPart, CompartmentReading } from '../protocol/bin-reading.ts';
import { binCatalogue, binPartCatalogue, scaleCatalogue } from '../protocol/devices/catalogue.ts';
import { dispenserBd1 } from '../protocol/devices/dispenser-bd1.ts';
import type { DeviceMap } from '../protocol/register-map.ts';
import { parseScan } from '../protocol/scan.ts';
import { assembleBin } from './bin-assembly.ts';
import { openDeposits } from './bin-deposits.ts';
import { ownPorts, type SiteConfig } from './config.ts';
import type { LoadedSite } from './config-file.ts';
import type { DeviceRun } from './core/acceptance.ts';
import { describeSymptom, judgeTraffic, rememberTraffic, type TrafficMemory } from './core/bus-symptoms.ts';
import { quotaPeriod } from './core/calendar.ts';
import { isTrusted } from './core/clock-trust.ts';
import type { DeviceHealth } from './core/device-health.ts';
import { CounterPrinters } from './counter-printers.ts';
import { deviceFacts, identifyDevices } from './device-facts.ts';
import type { DeviceView } from './device-view.ts';
import { type GatewayKeys, loadMacKey } from './keys.ts';
import { finishJobsMs, finishLookMs } from './limits.ts';
import type { Log } from './log.ts';
import type { Machine } from './machine.ts';
import type { OpenByteStream, SerialTransport, TcpTransport } from './southbound/byte-stream.ts';
import { type Device, openDevice } from './southbound/device.ts';
import { EasivendBoard } from './southbound/easivend-board.ts';
import type { FrameStream } from './southbound/frame-stream.ts';
import type { PortStats } from './southbound/frame-wire.ts';
import { type Line, type LineState, openLine } from './southbound/line.ts';
import { LockBoard } from './southbound/lock-board.ts';
import { Modem } from './southbound/modem.ts';
import { openReader, type Reader } from './southbound/reader.ts';
import type { Recording } from './southbound/recording.ts';
import { AskedScale, RegisterScaleUnit, type Scale, StreamedScale } from './southbound/scale.ts';
import { VmcBoard } from './southbound/vmc-board.ts';
import type { Store } from './store/store.ts';
import type { VillageTime } from './village-time.ts';
import type { BusReport } from './web/bus-metrics.ts';
import type { Fitted } from './workflows/assembled-bin.ts';
import { type Bin, ControllerBin } from './workflows/bin.ts';
import { findCardHolder } from './workflows/card-holder.ts';
import type { FieldLook } from './workflows/commission.ts';
import { DispenserBoard } from './workflows/dispenser-board.ts';
import { DispenserStation } from './workflows/dispenser-station.ts';
import { type DispenserOutcome, type DrawPlace, quotaIn } from './workflows/draw.ts';
import { LineLoans, type LoanableLine } from './workflows/line-loans.ts';
import { notifyAlarms } from './workflows/notify-alarms.ts';
import { recordHealth } from './workflows/record-health.ts';
import type { Books } from './workflows/story.ts';
import { VendingStation } from './workflows/vending-station.ts';
import { watchBin } from './workflows/watch-bins.ts';
import { type WeighOutcome, WeighStation } from './workflows/weigh-for-points.ts';

/** What happened at a counter, for screens and timelines. `station` is the dispenser or scale. */
export type FieldOutcome = { readonly station: string; readonly outcome: DispenserOutcome | WeighOutcome };

export interface FieldOptions {
  readonly machine: Machine;
  readonly site: LoadedSite;
  readonly store: Store;
  readonly keys: GatewayKeys;
  readonly time: VillageTime;
  /** Rules of a day, and every price list. */
  readonly books: Pick<Books, 'rules' | 'tariffs'>;
  readonly signal: AbortSignal;
  /** Hands over a task that must not fail. */
  readonly background: (name: string, task: Promise<void>) => void;
  readonly log: Log;
  readonly onOutcome: (outcome: FieldOutcome) => void;
  readonly idlePollMs: number | undefined;
  /** Keeps a copy of what passes on every wire. */
  readonly recording: Recording | undefined;
}

const streams = (model: string): boolean => {
  const scale = scaleCatalogue[model];
  return scale?.speaks === 'frames' && scale.device.talk === 'streams';
};

/** Whatever stands at the end of a wire and comes and goes. */
type FieldDevice = Pick<Scale, 'id' | 'model' | 'health' | 'place' | 'traffic' | 'identify' | 'close'>;

export class Field {
  readonly dispensers = new Map<string, DispenserStation>();
  readonly bins = new Map<string, Bin>();
  readonly loans: LineLoans;
  readonly scales = new Map<string, WeighStation>();
  readonly vending = new Map<string, VendingStation>();
  readonly #options: FieldOptions;
  /** By what is spoken on them: asked, or listened to. */
  readonly #lines = new Map<string, Line>();
  readonly #streams = new Map<string, FrameStream>();
  readonly #devices: FieldDevice[] = [];
  readonly #printers: CounterPrinters;
  /** Devices with a port of their own. */
  readonly #ports: { close(): Promise<void> }[] = [];
  /** Those of them that count what passes, by name. */
  readonly #counted = new Map<string, { stats(): PortStats }>();
  readonly #readers: { readonly counter: Reader[]; readonly exit: Reader[] } = { counter: [], exit: [] };
  /** The last look at each bin. */
  readonly #looks = new Map<string, readonly CompartmentReading[]>();
  readonly #parts = { onLines: new Map<string, Fitted<BinPart>>(), locks: new Map<string, LockBoard>() };
  readonly #scanners = new Map<string, { counter?: (text: string) => void; exit?: (text: string) => void }>();
  #traffic: TrafficMemory = new Map();

  constructor(options: FieldOptions) {
    this.#options = options;
    this.#printers = new CounterPrinters(options);
    this.#ports.push(this.#printers);
    const [{ config }, { clock }] = [options.site, options.machine];
    const isStreamed = (line: string) => config.scales.some((row) => row.line === line && streams(row.model));
    for (const { id, transport } of config.lines)
      if (!isStreamed(id)) this.#lines.set(id, openLine({ id, transport, clock, openStream: this.#openerOf(id, transport) }));
    for (const row of config.dispensers) this.#openDispenser(row);
    for (const row of config.vending) this.#openVending(row);
    for (const row of config.scales) this.#openScale(row);
    for (const row of config.parts) this.#openPart(row);
    for (const row of config.bins) this.#openBin(row);
    for (const row of config.readers) this.#openReader(row);
    this.#openAlarms();
    this.loans = this.#openLoans();
    options.background('device health', recordHealth({ ...options, wire: clock, attended: () => this.#attend() }, options.signal));
  }

  #tell(told: FieldOutcome): void {
    this.#printers.print(told.station, told.outcome);
    this.#options.onOutcome(told);
  }

  #openAlarms(): void {
    const { site, store, machine, background, signal } = this.#options;
    const { alarms, village } = site.config;
    if (alarms === null) return;
    // Never recorded: numbers pass on this wire.
    const modem = new Modem({ transport: alarms.modem, clock: machine.clock, openStream: machine.openStream });
    this.#ports.push(modem);
    background('fire alarms', notifyAlarms({ modem, numbers: alarms.numbers, village: village.name, store, wire: machine.clock }, signal));
  }

  #openLoans(): LineLoans {
    const { site, store, machine } = this.#options;
    const lines = new Map<string, LoanableLine>();
    for (const { id, transport } of site.config.lines) {
      const line = this.#lines.get(id) ?? this.#streams.get(id);
      if (line !== undefined) lines.set(id, { line, transport });
    }
    const busy = (line: string) => {
      const dispenser = site.config.dispensers.find((row) => row.line === line && store.jobs.open(row.id) !== undefined);
      return dispenser === undefined ? null : `${dispenser.id} is in the middle of a job.`;
    };
    return new LineLoans({ lines, ports: ownPorts(site.config), busy, wire: machine.clock });
  }

  devices(): DeviceView[] {
    const symptoms = judgeTraffic(this.#traffic);
    return this.#attended().map(({ unit, ...device }) => {
      const facts = this.#factsOf(device.id);
      const { locked, rollsInMagazine, core } = facts;
      const symptom = symptoms.get(device.id);
      const idle = typeof core === 'string' ? `weighing core ${core}` : rollsInMagazine === undefined ? '' : `${rollsInMagazine} rolls`;
      const own = typeof locked === 'string' ? `locked: ${locked}` : idle;
      const note = [own, symptom === undefined ? '' : describeSymptom(symptom, unit)].filter((part) => part !== '').join('; ');
      return { ...device, note, facts: symptom === undefined ? facts : { ...facts, symptom } };
    });
  }

  /** The same for an examination, with what passed on the wires. */
  look(): FieldLook {
    const devices = this.#attended().map(({ id, model, state }) => {
      const { locked } = this.#factsOf(id);
      return { id, model, state, locked: typeof locked === 'string' ? locked : null };
    });
    const { lines, devices: traffic } = this.bus();
    return { devices, lines, traffic };
  }

  /** What devices say of themselves; a device that says nothing now is left out. */
  identify(signal: AbortSignal): Promise<ReadonlyMap<string, DeviceRun['identity']>> {
    return identifyDevices(this.dispensers.values(), this.#devices, signal);
  }

  /** Every device that is asked or listened to, and whether it is there. */
  #attended(): { readonly id: string; readonly model: string; readonly state: DeviceHealth['state']; readonly unit: number }[] {
    const { vending, parts } = this.#options.site.config;
    const onPorts = [...vending, ...parts.filter(({ model }) => model === 'WKLY')].map(({ id, model }) => {
      const online = (this.vending.get(id) ?? this.#parts.locks.get(id))?.online ?? null;
      return { id, model, state: online === null ? 'unknown' : online ? 'online' : 'offline', unit: 1 } as const;
    });
    return [...this.#devices.map((device) => ({ id: device.id, model: device.model, state: device.health().state, unit: device.place().unit })), ...onPorts];
  }

  #attend(): readonly { readonly id: string; readonly state: DeviceHealth['state'] }[] {
    this.#traffic = rememberTraffic(this.#traffic, this.bus().devices);
    return this.#attended();
  }

  #factsOf(id: string): Record<string, unknown> {
    const { store } = this.#options;
    const locks = this.#parts.locks.get(id);
    if (locks !== undefined) return { doors: Object.fromEntries(locks.doors) };
    return deviceFacts(id, { store, dispensers: this.dispensers, vending: this.vending, scales: this.scales, look: this.#looks.get(id) ?? [] });
  }

  /** What passes on the lines, and how each device does on its own. */
  bus(): BusReport {
    return {
      lines: [...this.#lines.values(), ...this.#streams.values()].map((line) => ({ id: line.id, ...line.stats() })),
      devices: this.#devices.map((device) => ({ id: device.id, ...device.place(), ...device.traffic() })),
      ports: [...this.#counted].map(([id, board]) => ({ id, ...board.stats() })),
    };
  }

  /**
   * Lets nothing new begin at the counters and waits for what runs, at most `finishJobsMs`: the exit readers are listened to until then, so
   * that the last roll has a name.
   */
  async finish(): Promise<void> {
    const { store, machine } = this.#options;
    await this.#closeReaders('counter');
    const until = machine.clock.monotonicMs() + finishJobsMs;
    const isBusy = () =>
      [...this.dispensers.values()].some(({ id, status }) => status !== null && store.jobs.open(id) !== undefined) ||
      [...this.vending.values()].some(({ isDispensing }) => isDispensing);
    while (isBusy() && machine.clock.monotonicMs() < until) await machine.clock.sleep(finishLookMs, 'end of the running jobs');
    await this.#closeReaders('exit');
  }

  async #closeReaders(role: 'counter' | 'exit'): Promise<void> {
    await Promise.all(this.#readers[role].splice(0).map((reader) => reader.close()));
  }

  async close(): Promise<void> {
    await Promise.all([this.#closeReaders('counter'), this.#closeReaders('exit')]);
    this.loans.close();
    for (const device of this.#devices) device.close();
    await Promise.all([...this.#lines.values(), ...this.#streams.values(), ...this.#ports].map((wire) => wire.close()));
    await this.#options.recording?.close();
  }

  /** The machine's way to open a wire, recorded where a recording runs. */
  #openerOf(id: string, transport: SerialTransport | TcpTransport): OpenByteStream {
    const { machine, recording } = this.#options;
    return recording?.line(id, transport, machine.openStream) ?? machine.openStream;
  }

  #lineOf(row: { line: string }): Line {
    const line = this.#lines.get(row.line);
    if (line === undefined) throw new Error(`no line ${row.line}; the site file was not cross-checked`);
    return line;
  }

  #openDevice<const M extends DeviceMap>(row: { id: string; line: string; unit: number }, map: M): Device<M> {
    const device = openDevice({ id: row.id, line: this.#lineOf(row), unit: row.unit, map, clock: this.#options.machine.clock });
    this.#devices.push(device);
    return device;
  }

  #openScaleUnit(row: SiteConfig['scales'][number]): Scale {
    const { machine, site } = this.#options;
    const scale = scaleCatalogue[row.model];
    if (scale === undefined) throw new Error(`no model ${row.model}; the site file was not checked`);
    const seat = { id: row.id, unit: row.unit, decimals: row.decimals ?? 0, clock: machine.clock };
    if (scale.speaks === 'registers') return new RegisterScaleUnit(scale, this.#lineOf(row), seat);
    if (scale.device.talk === 'answers') return new AskedScale(scale, this.#lineOf(row), seat);
    const line = site.config.lines.find(({ id }) => id === row.line);
    if (line === undefined) throw new Error(`no line ${row.line}; the site file was not cross-checked`);
    const streamed = new StreamedScale(scale, { ...line, openStream: this.#openerOf(line.id, line.transport) }, seat);
    this.#streams.set(row.line, streamed.stream);
    return streamed;
  }

  #openDispenser(row: SiteConfig['dispensers'][number]): void {
    const { site, store, time, machine, signal, background, idlePollMs } = this.#options;
    const macKey = row.macKeyFile === undefined ? null : loadMacKey(resolve(dirname(site.file), row.macKeyFile));
    const station = new DispenserStation({
      id: row.id,
      board: new DispenserBoard(this.#openDevice(row, dispenserBd1), macKey),
      store,
      clock: time.clock,
      wire: machine.clock,
      idlePollMs,
      bags: this.#bags(),
      quota: this.#quota(),
      onOutcome: (outcome) => this.#tell({ station: row.id, outcome }),
    });
    this.dispensers.set(row.id, station);
    this.#scanners.set(row.id, { counter: (text) => this.#cardAtDispenser(station, text), exit: (text) => station.scanAtExit(text) });
    background(`dispenser ${row.id}`, station.run(signal));
  }

  #openVending(row: SiteConfig['vending'][number]): void {
    const { store, machine, signal, background, idlePollMs } = this.#options;
    const { clock } = machine;
    const port = { transport: row.transport, clock, openStream: this.#openerOf(row.id, row.transport) };
    const board = row.model === 'VMC' ? new VmcBoard({ ...port, selection: row.channel }) : new EasivendBoard({ ...port, column: row.channel });
    this.#ports.push(board);
    this.#counted.set(row.id, board);
    const station = new VendingStation({
      ...{ id: row.id, board, store, wire: clock, idlePollMs, bags: this.#bags(), quota: this.#quota() },
      onOutcome: (outcome) => this.#tell({ station: row.id, outcome }),
    });
    this.vending.set(row.id, station);
    this.#scanners.set(row.id, { counter: (text) => this.#cardAtDispenser(station, text), exit: (text) => station.scanAtExit(text) });
    background(`dispenser ${row.id}`, station.run(signal));
  }

  #quota(): DrawPlace['quota'] {
    const { store, time, books } = this.#options;
    const today = () => quotaPeriod({ nowMs: time.clock.now(), timeq: time.quality(), lastTrustedMs: store.lastTrustedMs() });
    return quotaIn(store, (day) => books.rules(day).rules.bags, today);
  }

  #cardAtDispenser(station: Pick<DispenserStation, 'id' | 'draw'>, text: string): void {
    const { store, keys } = this.#options;
    const scan = parseScan(text, { bags: this.#bags(), materials: this.#materials() });
    const holder = findCardHolder(store.people, keys.credentialKey, scan.ok && scan.kind === 'card' ? scan.code : undefined);
    if (holder.ok) void station.draw(holder.household);
    else this.#tell({ station: station.id, outcome: { kind: 'refused', household: null, code: holder.code } });
  }

  #openScale(row: SiteConfig['scales'][number]): void {
    const { store, keys, time, machine, signal, background, idlePollMs, books } = this.#options;
    const scale = this.#openScaleUnit(row);
    this.#devices.push(scale);
    const station = new WeighStation({
      scale,
      intervalGrams: row.intervalGrams ?? null,
      maxGrams: row.maxGrams ?? null,
      papers: { verification: row.verification ?? null, checkEveryDays: row.checkWeight?.everyDays ?? null },
      minimumGrams: row.minimumGrams,
      store,
      ...{ tariffs: books.tariffs, rules: books.rules, isDateTrusted: () => isTrusted(time.quality()) },
      clock: time.clock,
      wire: machine.clock,
      idlePollMs,
      credentialKey: keys.credentialKey,
      onOutcome: (outcome) => this.#tell({ station: row.id, outcome }),
    });
    this.#scanners.set(row.id, { counter: (text) => station.scan(parseScan(text, { bags: this.#bags(), materials: this.#materials() })) });
    this.scales.set(row.id, station);
    background(`scale ${row.id}`, station.run(signal));
  }

  #openPart(row: SiteConfig['parts'][number]): void {
    if (row.model === 'WKLY') {
      const board = new LockBoard({ ...row, clock: this.#options.machine.clock, openStream: this.#openerOf(row.id, row.transport) });
      this.#parts.locks.set(row.id, board);
      this.#ports.push(board);
      this.#counted.set(row.id, board);
      return;
    }
    const part = binPartCatalogue[row.model];
    assert(part, `no part ${row.model}`);
    this.#parts.onLines.set(row.id, { part, device: this.#openDevice(row, part.map) });
  }

  #openBin(row: SiteConfig['bins'][number]): void {
    const { store, time, signal, background, idlePollMs } = this.#options;
    const bin = row.model === 'PARTS' ? assembleBin(row, this.#parts) : this.#controllerBin(row);
    this.bins.set(row.id, bin);
    const deposits = openDeposits(this.#options, bin, this.#bags());
    if (deposits !== null) this.#scanners.set(row.id, { counter: (text) => deposits.scan(text) });
    const onLook = (readings: readonly CompartmentReading[]) => {
      this.#looks.set(row.id, readings);
      deposits?.look(readings);
    };
    background(`bin ${row.id}`, watchBin({ bin, store, clock: time.clock, idlePollMs, onLook }, signal));
  }

  #controllerBin(row: Exclude<SiteConfig['bins'][number], { model: 'PARTS' }>): Bin {
    const model = binCatalogue[row.model];
    assert(model, `no bin ${row.model}`);
    return new ControllerBin({ device: this.#openDevice(row, model.map), model, wasteClass: row.model === 'BIN-1' ? row.wasteClass : 'residual' });
  }

  #openReader(row: SiteConfig['readers'][number]): void {
    const onScan = (text: string) => this.#scanners.get(row.serves)?.[row.role]?.(text);
    const { time, log, machine, recording } = this.#options;
    const { clock } = machine;
    const openStream = recording?.reader(row.id, row.transport, machine.openStream) ?? machine.openStream;
    const onReject = (reason: unknown) => log.warn({ reader: row.id, reason }, 'a reader sent something that is no code; check that its suffix is CR');
    const onState = (state: LineState) => log.info({ reader: row.id, ...state }, 'the wire of a reader came or went');
    const onSetUp = (refused: string | null) => {
      if (refused === null) log.info({ reader: row.id }, 'a reader took its set-up');
      else log.warn({ reader: row.id, refused }, 'a reader does not take its set-up: check its model in the site file; set-up codes may be open');
    };
    this.#readers[row.role].push(openReader({ ...row, clock, openStream, gestureClock: time.clock, onScan, onReject, onState, onSetUp }));
  }

  readonly #bags = (): BagVillage => ({ village: this.#options.site.config.village.bagVillage, key: this.#options.keys.bagKey });
  readonly #materials = (): string[] => this.#options.books.tariffs().flatMap((tariff) => Object.keys(tariff.materials));
}

/** Opens everything in the site file. Returns at once. @throws GatewayError key_missing for a MAC key file that cannot be used. */
export const openField = (options: FieldOptions): Field => new Field(options);
