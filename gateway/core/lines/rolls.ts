/** How events of rolls outside a dispenser read. Chinese first, English second; pseudonyms only. */
import type { rollEvents } from '../../../protocol/events/rolls.ts';
import { type Lines, reasons, short } from '../line.ts';

const handed = { counter: ['领', 'by hand'], swap: ['换', 'in exchange'], manual: ['补', 'by hand after an undecided job'] } as const;
const terms = { free: ['免费', 'free'], points: ['扣积分', 'for points'] } as const;
const answers = { own: ['是自家的', 'it is theirs'], lost: ['是遗失的', 'it is of a lost roll'], unclear: ['说不清', 'nothing certain'] } as const;
const purposes = { sorting: ['分类检查', 'sorting'], found_bag: ['捡到的袋', 'a found bag'], complaint: ['投诉', 'a complaint'] } as const;

export const rollLines: Lines<keyof typeof rollEvents> = {
  'bag.manifest.imported': ({ batch, part, parts, rolls, signedBy }) => [
    `批次 ${batch} 入库 ${rolls.length} 卷（${part}/${parts}${signedBy === null ? '，两人确认' : ''}）`,
    `${rolls.length} roll(s) of batch ${batch} came into stock (${part}/${parts}${signedBy === null ? ', by two persons' : ''})`,
  ],
  'bag.roll.handed': ({ household, roll, period, reason }) => [
    `农户 ${short(household)} 在柜台${handed[reason][0]}到 ${roll}（${period}）`,
    `household ${short(household)} took ${roll} for ${period} ${handed[reason][1]}`,
  ],
  'bag.roll.confirmed': ({ household, roll, assumed }) => [
    `确认农户 ${short(household)} 领到的是 ${roll}${assumed === roll ? '' : `，不是 ${assumed ?? '?'}`}`,
    `household ${short(household)} has ${roll}${assumed === roll ? '' : `, not ${assumed ?? '?'}`}: confirmed`,
  ],
  'bag.roll.lost': ({ household, roll }) => [`农户 ${short(household)} 遗失 ${roll}`, `household ${short(household)} lost ${roll}`],
  'bag.replacement.granted': ({ household, terms: how, points }) => [
    `农户 ${short(household)} 可补领一卷（${terms[how][0]}${points === 0 ? '' : ` ${points}`}）`,
    `household ${short(household)} may have one more roll (${terms[how][1]}${points === 0 ? '' : `: ${points}`})`,
  ],
  'bag.roll.damaged': ({ household, roll, reason, voidBags }) => [
    `农户 ${short(household)} 退回坏卷 ${roll}（${reasons[reason]}），作废 ${voidBags.length} 袋`,
    `household ${short(household)} gave ${roll} back (${reason}), ${voidBags.length} bag(s) void`,
  ],
  'bag.roll.returned': ({ household, roll, period }) => [
    `农户 ${short(household)} 退回 ${roll}，${period} 的额度恢复`,
    `household ${short(household)} gave ${roll} back; its right of ${period} is unused again`,
  ],
  'bag.roll.voided': ({ roll, reason }) => [`库存 ${roll} 作废（${reasons[reason]}）`, `${roll} in stock is void (${reason})`],
  'bag.roll.unloaded': ({ roll, dispenser }) => [`${roll} 从 ${dispenser} 取出回库`, `${roll} taken out of ${dispenser}, back into stock`],
  'bag.extra.approved': ({ household, period, rolls, reason }) => [
    `批准农户 ${short(household)} ${period} 多领 ${rolls} 卷（${reasons[reason]}）`,
    `household ${short(household)} may have ${rolls} more roll(s) in ${period} (${reason})`,
  ],
  'bag.found': ({ roll, bag, owner, at }) => [
    `捡到 ${roll} 第 ${bag} 袋（户 ${short(owner)}，在 ${at === null ? '公共处' : short(at)}）`,
    `bag ${bag} of ${roll} (household ${short(owner)}) found at ${at === null ? 'a public place' : short(at)}`,
  ],
  'bag.finding.answered': ({ finding, household, answer }) => [
    `农户 ${short(household)} 答复第 ${finding} 号：${answers[answer][0]}`,
    `household ${short(household)} on finding ${finding}: ${answers[answer][1]}`,
  ],
  'bag.traced': ({ operator, roll, bag, household, purpose }) => [
    `${operator} 查询 ${roll} 第 ${bag} 袋属于农户 ${short(household)}（${purposes[purpose][0]}）`,
    `${operator} traced bag ${bag} of ${roll} to household ${short(household)} (${purposes[purpose][1]})`,
  ],
};
