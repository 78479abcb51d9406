/** How events of weighings and points read. Chinese first, English second; pseudonyms only. */
import type { pointsEvents } from '../../../protocol/events/points.ts';
import type { PointSource } from '../../../protocol/rules/points.ts';
import { kg, type Lines, reasons, short, yuan } from '../line.ts';

/** Materials of the tariffs we know; the timeline has no tariff at hand. Another one is shown by its key. */
const materials: Readonly<Record<string, string>> = {
  cardboard: '纸板',
  paper: '废纸',
  textile: '织物',
  plastic: '塑料',
  metal: '金属',
  rubber: '橡胶',
  drinkBottle: '饮料瓶',
  can: '易拉罐',
};

/** Ways to earn. */
const sources: Readonly<Record<PointSource, string>> = {
  recyclables: '可回收物',
  learning: '学习',
  volunteering: '志愿服务',
  evaluation: '评分',
  takeback: '有害垃圾回收',
};

export const pointsLines: Lines<keyof typeof pointsEvents> = {
  'weigh.committed': ({ household, material, netGrams, alibi }) => [
    `农户 ${short(household)} 称重 ${kg(netGrams)} 千克 ${materials[material] ?? material}，第 ${alibi} 号`,
    `household ${short(household)} weighed ${kg(netGrams)} kg of ${material}, weighing ${alibi}`,
  ],
  'points.awarded': ({ household, points }) => [
    `农户 ${short(household)} 得 ${points} 分（${yuan(points)} 元）`,
    `household ${short(household)} earned ${points} points (${yuan(points)} yuan)`,
  ],
  'recyclables.received': ({ household, material, netGrams, pieces }) => {
    const [zh, en] = pieces === null ? [`${kg(netGrams ?? 0)} 千克`, `${kg(netGrams ?? 0)} kg`] : [`${pieces} 件`, `${pieces} piece(s)`];
    return [`农户 ${short(household)} 交来 ${zh}${materials[material] ?? material}`, `household ${short(household)} brought ${en} of ${material}`];
  },
  'points.queued': ({ household, points }) => [
    `农户 ${short(household)} 的 ${points} 分超预算，等村两委审批`,
    `${points} points of household ${short(household)} wait for the committee`,
  ],
  'points.rejected': ({ household, queued, reason }) => [
    `农户 ${short(household)} 第 ${queued} 号积分不予发放（${reasons[reason]}）`,
    `points ${queued} of household ${short(household)} are not given (${reason})`,
  ],
  'points.deducted': ({ household, points }) => [`农户 ${short(household)} 扣 ${points} 分`, `household ${short(household)} lost ${points} points`],
  'points.clawedback': ({ household, points, reverses, reason }) => [
    `收回农户 ${short(household)} 第 ${reverses} 号的 ${points} 分（${reasons[reason]}）`,
    `${points} points of award ${reverses} taken back from household ${short(household)} (${reason})`,
  ],
  'points.restored': ({ household, points, reverses, reason }) => [
    `退还农户 ${short(household)} 第 ${reverses} 号扣的 ${points} 分（${reasons[reason]}）`,
    `${points} points of deduction ${reverses} given back to household ${short(household)} (${reason})`,
  ],
  'points.budget.warned': ({ source, month, state, limit, issued }) => {
    const percent = limit === 0 ? 100 : Math.floor((issued * 100) / limit);
    return state === 'full'
      ? [`${month} ${sources[source]}积分预算已用完（${percent}%）`, `the ${source} budget of ${month} is used up (${percent} %)`]
      : [`${month} ${sources[source]}积分预算已用 ${percent}%`, `${percent} % of the ${source} budget of ${month} is used`];
  },
  'points.expired': ({ household, points }) => [`农户 ${short(household)} 有 ${points} 分到期`, `${points} points of household ${short(household)} expired`],
};
