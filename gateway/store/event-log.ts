/**
 * The append-only event log: the only place where an event gets its number, its signature and its link to the one before, in the same
 * synced transaction as the rows it changes. Reading back verifies by the rules a stranger would use, over the very bytes that were sent.
 * Nothing here decides anything; callers hand in finished drafts.
 */
import assert from 'node:assert/strict';
import { type EnvelopeSigner, eventPayloadType, type KeyLookup, signEnvelope } from '../../protocol/envelope.ts';
import type { EventDraft, EventName } from '../../protocol/events.ts';
import { encodeEvent, firstPrev, openEvent, type TimeQuality } from '../../protocol/signed-event.ts';
import { type EpochMs, epochMs } from '../../protocol/units.ts';
import { stepHybridClock } from '../core/hybrid-clock.ts';
import { GatewayError } from '../errors.ts';
import { appendEventsMax } from '../limits.ts';
import { type Sqlite, translate } from './database.ts';
import type { ApplyEvent } from './projection.ts';

/** Last event of the chain. `sequence` 0 and epoch 0 before the first one. */
export interface ChainHead {
  readonly sequence: number;
  readonly epoch: number;
  readonly leaf: string;
  readonly boot: number;
  readonly hlc: string | null;
  readonly atMs: EpochMs;
}

/** An event with its place. `envelope` is exactly what goes to MQTT. */
export interface StoredEvent {
  readonly sequence: number;
  readonly epoch: number;
  readonly atMs: EpochMs;
  readonly timeq: TimeQuality;
  /** The request that asked for it; null for what happened by itself. */
  readonly cause: string | null;
  readonly leaf: string;
  readonly envelope: Buffer;
  readonly draft: EventDraft;
}

/** What an append may bring with it: a new boot or epoch with the first event, and the request that asked for all of them. */
export interface AppendStep {
  readonly boot?: number;
  readonly epoch?: number;
  readonly cause?: string;
}

/** Village wall time and how far it may be trusted. */
export type TimeSource = () => { readonly nowMs: EpochMs; readonly timeq: TimeQuality };

interface Row {
  readonly seq: number;
  readonly epoch: number;
  readonly name: string;
  readonly subject: string;
  readonly at_ms: number;
  readonly timeq: TimeQuality;
  readonly boot: number;
  readonly hlc: string;
  readonly cause: string | null;
  readonly leaf: Buffer;
  readonly envelope: Buffer;
}

/** Rows read at once while walking the log. 1,000 rows are about 1 MiB. */
const pageRows = 1000;

/** The outcome of reading the chain again. `problem` names the first event that does not hold. */
export interface ChainReport {
  readonly checked: number;
  readonly problem: { readonly sequence: number; readonly detail: string } | null;
}

export class EventLog {
  readonly #db: Sqlite;
  readonly #gateway: string;
  readonly #signer: EnvelopeSigner;
  readonly #time: TimeSource;
  readonly #project: ApplyEvent;
  readonly #insert;
  readonly #after;
  readonly #named;
  readonly #caused;
  readonly #leaf;
  #head: ChainHead;

  constructor(options: { db: Sqlite; gateway: string; signer: EnvelopeSigner; time: TimeSource; project: ApplyEvent }) {
    this.#db = options.db;
    this.#gateway = options.gateway;
    this.#signer = options.signer;
    this.#time = options.time;
    this.#project = options.project;
    this.#insert = this.#db.prepare(`INSERT INTO event (seq, epoch, name, subject, at_ms, timeq, boot, hlc, cause, leaf, envelope)
      VALUES (@seq, @epoch, @name, @subject, @atMs, @timeq, @boot, @hlc, @cause, @leaf, @envelope)`);
    this.#after = this.#db.prepare<[number, number], Row>('SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT ?');
    this.#named = this.#db.prepare<[string, number, number], Row>('SELECT * FROM event WHERE name = ? AND seq > ? ORDER BY seq LIMIT ?');
    // Between the point that ends the key and the character after it lie all causes of one key.
    this.#caused = this.#db.prepare<[string, string], Row>("SELECT * FROM event WHERE cause > ? || '.' AND cause < ? || '/' ORDER BY seq");
    this.#leaf = this.#db.prepare<[number], Buffer>('SELECT leaf FROM event WHERE seq = ?').pluck();
    this.#head = this.#readHead();
  }

  get head(): ChainHead {
    return this.#head;
  }

  /**
   * Appends drafts in order with their projections, all in one synced transaction or none. Bounds: 1 to 20,000 drafts.
   * `step` moves to a new boot or epoch with the first of them.
   * @throws GatewayError store_failed when the disk refuses; nothing is recorded then.
   */
  append(drafts: readonly EventDraft[], step: AppendStep = {}): readonly StoredEvent[] {
    assert(drafts.length >= 1 && drafts.length <= appendEventsMax, `${drafts.length} events in one append`);
    const before = this.#head;
    const { nowMs, timeq } = this.#time();
    // Recorded time never goes back: while the clock is behind the last event, events carry that event's time and say so.
    const held = nowMs < before.atMs;
    const stamp = { atMs: held ? before.atMs : nowMs, timeq: held ? ('hold' as const) : timeq };
    try {
      const stored = this.#db.transaction(() => drafts.map((draft) => this.#write(draft, stamp, step)))();
      return stored;
    } catch (error) {
      this.#head = before;
      throw translate(error, this.#db.name);
    }
  }

  /** Encodes drafts as an append would. What could not be appended is our own mistake (assertion); nothing is written. */
  rehearse(drafts: readonly EventDraft[]): void {
    const { epoch, leaf: prev, boot } = this.#head;
    const place = {
      gateway: this.#gateway,
      epoch: Math.max(1, epoch),
      sequence: 1,
      prev,
      timeMs: epochMs(0),
      hlc: '0'.repeat(16),
      boot,
      timeq: 'none' as const,
      cause: null,
    };
    for (const draft of drafts) encodeEvent(place, draft);
  }

  #write(draft: EventDraft, stamp: { atMs: EpochMs; timeq: TimeQuality }, step: AppendStep): StoredEvent {
    const last = this.#head;
    const sequence = last.sequence + 1;
    const epoch = step.epoch ?? last.epoch;
    const boot = step.boot ?? last.boot;
    const hlc = stepHybridClock(last.hlc, stamp.atMs);
    const cause = step.cause ?? null;
    const place = { gateway: this.#gateway, epoch, sequence, prev: last.leaf, timeMs: stamp.atMs, hlc, boot, timeq: stamp.timeq, cause };
    const inner = encodeEvent(place, draft);
    const { envelope, leaf } = signEnvelope(inner, eventPayloadType, this.#signer);
    this.#insert.run({
      seq: sequence,
      epoch,
      name: draft.name,
      subject: draft.subject,
      ...stamp,
      boot,
      hlc,
      cause,
      leaf: Buffer.from(leaf, 'base64'),
      envelope,
    });
    this.#project(draft, { sequence, ...stamp });
    this.#head = { sequence, epoch, leaf, boot, hlc, atMs: stamp.atMs };
    return { sequence, epoch, ...stamp, cause, leaf, envelope, draft };
  }

  /** Up to `limit` stored rows after `sequence`, in order, as they were sent. */
  readAfter(sequence: number, limit: number): { sequence: number; name: string; envelope: Buffer }[] {
    return this.#after.all(sequence, limit).map((row) => ({ sequence: row.seq, name: row.name, envelope: row.envelope }));
  }

  /**
   * Up to `limit` events after `sequence`, of one name if it is given: each verified with its link to the one before, and no other read.
   * @throws GatewayError store_damaged at the first that does not hold.
   */
  list(sequence: number, limit: number, keys: KeyLookup, name?: EventName): StoredEvent[] {
    const rows = name === undefined ? this.#after.all(sequence, limit) : this.#named.all(name, sequence, limit);
    return rows.map((row) => this.#check(row, row.seq, this.#leafAt(row.seq - 1), keys));
  }

  /** Every event a request asked for, by the key its caller chose; empty when none was recorded. @throws GatewayError store_damaged. */
  causedBy(key: string, keys: KeyLookup): StoredEvent[] {
    return this.#caused.all(key, key).map((row) => this.#check(row, row.seq, this.#leafAt(row.seq - 1), keys));
  }

  /** Every event after `sequence`, verified one by one. @throws GatewayError store_damaged at the first that does not hold. */
  *verified(sequence: number, keys: KeyLookup, rows = pageRows): Generator<StoredEvent> {
    let previous = this.#leafAt(sequence);
    let expected = sequence + 1;
    // In pages, so that the reader may write to the same connection between two events and memory stays flat.
    for (let page = this.#after.all(sequence, rows); page.length > 0; page = this.#after.all(expected - 1, rows)) {
      for (const row of page) {
        const event = this.#check(row, expected, previous, keys);
        yield event;
        previous = event.leaf;
        expected += 1;
      }
    }
    if (expected <= this.#head.sequence) throw damaged(expected, 'is missing from the log');
  }

  /** Reads up to `limit` events after `sequence` again and reports instead of throwing. */
  verify(sequence: number, keys: KeyLookup, limit = Number.POSITIVE_INFINITY): ChainReport {
    let checked = 0;
    try {
      for (const _event of this.verified(sequence, keys, Math.min(limit, pageRows))) {
        checked += 1;
        if (checked >= limit) break;
      }
      return { checked, problem: null };
    } catch (error) {
      if (!(error instanceof ChainBroken)) throw error;
      return { checked, problem: { sequence: error.sequence, detail: error.detail } };
    }
  }

  #check(row: Row, expected: number, previous: string, keys: KeyLookup): StoredEvent {
    if (row.seq !== expected) throw damaged(expected, 'is missing from the log');
    const opened = openEvent(row.envelope, keys);
    if (!opened.ok) throw damaged(row.seq, `${opened.reason}: ${opened.detail} (${opened.place})`);
    const { event, leaf } = opened;
    if (leaf !== row.leaf.toString('base64')) throw damaged(row.seq, 'its leaf column is not the leaf of its envelope');
    if (event.sequence !== row.seq || event.epoch !== row.epoch || event.gateway !== this.#gateway) throw damaged(row.seq, `it says it is ${event.id}`);
    if (event.prev !== previous) throw damaged(row.seq, 'it does not link to the event before it');
    const { draft, timeMs, timeq } = event;
    if (draft === undefined) throw damaged(row.seq, `this program does not know its type ${event.type}`);
    // The columns are what the gateway itself reads (the head, the last trusted time, counts by name): they must say what was signed.
    const { cause } = event;
    const signed = [draft.name, event.subject, timeMs, timeq, event.boot, event.hlc, cause];
    const columns = [row.name, row.subject, row.at_ms, row.timeq, row.boot, row.hlc, row.cause];
    if (columns.some((column, index) => column !== signed[index])) throw damaged(row.seq, 'a column is not what its envelope says');
    return { sequence: row.seq, epoch: row.epoch, atMs: timeMs, timeq, cause, leaf, envelope: row.envelope, draft };
  }

  /** The gateway that signed the newest event; undefined when there is none, or none that `keys` verify. */
  owner(keys: KeyLookup): string | undefined {
    const [row] = this.#after.all(this.#head.sequence - 1, 1);
    const opened = row && openEvent(row.envelope, keys);
    return opened?.ok ? opened.event.gateway : undefined;
  }

  /** Leaf of a stored event, base64; undefined when the log does not reach that far. */
  leafOf(sequence: number): string | undefined {
    return this.#leaf.get(sequence)?.toString('base64');
  }

  /** What event `sequence` + 1 links to. */
  #leafAt(sequence: number): string {
    if (sequence === 0) return firstPrev;
    const leaf = this.leafOf(sequence);
    if (leaf === undefined) throw damaged(sequence, 'is missing from the log');
    return leaf;
  }

  #readHead(): ChainHead {
    const row = this.#db.prepare<[], Row>('SELECT * FROM event ORDER BY seq DESC LIMIT 1').get();
    if (row === undefined) return { sequence: 0, epoch: 0, leaf: firstPrev, boot: 0, hlc: null, atMs: epochMs(0) };
    return { sequence: row.seq, epoch: row.epoch, leaf: row.leaf.toString('base64'), boot: row.boot, hlc: row.hlc, atMs: epochMs(row.at_ms) };
  }
}

/** The log does not hold at one event. */
class ChainBroken extends GatewayError {
  readonly sequence: number;
  readonly detail: string;
  constructor(sequence: number, detail: string) {
    super('store_damaged', `Event ${sequence} of the log does not verify: ${detail}.`);
    this.sequence = sequence;
    this.detail = detail;
  }
}
const damaged = (sequence: number, detail: string) => new ChainBroken(sequence, detail);
