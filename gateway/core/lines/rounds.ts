/** How events of rounds, of the station and of sales read. Chinese first, English second; pseudonyms only. */
import type { roundEvents } from '../../../protocol/events/rounds.ts';
import type { tradeEvents } from '../../../protocol/events/trade.ts';
import { kg, type Lines, reasons, short, yuan } from '../line.ts';

const sum = (loads: readonly { readonly netGrams: number }[]): string => kg(loads.reduce((total, { netGrams }) => total + netGrams, 0));
const scopes = { cart: ['收集车', 'cart'], round: ['轮次', 'round'], day: ['当日', 'day'] } as const;
const amountOf = (netGrams: number | null, pieces: number | null): Readonly<[string, string]> =>
  netGrams === null ? [`${pieces ?? 0} 件`, `${pieces ?? 0} piece(s)`] : [`${kg(netGrams)} 千克`, `${kg(netGrams)} kg`];

export const roundLines: Lines<keyof typeof roundEvents | keyof typeof tradeEvents> = {
  'round.started': ({ round, cart, tareGrams }) => [
    `收运轮次 ${round} 出发，车 ${cart} 皮重 ${kg(tareGrams)} 千克`,
    `round ${round} sets out with cart ${cart}, tare ${kg(tareGrams)} kg`,
  ],
  'round.stop.recorded': ({ round, household, loads }) => [
    `轮次 ${round}：农户 ${short(household)} 收 ${sum(loads)} 千克`,
    `round ${round}: ${sum(loads)} kg from household ${short(household)}`,
  ],
  'round.house.skipped': ({ round, household, reason }) => [
    `轮次 ${round}：农户 ${short(household)} 未收（${reasons[reason]}）`,
    `round ${round}: household ${short(household)} was skipped (${reason})`,
  ],
  'round.closed': ({ round, stops, skipped, stopGrams }) => [
    `轮次 ${round} 结束：${stops} 户 ${kg(stopGrams)} 千克，未收 ${skipped} 户`,
    `round ${round} is over: ${stops} stop(s), ${kg(stopGrams)} kg, ${skipped} skipped`,
  ],
  'intake.recorded': ({ intake, loads, expectedGrams }) => [
    `处理站进料 ${intake} 号：${sum(loads)} 千克（沿途 ${kg(expectedGrams)} 千克）`,
    `intake ${intake} at the station: ${sum(loads)} kg, ${kg(expectedGrams)} kg at the stops`,
  ],
  'intake.reversed': ({ intake }) => [`处理站进料 ${intake} 号冲销`, `intake ${intake} was reversed`],
  'balance.alert': ({ scope, day, expectedGrams, measuredGrams, toleranceGrams }) => [
    `${day} ${scopes[scope][0]}重量对不上：应 ${kg(expectedGrams)}，实 ${kg(measuredGrams)}，允差 ${kg(toleranceGrams)} 千克，请核查`,
    `${day}: masses of the ${scopes[scope][1]} do not add up: ${kg(expectedGrams)} expected, ${kg(measuredGrams)} found, tolerance ${kg(toleranceGrams)} kg; review it`,
  ],
  'compost.batch.recorded': ({ batch, inputGrams, compostGrams, residueGrams }) => [
    `堆肥 ${batch} 批：投料 ${kg(inputGrams)}，出肥 ${kg(compostGrams)}，残渣 ${kg(residueGrams)} 千克`,
    `compost batch ${batch}: ${kg(inputGrams)} kg in, ${kg(compostGrams)} kg compost, ${kg(residueGrams)} kg residue`,
  ],
  'station.load.sent': ({ wasteClass, netGrams, destination }) => [
    `处理站运出 ${wasteClass} ${kg(netGrams)} 千克（${destination}）`,
    `${kg(netGrams)} kg of ${wasteClass} left the station for ${destination}`,
  ],
  'recyclables.sorted': ({ material, netGrams }) => [`分拣出 ${material} ${kg(netGrams)} 千克`, `${kg(netGrams)} kg of ${material} were sorted out`],
  'recyclables.sold': ({ sale, company, material, netGrams, pieces, fen }) => [
    `第 ${sale} 次交售 ${company}：${material} ${amountOf(netGrams, pieces)[0]}，${yuan(fen)} 元`,
    `sale ${sale} to ${company}: ${amountOf(netGrams, pieces)[1]} of ${material} for ${yuan(fen)} yuan`,
  ],
  'recyclables.counted': ({ material, unit, counted, expected }) => [
    `盘点 ${material}：${counted}（账上 ${expected}）${unit === 'grams' ? '克' : '件'}`,
    `${counted} ${unit === 'grams' ? 'g' : 'piece(s)'} of ${material} counted, ${expected} expected`,
  ],
};
