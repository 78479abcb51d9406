/** How events of rolls read. Chinese first, English second; pseudonyms only. */
import type { bagEvents } from '../../../protocol/events/bags.ts';
import { type Lines, reasons, short } from '../line.ts';

const rollsOf = (rolls: readonly { roll: string | null }[]): string => rolls.map(({ roll }) => roll ?? '?').join(', ');

export const bagLines: Lines<keyof typeof bagEvents> = {
  'bag.roll.stocked': ({ roll, dispenser }) => [`${dispenser} 装入 ${roll}`, `${roll} loaded into ${dispenser}`],
  'bag.issue.requested': ({ household, dispenser, period }) => [
    `农户 ${short(household)} 在 ${dispenser} 领 ${period} 的垃圾袋`,
    `household ${short(household)} asks ${dispenser} for its ${period} roll`,
  ],
  'bag.issue.ordered': ({ household, dispenser, period, reliability }) => [
    `农户 ${short(household)} 在 ${dispenser}（${reliability} 类）领 ${period} 的垃圾袋`,
    `household ${short(household)} asks ${dispenser} (class ${reliability}) for its ${period} roll`,
  ],
  'bag.issue.indeterminate': ({ household, dispenser, job, cause }) => [
    `${dispenser} 说不清农户 ${short(household)} 的一卷是否出袋，任务 ${job} 待人核实（${cause}）`,
    `${dispenser} cannot tell whether household ${short(household)} has its roll: job ${job} waits for a person (${cause})`,
  ],
  'bag.issue.settled': ({ job, outcome, by, operator }) => [
    `任务 ${job} 由 ${operator} 核实：${outcome === 'issued' ? '已出袋' : '未出袋'}${by === 'stock_count' ? '（盘点）' : ''}`,
    `job ${job} settled by ${operator}: ${outcome === 'issued' ? 'the roll came out' : 'no roll came out'}${by === 'stock_count' ? ' (stock count)' : ''}`,
  ],
  'bag.stock.counted': ({ dispenser, counted, expected, operator }) => [
    `${operator} 盘点 ${dispenser}：${counted} 卷（账上 ${expected} 卷）`,
    `${operator} counted ${counted} roll(s) in ${dispenser}, ${expected} expected`,
  ],
  'bag.roll.issued': ({ household, rolls, rollUnconfirmed }) => [
    `农户 ${short(household)} 领到 ${rollsOf(rolls)}${rollUnconfirmed ? '（待确认）' : ''}`,
    `household ${short(household)} took ${rollsOf(rolls)}${rollUnconfirmed ? ' (unconfirmed)' : ''}`,
  ],
  'bag.issue.voided': ({ household, reason }) => [
    `农户 ${short(household)} 未领到，额度退回（${reasons[reason]}）`,
    `household ${short(household)} got no roll, quota given back (${reason})`,
  ],
  'bag.roll.wasted': ({ dispenser, rolls, reason }) => [
    `${dispenser} 有 ${rolls} 卷作废（${reasons[reason]}）`,
    `${rolls} roll(s) of ${dispenser} went to waste (${reason})`,
  ],
  'bag.roll.unattributed': ({ dispenser, rolls }) => [
    `${dispenser} 有 ${rolls} 卷去向不明，待人核实`,
    `${rolls} roll(s) of ${dispenser} are unaccounted for: a person must look`,
  ],
};
