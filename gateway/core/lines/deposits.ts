/** How events of deposits read. Chinese first, English second; pseudonyms only. */
import type { depositEnds, depositEvents } from '../../../protocol/events/deposits.ts';
import { kg, type Lines, short } from '../line.ts';

const ends: Readonly<Record<(typeof depositEnds)[number], string>> = {
  shut: '已关门',
  quiet: '无人投放',
  timeout: '超时',
  reidentified: '换人刷卡',
  restarted: '网关重启',
};

export const depositLines: Lines<keyof typeof depositEvents> = {
  'deposit.session.opened': ({ bin, compartment, household }) => [
    `农户 ${short(household)} 打开 ${bin} 第 ${compartment} 格`,
    `household ${short(household)} opened ${bin}/${compartment}`,
  ],
  'deposit.session.closed': ({ bin, compartment, household, ended, risePercent, netGrams }) => [
    `农户 ${short(household)} 在 ${bin} 第 ${compartment} 格投放结束（${ends[ended]}）${netGrams === null ? `，升 ${risePercent ?? '?'} %` : `，${kg(netGrams)} 千克`}`,
    `household ${short(household)} is done at ${bin}/${compartment} (${ended}), ${netGrams === null ? `up ${risePercent ?? '?'} %` : `${kg(netGrams)} kg`}`,
  ],
};
