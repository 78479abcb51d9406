/**
 * A site file of the simulator and one of the gateway, alive together in one process under the virtual clock: real boards, real faults, the
 * real runtime with its uplink, a real broker. What two processes do over ports of the machine is done in memory here, so that the machine
 * itself and the network can be broken too, and the same seed gives the same run.
 */
import { readFileSync } from 'node:fs';
import type { TimelineOrder } from '../../device-sim/control.ts';
import { FaultDesk } from '../../device-sim/fault-desk.ts';
import { frameDeviceOn } from '../../device-sim/plain-lines.ts';
import { type Random, randomFor } from '../../device-sim/random.ts';
import type { GatewayFacts } from '../../device-sim/scenario.ts';
import { Site } from '../../device-sim/site.ts';
import { SiteError } from '../../device-sim/site-error.ts';
import type { SiteEvent } from '../../device-sim/site-event.ts';
import type { SiteFile } from '../../device-sim/site-file.ts';
import type { LoadedSite } from '../../gateway/config-file.ts';
import { placesIn } from '../../gateway/data-folder.ts';
import { loadKeys } from '../../gateway/keys.ts';
import type { Uplink } from '../../gateway/northbound/uplink.ts';
import { openVillageUplink, startStateTopics } from '../../gateway/village-uplink.ts';
import { importRoster, listCards } from '../../gateway/workflows/import-roster.ts';
import { GatewayProcess } from './gateway-process.ts';
import { PlayedHost } from './played-host.ts';
import { PlayedWires } from './played-wires.ts';
import { labelsOf, writeKeys } from './village-files.ts';
import { VirtualBroker } from './virtual-broker.ts';
import { VirtualTime } from './virtual-time.ts';

export interface PlayedVillageOptions {
  readonly site: SiteFile;
  readonly gateway: LoadedSite;
  readonly rosterFile: string;
  readonly seed: number;
  readonly withVillagers: boolean;
  /** Empty; becomes the data folder of the gateway. */
  readonly dataDir: string;
  /** A line of the transcript, without its time. */
  readonly tell: (line: string) => void;
  readonly onSite: (event: SiteEvent) => void;
}

/** 2026-03-02 09:00 in the village: a Monday. Unit: ms since 1970. */
const mondayMs = Date.UTC(2026, 2, 2, 1);
const tickMs = 100;
const labelsPrinted = 500;
/** For a unit that is not there nobody can be late. */
const noTiming = { timeoutMs: 200, guardMs: 300 };
/** Turns of the event loop after a step that set something going: broker and client hand their packets on from one to the next. */
const loopTurns = 12;
/** Longest a stop may take. Unit: ms. */
const closeWithinMs = 30_000;

export class PlayedVillage {
  readonly time: VirtualTime;
  readonly #options: PlayedVillageOptions;
  readonly #random: Random;
  readonly #host: PlayedHost;
  readonly #process: GatewayProcess;
  readonly #broker: VirtualBroker;
  readonly #uplink: Uplink;
  readonly #stopStates: () => Promise<void>;
  readonly #desk: FaultDesk;
  readonly #site: Site;
  readonly #refusals: Record<string, number> = {};
  #failure: unknown;

  /** @throws SiteError, GatewayError when a file or the roster is not sound. */
  static async open(options: PlayedVillageOptions): Promise<PlayedVillage> {
    writeKeys(options.dataDir, options.seed);
    const { keyid, publicKey } = loadKeys(placesIn(options.dataDir).keys);
    const time = new VirtualTime();
    const broker = await VirtualBroker.open({
      time,
      keys: (asked) => (asked === keyid ? publicKey : undefined),
      onArrived: (sequence) => options.tell(`broker ${sequence === null ? 'something that does not verify' : `event ${sequence}`}`),
    });
    return new PlayedVillage(options, time, broker);
  }

  private constructor(options: PlayedVillageOptions, time: VirtualTime, broker: VirtualBroker) {
    this.time = time;
    this.#options = options;
    this.#broker = broker;
    const { site, gateway, seed, tell } = options;
    this.#random = randomFor(seed, 'played village');
    this.#host = new PlayedHost();
    const boards = () => this.#site;
    this.#desk = new FaultDesk({
      ...{ site, seed, host: this.#host, wireMs: () => time.nowMs, tell: options.onSite },
      boards: () => this.#site.boards(),
      timingOf: (line, unit) => frameDeviceOn(site, this.#site.boards(), line) ?? this.#site.boardOn(line, unit)?.map ?? noTiming,
      networks: new Map([['broker', broker.link]]),
    });
    const wires = new PlayedWires({ time, seed, site, gateway, desk: this.#desk, boards });
    this.#process = this.#boot(wires);
    this.#importRoster();
    this.#site = this.#build(wires);
    const { village, machine } = this.#process;
    const target = { url: 'mqtt://broker', protocol: 4 as const, clientId: `sifen-${gateway.config.gateway.id}` };
    this.#uplink = openVillageUplink(village, { machine, target, note: (level, message) => tell(`${level} ${message}`), openStream: () => broker.link.open() });
    this.#stopStates = startStateTopics(village, this.#uplink, machine.clock);
    this.#uplink.done.catch((error: unknown) => this.#fail(error));
    time.stir();
    this.#tick(0);
  }

  /** Does what is ordered, or says why not. */
  obey(order: TimelineOrder): { readonly ok: true } | { readonly ok: false; readonly reason: string } {
    this.time.stir();
    return order.do === 'fault' ? this.#desk.inject(order.fault) : order.do === 'clear' ? this.#desk.clear(order.fault) : this.#site.obey(order);
  }

  /** What is known of the gateway now, and at its broker. */
  facts(): GatewayFacts & { readonly broker: NonNullable<GatewayFacts['broker']> } {
    const { store, field } = this.#process.village;
    const devices = (field?.devices() ?? []).map(({ id, state, note }) => ({ id, state, note }));
    return { ledger: { ...store.counts() }, refusals: { ...this.#refusals }, devices, broker: this.#broker.facts(store.head.sequence) };
  }

  /** What is wrong with the books, in words. */
  problems(): readonly string[] {
    return this.#process.village.store.ledger.problems().map(({ detail }) => detail);
  }

  /** Lets time pass until `untilMs`. @throws what a background task of the gateway failed with. */
  async run(untilMs: number): Promise<void> {
    while (this.time.begin(untilMs)) {
      await this.#settle();
      if (this.#failure !== undefined) throw this.#failure;
    }
  }

  async close(): Promise<void> {
    const closed = this.#close();
    let isClosed = false;
    const over = closed.finally(() => {
      isClosed = true;
    });
    this.time.stir();
    const untilMs = this.time.nowMs + closeWithinMs;
    await this.#settle();
    while (!isClosed && this.time.begin(untilMs)) await this.#settle();
    await over;
    await this.#broker.close();
  }

  async #close(): Promise<void> {
    await this.#stopStates();
    await this.#uplink.close();
    await this.#process.village.close();
  }

  /** Lets everything end that the present step has set going, the broker's part included. */
  async #settle(): Promise<void> {
    if (!this.time.isStirred) return;
    for (let turn = 0; turn < loopTurns; turn += 1) {
      await this.time.end();
      await new Promise(setImmediate);
    }
    await this.time.end();
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
  }

  #boot(wires: PlayedWires): GatewayProcess {
    const { gateway, dataDir, tell } = this.#options;
    return new GatewayProcess({
      ...{ time: this.time, site: gateway, dataDir, random: this.#random, idlePollMs: undefined, alsoSends: undefined },
      wallMs: () => mondayMs + this.time.nowMs + this.#host.wallOffsetMs,
      // A machine no time service looks after: its own clock is all there is.
      isClockSynchronized: () => false,
      commitMs: () => this.#host.commitMs,
      portOf: (name) => wires.portOf(name),
      onEvent: ({ sequence, draft, leaf }) => tell(`event ${sequence} ${draft.name} ${draft.subject} ${leaf}`),
      onOutcome: ({ station, outcome }) => {
        tell(`outcome ${station} ${JSON.stringify(outcome)}`);
        if ('code' in outcome) this.#refusals[outcome.code] = (this.#refusals[outcome.code] ?? 0) + 1;
      },
      onSent: () => undefined,
      onFailed: (error) => this.#fail(error),
      isKilledAt: () => false,
      onKilled: () => undefined,
    });
  }

  #importRoster(): void {
    const { store, personal, keys } = this.#process.village;
    const random = (count: number) => Buffer.from(Array.from({ length: count }, () => this.#random.whole(0, 255)));
    const bytes = readFileSync(this.#options.rosterFile);
    const report = importRoster({ bytes, operator: 'simulation', skipBad: false, personal, store, credentialKey: keys.credentialKey, random });
    if (!report.applied) throw new SiteError(`${this.#options.rosterFile}: ${JSON.stringify(report.issues[0])}`);
  }

  #build(wires: PlayedWires): Site {
    const { site, seed, gateway, withVillagers, onSite } = this.#options;
    const memories = new Map<string, unknown>();
    return new Site({
      ...{ site, seed, withVillagers, startAtMs: mondayMs, pace: 1, kept: undefined, keep: () => undefined },
      cards: listCards(this.#process.village.personal).map(({ card }) => card),
      labels: labelsOf(seed, labelsPrinted, gateway.config.village.bagVillage),
      memoryOf: (dispenser) => ({ value: memories.get(dispenser), commit: (value) => void memories.set(dispenser, value) }),
      wireMs: () => this.time.nowMs,
      reader: { say: (reader, text) => wires.say(reader, text), isHeard: (reader) => wires.isHeard(reader) },
      sayOn: (line, bytes) => wires.sayOn(line, bytes),
      tell: onSite,
    });
  }

  /** A disk may have held up everything: the metal lives through all of it, step by step. */
  #tick(livedMs: number): void {
    this.time.after(livedMs + tickMs - this.time.nowMs, () => {
      const nowMs = this.time.nowMs;
      this.#site.advance(nowMs - livedMs);
      this.#tick(nowMs);
    });
  }
}
