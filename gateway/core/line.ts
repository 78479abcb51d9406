/**
 * What a sentence about an event is made of: both languages, short pseudonyms, kilograms, yuan and the reasons events give as codes.
 */
import type { EventName, EventPayload } from '../../protocol/events.ts';

export type Line = readonly [zh: string, en: string];
/** One sentence for each event of a subject. */
export type Lines<Name extends EventName> = { readonly [N in Name]: (data: EventPayload<N>) => Line };

/** Households are told apart by the first six of their twenty hex digits; enough for a person's eye. */
export const short = (household: string | null): string => (household === null ? '?' : household.slice(2, 8));
/** Kilograms with three digits. */
export const kg = (grams: number): string => (grams / 1000).toFixed(3);
/** 100 points are 1 yuan (protocol/tariff.ts). */
export const yuan = (points: number): string => (points / 100).toFixed(2);

type Reason<Name extends EventName> = EventPayload<Name> extends { readonly reason: infer Code extends string } ? Code : never;
type Code = { [Name in EventName]: Reason<Name> }[EventName] | EventPayload<'bin.level.changed'>['fillState'];

/** Reasons of events in Chinese; in English they stand as they are. */
export const reasons: Readonly<Record<Exclude<Code, Reason<'epoch.opened'>>, string>> = {
  ahead: '超前',
  appeal: '申诉成立',
  asked: '本户要求',
  back_in_line: '恢复正常',
  badge_lost: '工牌遗失',
  behind: '落后',
  blocked: '路不通',
  board_replaced: '控制板已更换',
  broken: '损坏',
  budget: '超预算',
  cancelled: '取消',
  card_forgotten: '忘带卡',
  card_lost: '卡已丢失',
  card_unreadable: '卡读不出',
  closed: '销户',
  commands_refused: '控制板拒收命令',
  confirmed: '人工确认',
  count: '盘点',
  counter: '柜台',
  counter_behind: '计数倒退',
  counters_reset: '计数清零',
  damaged: '损坏',
  death: '去世',
  declined: '不愿交',
  emptied: '已清空',
  error: '差错',
  event: '办事',
  expired: '过期',
  false_full: '虚满',
  fault_persists: '故障未消除',
  fenced: '任务已隔离',
  first_seen: '首次接入',
  foreign_job: '有本账本之外的任务',
  fraud: '弄虚作假',
  full: '已满',
  hardship: '困难',
  indeterminate: '结果不明',
  jam: '卡袋',
  job_number_exhausted: '任务号用尽',
  left: '离岗',
  lost: '挂失',
  maintenance: '检修',
  manual: '人工',
  merge: '并户',
  merged: '并户',
  misprinted: '印错',
  missing: '缺失',
  misuse: '违规',
  moisture: '水分损耗',
  more_people: '人口增加',
  move: '搬迁',
  moved_away: '迁出',
  network: '网络校时',
  no_card: '没有卡',
  nobody_home: '家中无人',
  noPower: '停电',
  none: '未执行',
  normal: '正常',
  not_sorted: '没有分类',
  nothing_out: '没有垃圾',
  open_job: '任务未完',
  plan: '待清运',
  protocol_version: '协议版本不符',
  purged: '清仓',
  refused: '控制板拒绝',
  replaced: '换卡',
  retention: '保存期满',
  service: '检修出袋',
  split: '分户',
  spoilt: '变质',
  start_up: '启动',
  superseded: '改判',
  swap: '调换',
  theft: '失窃',
  throat_blocked: '出袋口堵塞',
  unsafe: '有危险',
  weather: '天气原因',
  withdrawn: '退出',
};
