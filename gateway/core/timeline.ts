/**
 * One readable line an event, in Chinese or English: for the terminal of a village, the pages, `sifen events list` and `sifen watch`. It knows
 * pseudonyms only. Adding an event means adding its line in the file of its subject; the types see to that.
 */
import type { EventDraft, EventName, EventPayload } from '../../protocol/events.ts';
import { formatLocal } from './calendar.ts';
import type { Line } from './line.ts';
import { bagLines } from './lines/bags.ts';
import { depositLines } from './lines/deposits.ts';
import { deviceLines } from './lines/devices.ts';
import { earningLines } from './lines/earning.ts';
import { exportLines } from './lines/exports.ts';
import { gridLines } from './lines/grid.ts';
import { handheldLines } from './lines/handhelds.ts';
import { householdLines } from './lines/households.ts';
import { operatorLines } from './lines/operators.ts';
import { oversightLines } from './lines/oversight.ts';
import { peopleLines } from './lines/people.ts';
import { pickupLines } from './lines/pickups.ts';
import { pointsLines } from './lines/points.ts';
import { rollLines } from './lines/rolls.ts';
import { roundLines } from './lines/rounds.ts';
import { ruleLines } from './lines/rules.ts';
import { shopLines } from './lines/shop.ts';
import { takeBackLines } from './lines/take-back.ts';
import { villageLines } from './lines/village.ts';
import { refusals } from './refusals.ts';

export const languages = ['zh', 'en'] as const;
export type Language = (typeof languages)[number];

const lines: { readonly [Name in EventName]: (data: EventPayload<Name>) => Line } = {
  ...villageLines,
  ...peopleLines,
  ...householdLines,
  ...gridLines,
  ...operatorLines,
  ...handheldLines,
  ...exportLines,
  ...oversightLines,
  ...ruleLines,
  ...bagLines,
  ...rollLines,
  ...pointsLines,
  ...earningLines,
  ...shopLines,
  ...deviceLines,
  ...pickupLines,
  ...roundLines,
  ...takeBackLines,
  ...depositLines,
};

/** What happened, without the time. */
export function describeEvent(draft: EventDraft, language: Language): string {
  const [zh, en] = (lines[draft.name] as (data: EventDraft['data']) => Line)(draft.data);
  return language === 'zh' ? zh : en;
}

/** Village date and time, number and sentence. */
export const formatEvent = (event: { readonly atMs: number; readonly sequence: number; readonly draft: EventDraft }, language: Language): string =>
  `${formatLocal(event.atMs)}  #${String(event.sequence).padStart(5)}  ${describeEvent(event.draft, language)}`;

/** A refusal as a sentence a villager understands; an unknown code is shown as it is. */
export function describeRefusal(code: string, language: Language): string {
  const line = Object.hasOwn(refusals, code) ? refusals[code as keyof typeof refusals] : undefined;
  return line === undefined ? code : line[language === 'zh' ? 0 : 1];
}

/** The language of a terminal: Chinese when its locale says so. */
export const languageOf = (locale: string | undefined): Language => (locale?.toLowerCase().startsWith('zh') ? 'zh' : 'en');
