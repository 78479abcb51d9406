/**
 * One readable line an event, in Chinese or English: for the terminal of a village, `sifen events list` and `sifen watch`. It knows
 * pseudonyms only. Adding an event means adding its line here; the types see to that.
 */
import type { EventDraft, EventName, EventPayload } from '../protocol/events.ts';
import { formatLocal } from './core/calendar.ts';

export const languages = ['zh', 'en'] as const;
export type Language = (typeof languages)[number];
type Line = readonly [zh: string, en: string];
type Lines = { readonly [Name in EventName]: (data: EventPayload<Name>) => Line };

/** Households are told apart by the first six of their twenty hex digits; enough for a person's eye. */
const short = (household: string | null): string => (household === null ? '?' : household.slice(2, 8));
const kg = (grams: number): string => (grams / 1000).toFixed(3);
/** 100 points are 1 yuan (protocol/tariff.ts). */
export const yuan = (points: number): string => (points / 100).toFixed(2);
const rollsOf = (rolls: readonly { roll: string | null }[]): string => rolls.map(({ roll }) => roll ?? '?').join(', ');

type Reason<Name extends EventName> = EventPayload<Name> extends { readonly reason: infer Code extends string } ? Code : never;
type Code = { [Name in EventName]: Reason<Name> }[EventName] | EventPayload<'bin.level.changed'>['fillState'];

/** Codes of events in Chinese; in English they stand as they are. */
const codes: Readonly<Record<Exclude<Code, Reason<'epoch.opened'>>, string>> = {
  ahead: '超前',
  back_in_line: '恢复正常',
  behind: '落后',
  board_replaced: '控制板已更换',
  commands_refused: '控制板拒收命令',
  confirmed: '人工确认',
  counter_behind: '计数倒退',
  counters_reset: '计数清零',
  fault_persists: '故障未消除',
  fenced: '任务已隔离',
  first_seen: '首次接入',
  foreign_job: '有本账本之外的任务',
  full: '已满',
  indeterminate: '结果不明',
  jam: '卡袋',
  job_number_exhausted: '任务号用尽',
  lost: '挂失',
  network: '网络校时',
  none: '未执行',
  normal: '正常',
  open_job: '任务未完',
  plan: '待清运',
  protocol_version: '协议版本不符',
  purged: '清仓',
  refused: '控制板拒绝',
  replaced: '换卡',
  service: '检修出袋',
  start_up: '启动',
  throat_blocked: '出袋口堵塞',
};

/** What an acceptance report ends with. */
export const verdictNames: Readonly<Record<EventPayload<'acceptance.reported'>['verdict'], Line>> = {
  accepted: ['合格', 'accepted'],
  accepted_with_remarks: ['合格，有备注', 'accepted with remarks'],
  not_accepted: ['不合格', 'NOT ACCEPTED'],
};

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

const lines: Lines = {
  'epoch.opened': ({ village, gateway, reason }) =>
    reason === 'restored'
      ? [`账本从备份恢复，开新纪元：${village} / ${gateway}`, `ledger of ${village} was put back from a backup; new epoch of ${gateway}`]
      : [`账本开账：${village} / ${gateway}`, `ledger opened for ${village} by ${gateway}`],
  'gateway.started': ({ boot, lastSequence }) => [
    `网关第 ${boot} 次启动，接续第 ${lastSequence} 号事件`,
    `gateway start ${boot}, continuing after event ${lastSequence}`,
  ],
  'config.activated': ({ tariffVersion, rollsPerPeriod }) => [
    `规则生效：积分标准 ${tariffVersion}，每月 ${rollsPerPeriod} 卷`,
    `rules in force: tariff ${tariffVersion}, ${rollsPerPeriod} roll(s) a month`,
  ],
  'clock.adjusted': ({ reason, toMs, operator }) => [
    `时钟（${codes[reason]}）：${formatLocal(toMs)}${operator === null ? '' : `，${operator}`}`,
    `wall clock ${reason.replaceAll('_', ' ')}: ${formatLocal(toMs)}${operator === null ? '' : ` (${operator})`}`,
  ],
  'acceptance.reported': ({ verdict, operator, failed, remarks }) => [
    `${operator} 验收：${verdictNames[verdict][0]}（不合格 ${failed} 项，备注 ${remarks} 项）`,
    `acceptance report by ${operator}: ${verdictNames[verdict][1]} (${failed} failed, ${remarks} remark(s))`,
  ],
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
    `农户 ${short(household)} 的卡作废（${codes[reason]}）`,
    `a card of household ${short(household)} was revoked (${reason})`,
  ],
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
    `农户 ${short(household)} 未领到，额度退回（${codes[reason]}）`,
    `household ${short(household)} got no roll, quota given back (${reason})`,
  ],
  'bag.roll.wasted': ({ dispenser, rolls, reason }) => [
    `${dispenser} 有 ${rolls} 卷作废（${codes[reason]}）`,
    `${rolls} roll(s) of ${dispenser} went to waste (${reason})`,
  ],
  'bag.roll.unattributed': ({ dispenser, rolls }) => [
    `${dispenser} 有 ${rolls} 卷去向不明，待人核实`,
    `${rolls} roll(s) of ${dispenser} are unaccounted for: a person must look`,
  ],
  'device.fenced': ({ device, reason }) => [`${device} 已隔离旧任务（${codes[reason]}）`, `${device} fenced off earlier jobs (${reason})`],
  'device.rebaselined': ({ device, reason, ctrOut }) => [`${device} 计数从 ${ctrOut} 起（${codes[reason]}）`, `${device} counts from ${ctrOut} (${reason})`],
  'device.locked': ({ device, reason }) => [`${device} 停用，需人检查（${codes[reason]}）`, `${device} is locked, a person must look (${reason})`],
  'device.unlocked': ({ device }) => [`${device} 恢复使用`, `${device} is in use again`],
  'device.health': ({ device, state, cause }) => [
    `${device} ${state === 'online' ? '上线' : '离线'}`,
    `${device} is ${state}${cause === null ? '' : ` (${cause})`}`,
  ],
  'weigh.committed': ({ household, material, netGrams, alibi }) => [
    `农户 ${short(household)} 称重 ${kg(netGrams)} 千克 ${materials[material] ?? material}，第 ${alibi} 号`,
    `household ${short(household)} weighed ${kg(netGrams)} kg of ${material}, weighing ${alibi}`,
  ],
  'scale.check.passed': ({ scale, nominalGrams, readGrams, operator }) => [
    `${scale} 校验合格：砝码 ${kg(nominalGrams)} 千克，显示 ${kg(readGrams)}，${operator}`,
    `${scale} passed its check: ${kg(readGrams)} kg shown for ${kg(nominalGrams)} (${operator})`,
  ],
  'scale.check.failed': ({ scale, nominalGrams, readGrams, limitGrams, operator }) => [
    `${scale} 校验不合格，停止计分：砝码 ${kg(nominalGrams)} 千克，显示 ${kg(readGrams)}，允差 ${limitGrams} 克，${operator}`,
    `${scale} FAILED its check and awards nothing: ${kg(readGrams)} kg shown for ${kg(nominalGrams)}, ${limitGrams} g allowed (${operator})`,
  ],
  'points.awarded': ({ household, points }) => [
    `农户 ${short(household)} 得 ${points} 分（${yuan(points)} 元）`,
    `household ${short(household)} earned ${points} points (${yuan(points)} yuan)`,
  ],
  'bin.level.changed': ({ bin, compartment, levelPercent, fillState }) => [
    `${bin} 第 ${compartment} 格${levelPercent === null ? '' : ` ${levelPercent}%`}（${codes[fillState]}）`,
    `${bin} compartment ${compartment}${levelPercent === null ? '' : ` at ${levelPercent} %`} (${fillState})`,
  ],
  'alarm.fire': ({ bin, compartment }) => [`火警！${bin} 第 ${compartment} 格`, `FIRE ALARM in ${bin} compartment ${compartment}`],
  'bin.hatch.opened': ({ bin, compartment, outcome }) => [
    `${bin} 第 ${compartment} 格开门${outcome === 'obeyed' ? '' : '（未确认）'}`,
    `${bin} compartment ${compartment} opened${outcome === 'obeyed' ? '' : ' (not confirmed)'}`,
  ],
  'alarm.notified': ({ bin, compartment, outcome, tries }) => [
    `${bin} 第 ${compartment} 格火警短信：${outcome === 'sent' ? '已发出' : outcome === 'failed' ? '未发出' : '部分发出'}（${tries} 次）`,
    `messages about the fire alarm in ${bin} compartment ${compartment}: ${outcome} after ${tries} tries`,
  ],
  'alarm.cleared': ({ bin, compartment }) => [`${bin} 第 ${compartment} 格火警解除`, `alarm of ${bin} compartment ${compartment} cleared`],
};

/** What happened, without the time. */
export function describeEvent(draft: EventDraft, language: Language): string {
  const [zh, en] = (lines[draft.name] as (data: EventDraft['data']) => Line)(draft.data);
  return language === 'zh' ? zh : en;
}

/** Village date and time, number and sentence. */
export const formatEvent = (event: { readonly atMs: number; readonly sequence: number; readonly draft: EventDraft }, language: Language): string =>
  `${formatLocal(event.atMs)}  #${String(event.sequence).padStart(5)}  ${describeEvent(event.draft, language)}`;

const refusals: Readonly<Record<string, Line>> = {
  card_unknown: ['这张卡没有登记，请找村里的管理员', 'this card is not registered; ask the village clerk'],
  card_revoked: ['这张卡已挂失或作废', 'this card was reported lost or replaced'],
  household_unknown: ['没有这个农户', 'there is no such household'],
  quota_used: ['本月的垃圾袋已经领过', 'this month’s roll has already been drawn'],
  date_unconfirmed: ['已领过；机器日期未确认，如已到新的一月，请管理员确认日期', 'already drawn; if a new month has begun, ask the clerk to confirm the date'],
  dispenser_starting: ['发袋机正在启动，请稍等', 'the dispenser is starting, please wait'],
  dispenser_busy: ['发袋机正在出袋，请稍等', 'the dispenser is busy, please wait'],
  dispenser_unreachable: ['发袋机没有应答，请找管理员', 'the dispenser does not answer; ask the clerk'],
  dispenser_locked: ['发袋机停用，等待检查', 'the dispenser is locked until somebody has looked at it'],
  dispenser_fault: ['发袋机故障，请找管理员', 'the dispenser has a fault; ask the clerk'],
  door_open: ['发袋机门开着，请稍等', 'the door of the dispenser is open, please wait'],
  magazine_empty: ['垃圾袋已发完，等待补充', 'the dispenser is empty and waits for a refill'],
  door_closed: ['先开门再扫卷标签', 'open the door before scanning roll labels'],
  labels_too_many: ['扫得太快，请重扫这一卷', 'too many labels at once; scan this one again'],
  label_unreadable: ['不是本村的袋卷标签', 'not a roll label of this village'],
  material_unknown: ['没有这种材质', 'this material is not in the tariff'],
  priced_by_piece: ['这种材质按件计分，请到柜台', 'this material is counted by the piece; go to the counter'],
  tariff_not_yet_valid: ['积分标准尚未生效', 'the tariff is not in force yet'],
  over_session_limit: ['重量过大，请找管理员', 'more than one person brings at once; ask the clerk'],
  below_minimum: ['太轻，不计分', 'too light to count'],
  unstable_too_long: ['秤不稳定，请放好再试', 'the scale does not come to rest; place the goods again'],
  overload: ['超重，请分次称', 'too heavy; weigh in parts'],
  underload: ['秤异常，请找管理员', 'the scale reads below zero; ask the clerk'],
  negative: ['秤异常，请找管理员', 'the scale reads below zero; ask the clerk'],
  scale_check_due: ['秤该校验了，请找管理员', 'the scale is due for its check weight; ask the keeper'],
  scale_check_failed: ['秤校验不合格，停止使用', 'the scale failed its check and is out of use'],
  scale_unverified: ['秤没有有效检定证书，不能按重量付款', 'the scale has no verification in force; nothing is bought by its weight'],
  scale_in_check: ['秤正在校验，请稍等', 'the scale is being checked, please wait'],
  check_unanswered: ['没有及时看到空秤和稳定的砝码', 'no empty tray and then a weight at rest were seen in time'],
  scale_fault: ['秤有故障，请联系管理员', 'the scale has a fault; call the keeper'],
  tare_changed: ['皮重被改动，请重新称', 'the tare was changed; weigh again'],
  no_return_to_zero: ['请先清空秤盘', 'empty the tray first'],
  stale: ['秤没有应答，请重新称', 'the scale did not answer; weigh again'],
  roll_known: ['这一卷已经登记过', 'this roll is already registered'],
};

/** A refusal as a sentence a villager understands; an unknown code is shown as it is. */
export function describeRefusal(code: string, language: Language): string {
  const line = refusals[code];
  return line === undefined ? code : line[language === 'zh' ? 0 : 1];
}

/** The language of a terminal: Chinese when its locale says so. */
export const languageOf = (locale: string | undefined): Language => (locale?.toLowerCase().startsWith('zh') ? 'zh' : 'en');
