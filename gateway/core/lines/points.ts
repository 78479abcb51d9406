/** How events of weighings and points read. Chinese first, English second; pseudonyms only. */
import type { pointsEvents } from '../../../protocol/events/points.ts';
import { kg, type Lines, short, yuan } from '../line.ts';

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

export const pointsLines: Lines<keyof typeof pointsEvents> = {
  'weigh.committed': ({ household, material, netGrams, alibi }) => [
    `农户 ${short(household)} 称重 ${kg(netGrams)} 千克 ${materials[material] ?? material}，第 ${alibi} 号`,
    `household ${short(household)} weighed ${kg(netGrams)} kg of ${material}, weighing ${alibi}`,
  ],
  'points.awarded': ({ household, points }) => [
    `农户 ${short(household)} 得 ${points} 分（${yuan(points)} 元）`,
    `household ${short(household)} earned ${points} points (${yuan(points)} yuan)`,
  ],
};
