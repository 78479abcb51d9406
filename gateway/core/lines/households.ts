/** How events of commitment, consent and the life of a household read. Chinese first, English second; pseudonyms only. */
import type { householdEvents } from '../../../protocol/events/households.ts';
import { type Lines, reasons, short, yuan } from '../line.ts';

const purposes = { processing: ['积分和追溯', 'points and tracing'], honourList: ['上红榜', 'the honour list'] } as const;

export const householdLines: Lines<keyof typeof householdEvents> = {
  'commitment.signed': ({ household, day }) => [`农户 ${short(household)} 签承诺书（${day}）`, `household ${short(household)} signed the commitment of ${day}`],
  'commitment.ended': ({ household, day }) => [`农户 ${short(household)} 从 ${day} 起终止承诺`, `household ${short(household)} ended its commitment on ${day}`],
  'consent.given': ({ household, purpose }) => [
    `农户 ${short(household)} 同意${purposes[purpose][0]}`,
    `household ${short(household)} consents to ${purposes[purpose][1]}`,
  ],
  'consent.withdrawn': ({ household, purpose }) => [
    `农户 ${short(household)} 不同意${purposes[purpose][0]}`,
    `household ${short(household)} does not consent to ${purposes[purpose][1]}`,
  ],
  'household.identified': ({ household, operator, second, reason }) => [
    `${operator}、${second} 认出农户 ${short(household)}（${reasons[reason]}）`,
    `${operator} and ${second} know household ${short(household)} without a card (${reason})`,
  ],
  'household.moved': ({ household }) => [`农户 ${short(household)} 搬到村内另一处`, `household ${short(household)} moved to another house of the village`],
  'household.split': ({ household, into, leaving }) => [
    `农户 ${short(household)} 分户，${leaving} 人立新户 ${short(into)}`,
    `${leaving} member(s) left household ${short(household)} and are household ${short(into)}`,
  ],
  'account.transferred': ({ from, to, points, reason }) => [
    `农户 ${short(from)} 的 ${points} 分（${yuan(points)} 元）转给 ${short(to)}（${reasons[reason]}）`,
    `${points} points of household ${short(from)} (${yuan(points)} yuan) went to ${short(to)} (${reason})`,
  ],
  'bag.quota.carried': ({ household, from, period, rolls }) => [
    `农户 ${short(from)} ${period} 已领的 ${rolls} 卷算在 ${short(household)} 名下`,
    `${rolls} roll(s) household ${short(from)} drew in ${period} count for ${short(household)}`,
  ],
  'household.closed': ({ household, successor, reason }) => [
    `农户 ${short(household)} 销户（${reasons[reason]}）${successor === null ? '' : `，由 ${short(successor)} 承接`}`,
    `household ${short(household)} was closed (${reason})${successor === null ? '' : `, ${short(successor)} takes over`}`,
  ],
  'person.exported': ({ household, operator }) => [
    `${operator} 把农户 ${short(household)} 的全部资料交给本户`,
    `${operator} handed household ${short(household)} all that is kept of it`,
  ],
  'person.erased': ({ household, reason }) => [
    `农户 ${short(household)} 的个人信息已删除（${reasons[reason]}）`,
    `the personal record of household ${short(household)} was erased (${reason})`,
  ],
  'operator.erased': ({ erased }) => [`${erased} 离岗期满，姓名和密码已删除`, `name and PIN of ${erased} were erased`],
};
