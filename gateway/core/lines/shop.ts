/** How events of the shop and its till read. Chinese first, English second; pseudonyms only. */
import type { shopEvents } from '../../../protocol/events/shop.ts';
import { kg, type Lines, reasons, short, yuan } from '../line.ts';

const goodsOf = (lines: readonly { readonly good: string; readonly pieces: number }[]): string =>
  lines.map(({ good, pieces }) => `${pieces} x ${good}`).join(', ');

export const shopLines: Lines<keyof typeof shopEvents> = {
  'goods.priced': ({ good, zh, pricePoints }) =>
    pricePoints === null
      ? [`${zh}（${good}）下架`, `${good} is no longer offered`]
      : [`${zh}（${good}）${pricePoints} 分一件`, `${good} costs ${pricePoints} points`],
  'goods.received': ({ good, pieces }) => [`进货 ${good} ${pieces} 件`, `${pieces} of ${good} came in`],
  'goods.counted': ({ good, counted, expected }) => [
    `盘点 ${good}：${counted} 件（账上 ${expected} 件）`,
    `${counted} of ${good} counted, ${expected} expected`,
  ],
  'redemption.held': ({ receipt, household, lines, points }) => [
    `农户 ${short(household)} 兑换单 ${receipt}：${goodsOf(lines)}，留 ${points} 分`,
    `receipt ${receipt}: ${goodsOf(lines)} and ${points} points held for household ${short(household)}`,
  ],
  'redemption.captured': ({ receipt, household, points }) => [
    `农户 ${short(household)} 领走兑换单 ${receipt}，花 ${points} 分`,
    `household ${short(household)} took the goods of receipt ${receipt} for ${points} points`,
  ],
  'redemption.released': ({ receipt, household, reason }) => [
    `农户 ${short(household)} 兑换单 ${receipt} 取消（${reasons[reason]}），积分退回`,
    `receipt ${receipt} of household ${short(household)} was released (${reason}), the points went back`,
  ],
  'till.filled': ({ till, fen }) => [
    fen > 0 ? `钱箱 ${till} 放入 ${yuan(fen)} 元` : `钱箱 ${till} 取出 ${yuan(-fen)} 元`,
    fen > 0 ? `${yuan(fen)} yuan put into till ${till}` : `${yuan(-fen)} yuan taken out of till ${till}`,
  ],
  'till.counted': ({ till, countedFen, expectedFen }) => [
    `钱箱 ${till} 清点：${yuan(countedFen)} 元（账上 ${yuan(expectedFen)} 元）`,
    `${yuan(countedFen)} yuan counted in till ${till}, ${yuan(expectedFen)} expected`,
  ],
  'cash.paid': ({ receipt, household, netGrams, material, fen }) => [
    `农户 ${short(household)} 卖 ${kg(netGrams)} 千克 ${material}，付 ${yuan(fen)} 元，第 ${receipt} 号`,
    `household ${short(household)} sold ${kg(netGrams)} kg of ${material} for ${yuan(fen)} yuan, receipt ${receipt}`,
  ],
};
