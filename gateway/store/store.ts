/**
 * The ledger file of one village: opens it, checks it, rebuilds what is derived, and offers the one way to write (`append`) and the facts
 * that decisions read. One process holds it; everything is synchronous, so nothing can slip between reading a fact and committing on it.
 */
import assert from 'node:assert/strict';
import type { EnvelopeSigner, KeyLookup } from '../../protocol/envelope.ts';
import type { EventDraft, EventName, EventPayload } from '../../protocol/events.ts';
import { type EpochMs, epochMs } from '../../protocol/units.ts';
import { GatewayError } from '../errors.ts';
import { startVerifyEventsMax, verifyTurnEvents } from '../limits.ts';
import { openDatabase, openScratch, type Sqlite, translate } from './database.ts';
import { DepositFacts } from './deposit-facts.ts';
import { BinFacts, DeviceFacts, WeighingFacts } from './device-facts.ts';
import { EarningFacts } from './earning-facts.ts';
import { type AppendStep, type ChainHead, type ChainReport, EventLog, type StoredEvent, type TimeSource } from './event-log.ts';
import { ExportFacts } from './export-facts.ts';
import { GridFacts } from './grid-facts.ts';
import { HandheldFacts } from './handheld-facts.ts';
import { JobFacts } from './job-facts.ts';
import { LedgerFacts } from './ledger-facts.ts';
import { eventLogSql } from './migrations/001-event-log.ts';
import { causeSql } from './migrations/002-cause.ts';
import { MonthFlows } from './month-facts.ts';
import { OperatorFacts } from './operator-facts.ts';
import { OversightFacts } from './oversight-facts.ts';
import { PeopleFacts } from './people-facts.ts';
import { PickupFacts } from './pickup-facts.ts';
import { PointFacts } from './point-facts.ts';
import type { ApplyEvent } from './projection.ts';
import { digestProjections, openProjector, projectionDigest, projectionTables, resetProjections } from './projections.ts';
import { RollFacts } from './roll-facts.ts';
import { RoundFacts } from './round-facts.ts';
import { RuleFacts } from './rule-facts.ts';
import { ShopFacts } from './shop-facts.ts';
import { TakeBackFacts } from './take-back-facts.ts';
import { TradeFacts } from './trade-facts.ts';

const migrations = [
  { number: 1, sql: eventLogSql },
  { number: 2, sql: causeSql },
];

export interface StoreOptions {
  readonly path: string;
  readonly gateway: string;
  readonly signer: EnvelopeSigner;
  /** Public keys that may have signed events of this log. */
  readonly keys: KeyLookup;
  readonly time: TimeSource;
}

/** What a rebuild of the projections found. `identical` is true when every table came out row for row the same. */
export interface RebuildReport {
  readonly events: number;
  readonly identical: boolean;
  readonly differing: readonly string[];
}

function compare(events: number, before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): RebuildReport {
  const differing = Object.keys(after).filter((table) => after[table] !== before[table]);
  return { events, identical: differing.length === 0, differing };
}

export class Store {
  readonly people: PeopleFacts;
  readonly grid: GridFacts;
  readonly operators: OperatorFacts;
  readonly handhelds: HandheldFacts;
  readonly exports: ExportFacts;
  readonly months: MonthFlows;
  readonly oversight: OversightFacts;
  readonly rules: RuleFacts;
  readonly jobs: JobFacts;
  readonly rolls: RollFacts;
  readonly weighings: WeighingFacts;
  readonly points: PointFacts;
  readonly shop: ShopFacts;
  readonly earning: EarningFacts;
  readonly bins: BinFacts;
  readonly pickups: PickupFacts;
  readonly rounds: RoundFacts;
  readonly trade: TradeFacts;
  readonly takeBack: TakeBackFacts;
  readonly deposits: DepositFacts;
  readonly devices: DeviceFacts;
  readonly ledger: LedgerFacts;
  readonly #db: Sqlite;
  readonly #saveCursor;
  readonly #saveVillageTime;
  readonly #lastTrusted;
  readonly #log: EventLog;
  readonly #keys: KeyLookup;
  #project: ApplyEvent = () => assert.fail('projections are not open yet');
  readonly #counts: Record<string, number>;
  readonly #listeners = new Set<(event: StoredEvent) => void>();

  /**
   * Opens or creates the file, verifies the end of the chain and brings the projections up to date.
   * @throws GatewayError store_locked, store_damaged or store_failed; config_invalid when the file is another gateway's.
   */
  constructor(options: StoreOptions) {
    this.#db = openDatabase(options.path, migrations);
    this.#keys = options.keys;
    try {
      const project: ApplyEvent = (draft, mark) => this.#project(draft, mark);
      this.#log = new EventLog({ db: this.#db, gateway: options.gateway, signer: options.signer, time: options.time, project });
      this.#refuseForeign(options);
      if (this.#projectionsAreStale()) this.#derive();
      this.#project = openProjector(this.#db);
      this.#verifyEnd();
    } catch (error) {
      this.#db.close();
      throw translate(error, options.path);
    }
    this.#saveCursor = this.#db.prepare<[string, number]>('INSERT INTO cursor (name, seq) VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq');
    this.#saveVillageTime = this.#db.prepare<[number]>(
      'INSERT INTO village_time (id, at_ms) VALUES (1, ?) ON CONFLICT DO UPDATE SET at_ms = MAX(at_ms, excluded.at_ms)',
    );
    this.#lastTrusted = this.#db.prepare<[], number>("SELECT at_ms FROM event WHERE timeq IN ('ntp', 'rtc', 'operator') ORDER BY seq DESC LIMIT 1").pluck();
    this.people = new PeopleFacts(this.#db);
    this.grid = new GridFacts(this.#db);
    this.operators = new OperatorFacts(this.#db);
    this.handhelds = new HandheldFacts(this.#db);
    this.oversight = new OversightFacts(this.#db);
    this.months = new MonthFlows(this.#db);
    this.exports = new ExportFacts(this.#db, projectionTables);
    this.rules = new RuleFacts(this.#db);
    this.jobs = new JobFacts(this.#db);
    this.rolls = new RollFacts(this.#db);
    this.weighings = new WeighingFacts(this.#db);
    this.points = new PointFacts(this.#db);
    this.shop = new ShopFacts(this.#db);
    this.earning = new EarningFacts(this.#db);
    this.bins = new BinFacts(this.#db);
    this.pickups = new PickupFacts(this.#db);
    this.rounds = new RoundFacts(this.#db);
    this.trade = new TradeFacts(this.#db);
    this.takeBack = new TakeBackFacts(this.#db);
    this.deposits = new DepositFacts(this.#db);
    this.devices = new DeviceFacts(this.#db);
    this.ledger = new LedgerFacts(this.#db);
    this.#counts = this.ledger.countEvents();
  }

  get head(): ChainHead {
    return this.#log.head;
  }

  /** The one write path: events with their postings and projections, in one synced transaction. See EventLog.append. */
  append(drafts: readonly EventDraft[], step: AppendStep = {}): readonly StoredEvent[] {
    const stored = this.#log.append(drafts, step);
    for (const { draft } of stored) this.#counts[draft.name] = (this.#counts[draft.name] ?? 0) + 1;
    for (const event of stored) for (const listener of this.#listeners) listener(event);
    return stored;
  }

  /** Makes sure that these drafts can be appended, before something else is written for them. Writes nothing. */
  rehearse(drafts: readonly EventDraft[]): void {
    this.#log.rehearse(drafts);
  }

  /** Calls `listener` after each commit, once an event, in order. Listeners must not throw or append. Returns the way to stop. */
  onAppended(listener: (event: StoredEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How many events of each name the log holds. */
  counts(): Readonly<Record<string, number>> {
    return this.#counts;
  }

  readAfter(sequence: number, limit: number) {
    return this.#log.readAfter(sequence, limit);
  }

  /** Leaf of an event, base64; undefined when the log does not reach that far. */
  leafOf(sequence: number): string | undefined {
    return this.#log.leafOf(sequence);
  }

  /** Reads the whole chain, or what follows `sequence`, and checks signatures, links and shapes. */
  verify(sequence = 0) {
    return this.#log.verify(sequence, this.#keys);
  }

  /** The same over the whole chain, in turns of a few events with `pause` in between, so that a serving gateway goes on serving. */
  async verifyGently(pause: () => Promise<void>): Promise<ChainReport> {
    let checked = 0;
    while (checked < this.head.sequence) {
      const report = this.#log.verify(checked, this.#keys, verifyTurnEvents);
      checked += report.checked;
      if (report.problem !== null) return { checked, problem: report.problem };
      await pause();
    }
    return { checked, problem: null };
  }

  /** Up to `limit` events after `sequence`, of one name if it is given, in order; only these are verified. @throws GatewayError store_damaged. */
  list(sequence: number, limit: number, name?: EventName): StoredEvent[] {
    return this.#log.list(sequence, limit, this.#keys, name);
  }

  /** Every event a request asked for, by the key its caller chose, in order. @throws GatewayError store_damaged. */
  causedBy(key: string): StoredEvent[] {
    return this.#log.causedBy(key, this.#keys);
  }

  /** Verified events after `sequence`, in order. @throws GatewayError store_damaged. */
  events(sequence = 0): Generator<StoredEvent> {
    return this.#log.verified(sequence, this.#keys);
  }

  /** Data of the newest event of a name, or undefined when there is none. */
  lastOf<Name extends EventName>(name: Name): EventPayload<Name> | undefined {
    const sequence = this.#db.prepare('SELECT MAX(seq) FROM event WHERE name = ?').pluck().get(name) as number | null;
    if (sequence === null) return undefined;
    const event = this.events(sequence - 1).next().value;
    assert(event?.draft.name === name);
    return event.draft.data as EventPayload<Name>;
  }

  /** Village time of the newest event whose clock could be trusted; null when there is none. */
  lastTrustedMs(): EpochMs | null {
    const atMs = this.#lastTrusted.get();
    return atMs === undefined ? null : epochMs(atMs);
  }

  /** Forwarding position of one uplink; 0 when it never sent anything. */
  loadCursor(name: string): number {
    return (this.#db.prepare('SELECT seq FROM cursor WHERE name = ?').pluck().get(name) as number | undefined) ?? 0;
  }

  saveCursor(name: string, sequence: number): void {
    assert(sequence <= this.head.sequence, 'a cursor never passes the head');
    this.#write(() => this.#saveCursor.run(name, sequence));
  }

  /** Village time when it was last saved, or of the last event if that is later; null in a new file. */
  loadVillageTime(): EpochMs | null {
    const saved = this.#db.prepare('SELECT at_ms FROM village_time').pluck().get() as number | undefined;
    const latest = Math.max(saved ?? 0, this.head.atMs);
    return latest === 0 ? null : epochMs(latest);
  }

  saveVillageTime(atMs: EpochMs): void {
    this.#write(() => this.#saveVillageTime.run(atMs));
  }

  /** Drops every projection, derives them again from the verified log, and says whether they came out the same. @throws GatewayError store_*. */
  rebuild(): RebuildReport {
    try {
      const before = digestProjections(this.#db);
      return compare(this.#derive(), before, digestProjections(this.#db));
    } catch (error) {
      throw translate(error, this.#db.name);
    }
  }

  /**
   * Derives every projection once more beside the real ones, in turns of a few events with `pause` in between, and says whether they are
   * the same: a serving gateway goes on serving. Replaces nothing. @throws GatewayError store_*.
   */
  async rederive(pause: () => Promise<void>): Promise<RebuildReport> {
    const aside = openScratch();
    try {
      resetProjections(aside);
      const project = openProjector(aside);
      const turn = aside.transaction((after: number): number => {
        let done = after;
        for (const event of this.#log.verified(after, this.#keys, verifyTurnEvents)) {
          project(event.draft, event);
          done = event.sequence;
          if (done - after === verifyTurnEvents) break;
        }
        return done;
      });
      // Nothing may come between the last turn and the comparison: both sides then stand at the same event.
      let done = turn(0);
      for (; done < this.head.sequence; done = turn(done)) await pause();
      return compare(done, digestProjections(this.#db), digestProjections(aside));
    } catch (error) {
      throw translate(error, 'A temporary file');
    } finally {
      aside.close();
    }
  }

  /** Lets go of the file. SQLite folds the write-ahead log into it where the disk lets it; else the next opening does. */
  close(): void {
    this.#db.close();
  }

  /** For rows beside the log. @throws GatewayError store_failed. */
  #write(run: () => void): void {
    try {
      run();
    } catch (error) {
      throw translate(error, this.#db.name);
    }
  }

  /** A sound ledger of another gateway is no damage: it is the wrong folder, or the wrong site file. */
  #refuseForeign({ path, gateway }: StoreOptions): void {
    const owner = this.#log.owner(this.#keys);
    if (owner === undefined || owner === gateway) return;
    throw new GatewayError('config_invalid', `${path} is the ledger of gateway ${owner}, not of ${gateway}.`, {
      hint: 'Name the data folder of this gateway with --data DIR, or correct gateway.id in the site file.',
    });
  }

  #projectionsAreStale(): boolean {
    return this.#db.prepare('SELECT digest FROM projection').pluck().get() !== projectionDigest;
  }

  #derive(): number {
    return this.#db.transaction(() => {
      resetProjections(this.#db);
      this.#project = openProjector(this.#db);
      let count = 0;
      for (const event of this.#log.verified(0, this.#keys)) {
        this.#project(event.draft, event);
        count += 1;
      }
      this.#db.prepare('INSERT INTO projection (id, digest) VALUES (1, ?) ON CONFLICT DO UPDATE SET digest = excluded.digest').run(projectionDigest);
      return count;
    })();
  }

  #verifyEnd(): void {
    const from = Math.max(0, this.head.sequence - startVerifyEventsMax);
    const { problem } = this.#log.verify(from, this.#keys);
    if (problem !== null) throw new GatewayError('store_damaged', `Event ${problem.sequence} in ${this.#db.name} does not verify: ${problem.detail}.`);
  }
}
