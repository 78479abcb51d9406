/**
 * One thing a person may do in the village, as data: who may tell it, what is asked, and how it is decided. `tellStory` runs any of them:
 * the request that comes again is answered from the ledger, authority is decided, then the story, and its events are appended in one
 * transaction. Nothing waits between reading a fact and committing on it. Stories of the village stand in workflows/stories.
 */
import type { z } from 'zod';
import type { BagVillage } from '../../protocol/bag-code.ts';
import { causeOf } from '../../protocol/cause.ts';
import { hashOwnHousehold } from '../../protocol/credential.ts';
import type { EventDraft, EventName } from '../../protocol/events.ts';
import type { TimeQuality } from '../../protocol/signed-event.ts';
import type { Tariff } from '../../protocol/tariff.ts';
import { type Actor, type Authority, decideAuthority } from '../core/authority.ts';
import { dayOf, quotaPeriod } from '../core/calendar.ts';
import { type Refusal, type Refused, refuse } from '../core/refusals.ts';
import type { DatedRules } from '../core/rule-book.ts';
import type { StoredEvent } from '../store/event-log.ts';
import type { PersonalFile } from '../store/personal.ts';
import type { Store } from '../store/store.ts';

/** The books of a village, and what decisions need beside them. */
export interface Books {
  readonly store: Store;
  readonly personal: PersonalFile;
  /** Village time and how far it may be trusted. */
  readonly time: { readonly clock: { now(): number }; quality(): TimeQuality };
  /** Secret of this gateway for hashes of cards, plaques and badges. */
  readonly credentialKey: Uint8Array;
  /** The village's part of bag codes and their secret. */
  readonly bags: BagVillage;
  /** Rules in force on a day, `YYYY-MM-DD`. */
  readonly rules: (day: string) => DatedRules;
  /** Every price list known, in the order it was set. */
  readonly tariffs: () => readonly Tariff[];
  /** That many unpredictable bytes, for pseudonyms and codes. */
  readonly random: (count: number) => Uint8Array;
}

/** When a story is told. `period` is the month of the last trusted time where the date is not trusted. */
export interface When {
  readonly atMs: number;
  readonly day: string;
  readonly period: string;
  readonly dateTrusted: boolean;
}

/** Who tells it, who confirms, and when. */
export interface Asked {
  readonly actor: Actor;
  readonly second: Actor | null;
  readonly when: When;
  /** Names for the events: operator and second person. */
  readonly orderedBy: { readonly operator: string; readonly second: string | null };
}

/**
 * Events to append, or a refusal. `before` writes personal rows, which stand before the ledger refers to them; `after` destroys them, which comes
 * last: a start destroys again what the ledger says is gone.
 */
export type Decision = { readonly ok: true; readonly drafts: readonly EventDraft[]; readonly before?: () => void; readonly after?: () => void } | Refused;

export interface Story<Input extends z.ZodType = z.ZodType, Prepared = unknown> {
  /** For people, in lists and manuals. */
  readonly title: { readonly zh: string; readonly en: string };
  /** Numbers of the business rules it carries out. */
  readonly rules: readonly string[];
  /** By role; a function where it depends on who is enrolled. */
  readonly authority: Authority | ((books: Books) => Authority);
  readonly input: Input;
  /** Households it is about; for the rule on the own household. */
  readonly concerns?: (input: z.output<Input>, books: Books) => readonly string[];
  /** What takes time and touches nothing, before any fact is read. */
  readonly prepare?: (input: z.output<Input>) => Promise<Prepared>;
  readonly decide: (books: Books, input: z.output<Input>, asked: Asked, prepared: Prepared) => Decision;
}

export const defineStory = <Input extends z.ZodType, Prepared = undefined>(story: Story<Input, Prepared>): Story<Input, Prepared> => story;

/** An event a story left behind. Pseudonyms only. */
export interface ToldEvent {
  readonly sequence: number;
  readonly atMs: number;
  readonly name: EventName;
  readonly data: EventDraft['data'];
}
export type Told =
  | { readonly ok: true; readonly repeated: boolean; readonly events: readonly ToldEvent[] }
  | { readonly ok: false; readonly refusal: Refusal }
  | { readonly ok: false; readonly issues: readonly { readonly path: string; readonly message: string }[] };

/** `key` names the request, so that it can come again; null for one that never does. */
export interface Order {
  readonly actor: Actor;
  readonly second: Actor | null;
  readonly key: string | null;
}

/** Runs one story. @throws GatewayError store_failed or store_damaged; nothing is recorded then. */
export async function tellStory(books: Books, name: string, story: Story, input: unknown, order: Order): Promise<Told> {
  const parsed = story.input.safeParse(input);
  if (!parsed.success) return { ok: false, issues: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })) };
  const cause = order.key === null ? undefined : causeOf(order.key, name, withoutPin(parsed.data), books.credentialKey);
  // A repeated request costs no work of `prepare`; one that repeats itself meanwhile is caught below.
  if (order.key !== null && cause !== undefined) {
    const before = repeatOf(books.store, order.key, cause);
    if (before !== null) return before;
  }
  const prepared = story.prepare === undefined ? undefined : await story.prepare(parsed.data);
  if (story.prepare !== undefined && order.key !== null && cause !== undefined) {
    const meanwhile = repeatOf(books.store, order.key, cause);
    if (meanwhile !== null) return meanwhile;
  }
  const authority = typeof story.authority === 'function' ? story.authority(books) : story.authority;
  const households = (story.concerns?.(parsed.data, books) ?? []).map((household) => hashOwnHousehold(household, books.credentialKey));
  const barred = decideAuthority({ authority, actor: order.actor, second: order.second, households });
  if (barred !== null) return barred;
  const decision = story.decide(books, parsed.data, askedBy(books, order), prepared);
  if (!decision.ok) return decision;
  if (decision.before !== undefined) {
    // What cannot be recorded must leave no personal row behind.
    books.store.rehearse(decision.drafts);
    decision.before();
  }
  const events = decision.drafts.length === 0 ? [] : books.store.append(decision.drafts, cause === undefined ? {} : { cause });
  decision.after?.();
  return { ok: true, repeated: false, events: events.map(toldOf) };
}

/** A PIN is a secret that no digest of a request should depend on. */
const withoutPin = (input: unknown): unknown => (typeof input === 'object' && input !== null && 'pin' in input ? { ...input, pin: null } : input);

function repeatOf(store: Store, key: string, cause: string): Told | null {
  const before = store.causedBy(key);
  if (before.length === 0) return null;
  return before.every((event) => event.cause === cause) ? { ok: true, repeated: true, events: before.map(toldOf) } : refuse('request_key_reused');
}

const toldOf = ({ sequence, atMs, draft }: StoredEvent): ToldEvent => ({ sequence, atMs, name: draft.name, data: draft.data });

function askedBy({ store, time }: Books, { actor, second }: Order): Asked {
  const nowMs = time.clock.now();
  const { period, dateTrusted } = quotaPeriod({ nowMs, timeq: time.quality(), lastTrustedMs: store.lastTrustedMs() });
  const when = { atMs: nowMs, day: dayOf(nowMs), period, dateTrusted };
  return { actor, second, when, orderedBy: { operator: actor.operator, second: second?.operator ?? null } };
}
