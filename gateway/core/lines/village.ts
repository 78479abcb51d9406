/** How events of the gateway itself read. Chinese first, English second; pseudonyms only. */

import type { villageEvents } from '../../../protocol/events/village.ts';
import type { EventPayload } from '../../../protocol/events.ts';
import { formatLocal } from '../calendar.ts';
import { type Line, type Lines, reasons } from '../line.ts';

/** What an acceptance report ends with. */
export const verdictNames: Readonly<Record<EventPayload<'acceptance.reported'>['verdict'], Line>> = {
  accepted: ['合格', 'accepted'],
  accepted_with_remarks: ['合格，有备注', 'accepted with remarks'],
  not_accepted: ['不合格', 'NOT ACCEPTED'],
};

/** `1 卷（5 人起 2 卷）`, `1 roll (2 from 5 members)`. */
function quotaWords({ bands, unit }: Pick<EventPayload<'config.activated'>, 'bands' | 'unit'>): { readonly zh: string; readonly en: string } {
  if (unit === 'resident') return { zh: '每人 1 卷', en: 'a roll for each member' };
  const [first, ...more] = bands;
  const zh = more.map(({ membersFrom, rolls }) => `${membersFrom} 人起 ${rolls} 卷`).join('，');
  const en = more.map(({ membersFrom, rolls }) => `${rolls} from ${membersFrom} members`).join(', ');
  return { zh: ` ${first?.rolls} 卷${zh && `（${zh}）`}`, en: `${first?.rolls} roll(s)${en && ` (${en})`}` };
}

export const villageLines: Lines<keyof typeof villageEvents> = {
  'epoch.opened': ({ village, gateway, reason }) =>
    reason === 'restored'
      ? [`账本从备份恢复，开新纪元：${village} / ${gateway}`, `ledger of ${village} was put back from a backup; new epoch of ${gateway}`]
      : [`账本开账：${village} / ${gateway}`, `ledger opened for ${village} by ${gateway}`],
  'gateway.started': ({ boot, lastSequence }) => [
    `网关第 ${boot} 次启动，接续第 ${lastSequence} 号事件`,
    `gateway start ${boot}, continuing after event ${lastSequence}`,
  ],
  'config.activated': ({ tariffVersion, bands, unit }) => [
    `规则生效：积分标准 ${tariffVersion}，每月${quotaWords({ bands, unit }).zh}`,
    `rules in force: tariff ${tariffVersion}, ${quotaWords({ bands, unit }).en} a month`,
  ],
  'clock.adjusted': ({ reason, toMs, operator }) => [
    `时钟（${reasons[reason]}）：${formatLocal(toMs)}${operator === null ? '' : `，${operator}`}`,
    `wall clock ${reason.replaceAll('_', ' ')}: ${formatLocal(toMs)}${operator === null ? '' : ` (${operator})`}`,
  ],
  'acceptance.reported': ({ verdict, operator, failed, remarks }) => [
    `${operator} 验收：${verdictNames[verdict][0]}（不合格 ${failed} 项，备注 ${remarks} 项）`,
    `acceptance report by ${operator}: ${verdictNames[verdict][1]} (${failed} failed, ${remarks} remark(s))`,
  ],
};
