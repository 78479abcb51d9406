/** Everything that is kept of one household, put together for it: both files and every subject. Shown only after `person.export` wrote down who asked. */
import { hashCredential } from '../../protocol/credential.ts';
import { dayOf } from '../core/calendar.ts';
import type { Statement } from '../core/statement-page.ts';
import { statementRowsMax } from '../limits.ts';
import { balanceOf } from './awarding.ts';
import type { Books } from './story.ts';

/** Cards by hash, with the end of each code that is still kept. */
export function cardsOf({ store, personal, credentialKey }: Books, household: string): Statement['cards'] {
  const codes = new Map((personal.read(household)?.cards ?? []).map((code) => [hashCredential(code, credentialKey), code]));
  return store.people.credentials(household).map(({ credential, state, sinceMs }) => {
    const ends = codes.get(credential)?.slice(-4) ?? null;
    return { credential, state, since: dayOf(sinceMs), ends };
  });
}

/** Full years before this one whose points are told: as long as the ledger is kept. */
const earnedYears = 3;

/** Undefined where there is no record: never one, or erased. */
export function statementOf(books: Books, household: string, printedBy: string): Statement | undefined {
  const { store, personal, time } = books;
  const life = store.people.life(household);
  const record = personal.read(household);
  if (life === undefined || record === undefined) return undefined;
  const { cards: _codes, ...person } = record;
  const today = dayOf(time.clock.now());
  const from = `${Number(today.slice(0, 4)) - earnedYears}-01-01`;
  const traces = store.rolls.tracesOf(household, statementRowsMax);
  const looks = [
    ...store.people.looks(household, statementRowsMax).map(({ atMs, kind, operator, second }) => ({ atMs, what: kind as string, operator, second })),
    ...traces.map(({ atMs, purpose, operator }) => ({ atMs, what: purpose, operator, second: null })),
  ].sort((a, b) => b.atMs - a.atMs);
  return {
    ...person,
    members: life.members,
    registeredOn: dayOf(life.registeredMs),
    closedOn: life.closedMs === null ? null : dayOf(life.closedMs),
    printedOn: today,
    printedBy,
    partyMember: store.grid.partyMemberOf(household),
    standing: store.people.standing(household),
    balance: balanceOf(books, household),
    earned: store.points.earnings(household, from, today),
    rolls: store.rolls.ofHousehold(household, statementRowsMax).map(({ roll, period, state }) => ({ roll, period, state })),
    grades: store.earning.grades(household, from, today, statementRowsMax).map(({ day, stream, grade, state }) => ({ day, stream, grade, state })),
    receipts: store.shop.ofHousehold(household, statementRowsMax).map(({ receipt, lines, points, state }) => {
      const goods = lines.map(({ good, pieces }) => `${good} × ${pieces}`).join(', ');
      return { receipt, goods, points, state };
    }),
    cash: store.shop.paidTo(household, statementRowsMax),
    cards: cardsOf(books, household),
    looks: looks.slice(0, statementRowsMax).map(({ atMs, ...look }) => ({ day: dayOf(atMs), ...look })),
  };
}
