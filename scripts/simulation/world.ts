/**
 * A whole village in one process under one clock: gateway processes one after the other over the same files, the metal at the other end
 * of their wires, the trouble of a scenario, and the watch over all of it. Everything comes from the scenario, so the same one gives the
 * same transcript, line for line.
 */
import { join } from 'node:path';
import { type Random, randomFor } from '../../device-sim/random.ts';
import type { SiteEvent } from '../../device-sim/site-event.ts';
import type { LoadedSite } from '../../gateway/config-file.ts';
import type { FieldOutcome } from '../../gateway/field.ts';
import type { Village } from '../../gateway/runtime.ts';
import type { StoredEvent } from '../../gateway/store/event-log.ts';
import { importRoster } from '../../gateway/workflows/import-roster.ts';
import { GatewayProcess, type KillPoint } from './gateway-process.ts';
import type { Scenario, Trouble } from './scenario.ts';
import { SimulatedSite } from './simulated-site.ts';
import { cardsOf, personalMarks, rosterOf, simulatedSiteFile, wireOf, writeGatewayFiles } from './village-files.ts';
import { VirtualTime } from './virtual-time.ts';
import { Watch } from './watch.ts';

export interface WorldOptions {
  readonly scenario: Scenario;
  /** Empty; the world's files go there. */
  readonly folder: string;
  /** Everything that happens, a line each, without the time. */
  readonly tell: (line: string) => void;
  /** Labels of the rolls in the store room, in printing order. */
  readonly labels: readonly string[];
  /** For tests of the watch: what a broken gateway, process `life`, would send on the wire called `wire` just before `bytes`. */
  readonly alsoSends?: (wire: string, bytes: Buffer, life: number) => Buffer | undefined;
  /** Captures the life of each gateway process there, the last one's staying. */
  readonly recordDir?: string;
  /** Told besides the transcript, for whoever plays people. */
  readonly onOutcome?: (outcome: FieldOutcome) => void;
  readonly onSite?: (event: SiteEvent) => void;
}

/** Pause between two looks of the watch at what only time can break. Unit: ms. */
const lookMs = 5000;
/** Pause between two looks at the balances, which take longer. Unit: ms. */
const booksMs = 30_000;
/** An open job is settled this long after its board can be reached, at the latest (I9). Unit: ms. */
const settledWithinMs = 60_000;
/** How often a technician passes who sees to swapped boards. Unit: ms. */
const technicianMs = 90_000;

export class World {
  readonly time = new VirtualTime();
  readonly watch: Watch;
  readonly site: SimulatedSite;
  readonly #options: WorldOptions;
  readonly #random: Random;
  readonly #gatewaySite: LoadedSite;
  #process: GatewayProcess | null = null;
  #life = 0;
  #wallOffsetMs = 0;
  #isSynchronized: boolean;
  #kill: { readonly point: KillPoint; readonly forMs: number } | null = null;
  /** Last event of the log the watch has seen. */
  #seen = 0;
  /** Head of the log at the last look at the books. */
  #booksAt = 0;
  readonly #openSinceMs = new Map<string, number>();

  constructor(options: WorldOptions) {
    this.#options = options;
    const { scenario, folder, tell, labels } = options;
    const { seed, plan } = scenario;
    this.#random = randomFor(seed, 'world');
    this.#isSynchronized = plan.isClockSynchronized;
    this.#gatewaySite = writeGatewayFiles(folder, this.#dataDir(1), seed, plan);
    const hasNonce = (device: string, nonce: number) => this.site.countersOf(device).nonce === nonce;
    this.watch = new Watch({ rollsPerPeriod: plan.rollsPerPeriod, nowMs: () => this.time.nowMs, hasNonce, personalMarks });
    this.site = new SimulatedSite({
      ...{ time: this.time, seed, plan, file: simulatedSiteFile(seed, plan), cards: cardsOf(plan), labels },
      tell: (event) => this.#onSite(event),
      onShortGap: (line, gapMs) => this.watch.break('t3.5', `a request began ${gapMs.toFixed(3)} ms after other bytes on ${line}`),
    });
    for (const { atMs, trouble } of scenario.troubles) this.time.after(atMs, () => this.#strike(trouble));
    tell(`seed ${seed} ${JSON.stringify(plan)}`);
    this.#boot();
    this.#importRoster();
    this.time.after(lookMs, () => this.#look());
    this.time.after(booksMs, () => this.#lookAtBooks());
    this.time.after(technicianMs, () => this.#sendTechnician());
  }

  /** The village of the gateway process that runs now, or null while there is none. */
  get village(): Village | null {
    return this.#process?.village ?? null;
  }

  get lives(): number {
    return this.#life;
  }

  /** Lets time pass until `untilMs`, or until an invariant breaks. */
  async run(untilMs: number): Promise<void> {
    while (this.watch.breach === null && this.time.begin(untilMs)) if (this.time.isStirred) await this.time.end();
  }

  /** Ends all trouble: wires whole, power on, a gateway running. */
  calm(): void {
    this.#kill = null;
    this.site.heal();
    this.site.sendPeopleHome();
  }

  /** Closes the running gateway as a stop does. */
  async close(): Promise<void> {
    const gateway = this.#process;
    if (gateway === null) return;
    this.#process = null;
    let isClosed = false;
    const closing = gateway.village.close().finally(() => {
      isClosed = true;
    });
    this.time.stir();
    // A capture is closed by the disk, which needs turns of the event loop.
    while (!isClosed && (await this.time.step(this.time.nowMs + closeWithinMs))) await new Promise(setImmediate);
    await closing;
  }

  /** Kills the running gateway at this instant; another is started after `forMs`. */
  killNow(forMs: number): void {
    const dying = this.#process;
    if (dying === null) return;
    this.#tell(`killed, down for ${forMs} ms`);
    dying.kill(this.#dataDir(this.#life + 1));
    this.#process = null;
    for (const wire of [...this.site.lines.values(), ...this.site.readers.values()]) wire.port.abandon();
    this.time.after(0, () => dying.bury());
    this.time.after(Math.max(1, forMs), () => this.#boot());
  }

  #dataDir(life: number): string {
    return join(this.#options.folder, `life-${life}`);
  }

  #tell(line: string): void {
    this.#options.tell(`${this.time.nowMs.toFixed(3)} ${line}`);
  }

  #boot(): void {
    if (this.#process !== null) return;
    this.#life += 1;
    const life = this.#life;
    const { scenario, alsoSends, recordDir } = this.#options;
    const { plan } = scenario;
    this.#tell(`process ${life} starts`);
    try {
      this.#process = new GatewayProcess({
        ...{ time: this.time, site: this.#gatewaySite, dataDir: this.#dataDir(life), random: this.#random, idlePollMs: plan.idlePollMs, recordDir },
        wallMs: () => plan.startAtMs + this.time.nowMs + this.#wallOffsetMs,
        isClockSynchronized: () => this.#isSynchronized,
        portOf: (name) => this.site.portOf(wireOf(name)),
        onEvent: (event) => this.#onEvent(event, life),
        onOutcome: (outcome) => this.#onOutcome(outcome),
        onSent: (name, bytes) => this.#onSent(wireOf(name), bytes, life),
        alsoSends: alsoSends && ((name, bytes) => alsoSends(wireOf(name), bytes, life)),
        onFailed: (error) => this.watch.break('service', `process ${life} ended: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
        isKilledAt: (point) => this.#kill?.point === point,
        onKilled: () => {
          const { forMs = 1000 } = this.#kill ?? {};
          this.#kill = null;
          this.killNow(forMs);
        },
      });
    } catch (error) {
      this.watch.break('service', `process ${life} does not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return;
    }
    // What it wrote while it started came before anybody could listen.
    for (const event of this.#process.village.store.events(this.#seen)) this.#onEvent(event, life);
  }

  #importRoster(): void {
    const { village } = this;
    if (village === null) return;
    const random = (count: number) => Buffer.from(Array.from({ length: count }, () => this.#random.whole(0, 255)));
    const { store, personal, keys } = village;
    const bytes = rosterOf(this.#options.scenario.plan);
    const report = importRoster({ bytes, operator: 'simulation', skipBad: false, personal, store, credentialKey: keys.credentialKey, random });
    if (!report.applied) throw new Error(`the roster of the simulation is not accepted: ${JSON.stringify(report.issues[0])}`);
  }

  #onEvent(event: StoredEvent, life: number): void {
    if (event.sequence <= this.#seen) return;
    this.#seen = event.sequence;
    this.#tell(`event ${event.sequence} ${event.draft.name} ${event.draft.subject} ${event.leaf}`);
    this.watch.onEvent(event.draft, life);
  }

  #onOutcome(told: FieldOutcome): void {
    this.#tell(`outcome ${told.station} ${JSON.stringify(told.outcome)}`);
    this.#options.onOutcome?.(told);
  }

  #onSent(wire: string, bytes: Buffer, life: number): void {
    this.watch.onSent(wire.replace('-line', ''), bytes, life);
  }

  #onSite(event: SiteEvent): void {
    this.#tell(JSON.stringify(event));
    this.#options.onSite?.(event);
    if (event.event === 'motor-start') this.watch.onMotorStart(event.device, event.job);
    if (event.event === 'tray') this.watch.onTray(event.device, event.grams);
    if (event.event === 'roll-out') this.watch.onRollOut(event.device, event.job);
  }

  #look(): void {
    this.time.after(lookMs, () => this.#look());
    for (const row of this.#gatewaySite.config.dispensers) {
      const isReachable = this.#process !== null && this.site.isPowered(row.id) && this.site.lines.get(row.line)?.isSound === true;
      const isOpen = this.watch.openJob(row.id) !== undefined && !this.watch.isSwapped(row.id);
      if (!isReachable || !isOpen) this.#openSinceMs.delete(row.id);
      else if (!this.#openSinceMs.has(row.id)) this.#openSinceMs.set(row.id, this.time.nowMs);
      else if (this.time.nowMs - (this.#openSinceMs.get(row.id) ?? 0) > settledWithinMs)
        this.watch.break('I9', `job ${this.watch.openJob(row.id)} of ${row.id} is open ${settledWithinMs} ms after its board came within reach`);
    }
  }

  #lookAtBooks(): void {
    this.time.after(booksMs, () => this.#lookAtBooks());
    const { village } = this;
    if (village === null || village.store.head.sequence === this.#booksAt) return;
    this.#booksAt = village.store.head.sequence;
    const problem = village.store.ledger.quickProblems()[0];
    if (problem !== undefined) this.watch.break('ledger', problem.detail);
  }

  /** Looks at boards that were swapped and takes their counters as the new beginning. */
  #sendTechnician(): void {
    this.time.after(technicianMs, () => this.#sendTechnician());
    const { village } = this;
    for (const [id, station] of village?.field?.dispensers ?? []) {
      if (!this.watch.isSwapped(id) || !village?.store.jobs.board(id)?.locked) continue;
      this.#tell(`technician at ${id}`);
      this.time.stir();
      void station.rebaseline('technician');
    }
  }

  #strike(trouble: Trouble): void {
    this.#tell(`trouble ${JSON.stringify(trouble)}`);
    if (trouble.kind === 'kill') {
      if (trouble.point === 'now') this.killNow(trouble.forMs);
      else this.#kill = { point: trouble.point, forMs: trouble.forMs };
    } else if (trouble.kind === 'clock') {
      this.#wallOffsetMs += trouble.byMs;
      this.#isSynchronized = trouble.synchronized;
    } else {
      if (trouble.kind === 'memory') this.watch.onMemoryLost(trouble.dispenser);
      this.site.strike(trouble);
    }
  }
}
/** Longest a stop may take. Unit: ms. */
const closeWithinMs = 30_000;
