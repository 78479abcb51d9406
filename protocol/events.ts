/**
 * Every event the gateway can record, as zod schemas: the one source of the TypeScript types, the JSON Schema and REFERENCE.md.
 * An event carries its postings, so whoever holds the verified stream can recompute every balance without our database.
 * Payloads hold whole numbers and pseudonyms only: no names, no card codes, no floats. This file must never do I/O.
 */
import type { z } from 'zod';
import { bagEvents } from './events/bags.ts';
import { depositEvents } from './events/deposits.ts';
import { deviceEvents } from './events/devices.ts';
import { evaluationEvents } from './events/evaluation.ts';
import { exportEvents } from './events/exports.ts';
import type { Posting } from './events/fields.ts';
import { gridEvents } from './events/grid.ts';
import { handheldEvents } from './events/handhelds.ts';
import { householdEvents } from './events/households.ts';
import { learningEvents } from './events/learning.ts';
import { operatorEvents } from './events/operators.ts';
import { oversightEvents } from './events/oversight.ts';
import { peopleEvents } from './events/people.ts';
import { pickupEvents } from './events/pickups.ts';
import { pointsEvents } from './events/points.ts';
import { rollEvents } from './events/rolls.ts';
import { roundEvents } from './events/rounds.ts';
import { ruleEvents } from './events/rules.ts';
import { shopEvents } from './events/shop.ts';
import { takeBackEvents } from './events/take-back.ts';
import { tradeEvents } from './events/trade.ts';
import { villageEvents } from './events/village.ts';
import { volunteeringEvents } from './events/volunteering.ts';

/** Name of each event (CloudEvents `type` is the name plus `.v1`) and the shape of its `data`. */
export const eventSchemas = {
  ...villageEvents,
  ...peopleEvents,
  ...householdEvents,
  ...gridEvents,
  ...operatorEvents,
  ...handheldEvents,
  ...exportEvents,
  ...oversightEvents,
  ...ruleEvents,
  ...bagEvents,
  ...rollEvents,
  ...pointsEvents,
  ...learningEvents,
  ...volunteeringEvents,
  ...evaluationEvents,
  ...shopEvents,
  ...deviceEvents,
  ...pickupEvents,
  ...roundEvents,
  ...tradeEvents,
  ...takeBackEvents,
  ...depositEvents,
} as const;

export type EventName = keyof typeof eventSchemas;
export type EventPayload<Name extends EventName = EventName> = z.infer<(typeof eventSchemas)[Name]>;
/** An event before it has a place in the chain. `subject` is a pseudonym or a device name, never a person. */
export type EventDraft<Name extends EventName = EventName> = {
  [N in Name]: { readonly name: N; readonly subject: string; readonly data: EventPayload<N> };
}[Name];

/** Names in a fixed order, for generated documents and exhaustive tables. */
export const eventNames = Object.keys(eventSchemas) as readonly EventName[];
/** CloudEvents `type` of an event name. */
export const eventType = (name: EventName): string => `${name}.v1`;
/** Name behind a CloudEvents `type`, or undefined for one this version does not know. */
export function eventNameOf(type: string): EventName | undefined {
  const name = type.endsWith('.v1') ? type.slice(0, -3) : '';
  return Object.hasOwn(eventSchemas, name) ? (name as EventName) : undefined;
}
/** Postings of an event, empty for the kinds that move nothing. */
export function postingsOf(draft: EventDraft): readonly Posting[] {
  return 'postings' in draft.data ? draft.data.postings : [];
}
