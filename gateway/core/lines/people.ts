/** How events of households and cards read. Chinese first, English second; pseudonyms only. */
import type { peopleEvents } from '../../../protocol/events/people.ts';
import { type Lines, reasons, short } from '../line.ts';

export const peopleLines: Lines<keyof typeof peopleEvents> = {
  'roster.imported': ({ operator, registered, changed }) => [
    `${operator} 导入名册：新增 ${registered} 户，变更 ${changed} 户`,
    `${operator} imported a roster: ${registered} household(s) added, ${changed} changed`,
  ],
  'household.registered': ({ household, members }) => [
    `农户 ${short(household)} 登记，${members} 人`,
    `household ${short(household)} registered, ${members} member(s)`,
  ],
  'household.changed': ({ household, members }) => [
    `农户 ${short(household)} 现为 ${members} 人`,
    `household ${short(household)} now has ${members} member(s)`,
  ],
  'credential.added': ({ household }) => [`农户 ${short(household)} 新增一张卡`, `household ${short(household)} has a further card`],
  'credential.revoked': ({ household, reason }) => [
    `农户 ${short(household)} 的卡作废（${reasons[reason]}）`,
    `a card of household ${short(household)} was revoked (${reason})`,
  ],
};
