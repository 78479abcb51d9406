/**
 * A simulated site that lives: wires, boards, memory on disk, faults, and village time that passes. What a person, a scenario or the panel
 * does to it goes through `obey`; what happens goes to whoever listens. main.ts decides what is opened; this file decides nothing.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrokerProxy, openBrokerProxy } from './broker-proxy.ts';
import type { TimelineOrder } from './control.ts';
import { FaultDesk } from './fault-desk.ts';
import { openField } from './field.ts';
import { frameDeviceOn } from './plain-lines.ts';
import type { BoardLine } from './rtu-slave.ts';
import { Site } from './site.ts';
import { SiteError } from './site-error.ts';
import type { SiteEvent } from './site-event.ts';
import type { SiteFile } from './site-file.ts';
import { type Durability, loadJsonFile, openJournal, openSlotFile, openStateFolder, replaceJsonFile } from './state-file.ts';

export interface SimulationOptions {
  readonly site: SiteFile;
  /** Folder of what must outlive the process. */
  readonly state: string;
  readonly cardsFile: string | undefined;
  readonly labelsFile: string | undefined;
  /** Village time runs this much faster, 1..60. */
  readonly pace: number;
  readonly seed: number;
  /** Village time at the start. Unit: ms since 1970. */
  readonly startAtMs: number;
  readonly durability: Durability;
  readonly withVillagers: boolean;
  /** `ID=HOST:PORT>HOST:PORT` each. */
  readonly proxies: readonly string[];
}

export interface Simulation {
  readonly description: SiteFile;
  readonly site: Site;
  readonly desk: FaultDesk;
  /** Card codes, one a household, and roll labels in printing order. */
  readonly cards: readonly string[];
  readonly labels: readonly string[];
  /** Does what is ordered, or says why not. */
  obey(order: TimelineOrder): { readonly ok: true } | { readonly ok: false; readonly reason: string };
  /** Rejects with a SiteError when the state cannot be written: from then on every board is silent, for none may forget what it said. */
  readonly failed: Promise<never>;
  /** Sends people home, waits for a running motor, keeps everything, releases the wires. */
  close(): Promise<void>;
}

/** Real time between two looks at the clock. Unit: ms. */
const tickMs = 10;
/** A machine that slept does not make the village live through all of it at once. Unit: ms of real time. */
const gapMsMax = 250;
const saveEveryMs = 1_000;
/** A motor that runs when the site is stopped may finish its roll. Unit: ms of real time. */
const finishMsMax = 3_500;
/** For a unit that is not there nobody can be late. */
const noTiming = { timeoutMs: 200, guardMs: 300 };

/** Lines of a text file, without empty ones; no file is no lines. @throws SiteError when it cannot be read. */
function readLines(file: string | undefined): readonly string[] {
  if (file === undefined) return [];
  try {
    return readFileSync(file, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line !== '');
  } catch (cause) {
    throw new SiteError(`${file} cannot be read; check the path`, { cause });
  }
}

/** @throws SiteError when a port, a file or the state folder is in the way; what was opened is closed again. */
export async function openSimulation(options: SimulationOptions, tell: (event: SiteEvent, atMs: number) => void): Promise<Simulation> {
  const { site: description, pace, seed, startAtMs, durability, withVillagers } = options;
  const [cards, labels] = [readLines(options.cardsFile), readLines(options.labelsFile)];
  let site: Site | undefined;
  const silent: BoardLine = { hasUnit: () => false, service: () => undefined };
  const tellNow = (event: SiteEvent) => tell(event, site?.nowMs ?? startAtMs);
  const wireMs = () => performance.now();
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  const guard = new StateGuard();
  try {
    // What is wrong with the folder is found before anybody can connect.
    const folder = openStateFolder(options.state);
    const stateFile = join(folder, 'site.json');
    const kept = loadJsonFile(stateFile);
    const proxies = new Map<string, BrokerProxy>();
    for (const text of options.proxies) {
      const proxy = await openBrokerProxy(text);
      closers.push(() => proxy.close());
      proxies.set(proxy.id, proxy);
      tellNow({ event: 'listening', line: proxy.id, address: text, port: proxy.port });
    }
    const desk = new FaultDesk({
      ...{ site: description, seed, networks: proxies, wireMs, tell: tellNow },
      boards: () => site?.boards() ?? new Map(),
      timingOf: (line, unit) => frameDeviceOn(description, site?.boards() ?? new Map(), line) ?? site?.boardOn(line, unit)?.map ?? noTiming,
    });
    const hear = (line: string, bytes: Uint8Array | null) => guard.run([], () => site?.hear(line, bytes) ?? []);
    const lineOf = (line: string): BoardLine => {
      const boards = guard.hasFailed ? silent : (site?.line(line) ?? silent);
      return { ...boards, service: (unit, request) => guard.run(undefined, () => boards.service(unit, request)) };
    };
    const field = await openField({ site: description, lineOf, hear, faults: desk, tell: tellNow });
    closers.push(() => field.close());
    const journal = openJournal(join(folder, 'motor-journal.jsonl'), durability);
    const awake = new Site({
      ...{ site: description, seed, startAtMs, pace, cards, labels, withVillagers, wireMs, reader: field.reader, sayOn: field.sayOn },
      kept,
      keep: (kept) => replaceJsonFile(stateFile, kept),
      memoryOf: (dispenser) => openSlotFile(join(folder, `${dispenser}.nv`), durability),
      tell(event) {
        if (event.event === 'motor-start') journal.append({ at: site?.nowMs ?? startAtMs, device: event.device, job: event.job, label: event.label });
        tellNow(event);
      },
    });
    site = awake;
    const save = () => replaceJsonFile(stateFile, awake.kept);
    save();
    const life = live(awake, pace, { save, guard });
    closers.push(async () => {
      await life.finish();
      guard.run(undefined, save);
      journal.close();
    });
    const obey = (order: TimelineOrder) =>
      order.do === 'fault' ? desk.inject(order.fault) : order.do === 'clear' ? desk.clear(order.fault) : awake.obey(order);
    return {
      ...{ description, site: awake, desk, cards, labels, failed: guard.failed, close },
      obey: (order) => guard.run({ ok: false, reason: 'the state of the site cannot be written' }, () => obey(order)),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Holds everything still from the moment on when the state could not be written. */
class StateGuard {
  readonly #failure = Promise.withResolvers<never>();
  hasFailed = false;

  constructor() {
    // Nobody need be waiting when it comes.
    this.#failure.promise.catch(() => undefined);
  }

  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  /** @returns what `act` does, or `otherwise` when it, or one before it, found the state unwritable. */
  run<Result>(otherwise: Result, act: () => Result): Result {
    if (this.hasFailed) return otherwise;
    try {
      return act();
    } catch (error) {
      if (!(error instanceof SiteError)) throw error;
      this.hasFailed = true;
      this.#failure.reject(error);
      return otherwise;
    }
  }
}

/** Lets time pass until `finish`, which sends people home and waits for a running motor. */
function live(site: Site, pace: number, { save, guard }: { readonly save: () => void; readonly guard: StateGuard }): { finish(): Promise<void> } {
  let lastMs = performance.now();
  let savedMs = lastMs;
  const rested = Promise.withResolvers<void>();
  let finishByMs: number | undefined;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    guard.run(undefined, () => {
      site.advance(Math.min(nowMs - lastMs, gapMsMax) * pace);
      lastMs = nowMs;
      if (nowMs - savedMs < saveEveryMs) return;
      savedMs = nowMs;
      save();
    });
    if (finishByMs !== undefined && (guard.hasFailed || !site.isMoving || nowMs >= finishByMs)) rested.resolve();
  }, tickMs);
  return {
    async finish() {
      guard.run(undefined, () => site.sendPeopleHome());
      finishByMs = performance.now() + finishMsMax;
      await rested.promise;
      clearInterval(timer);
    },
  };
}
