/** How events of learning, volunteering and grades read. Chinese first, English second; pseudonyms only. */
import type { evaluationEvents } from '../../../protocol/events/evaluation.ts';
import type { learningEvents } from '../../../protocol/events/learning.ts';
import type { volunteeringEvents } from '../../../protocol/events/volunteering.ts';
import { gradeReasons, grades, type Stream, streams } from '../../../protocol/grades.ts';
import { type Lines, short } from '../line.ts';

/** What an attendance, an hour of help or a grade led to. */
const outcomes = {
  awarded: ['得分', 'points'],
  queued: ['超预算，等村两委审批', 'beyond the budget, waits for the committee'],
  gift: ['发了小礼品', 'a small gift'],
  belowBand: ['成绩不够，不计分', 'score too low for points'],
  capped: ['本月次数已满', 'enough for this month'],
  noConsent: ['未同意，不计分', 'no consent, no points'],
  nothing: ['不加不减', 'no points'],
  warned: ['提醒一次，不扣分', 'a warning, no points taken'],
  deducted: ['扣分', 'points taken'],
  limit: ['已无可扣', 'nothing left to take'],
  outdated: ['当天已有更晚的评分', 'a later look of the day counts'],
} as const;

const door = (household: string, stream: Stream, day: string): readonly [zh: string, en: string] => [
  `农户 ${short(household)} ${day} ${streams[stream].zh}桶`,
  `household ${short(household)}, ${streams[stream].en}, ${day}`,
];

export const earningLines: Lines<keyof typeof learningEvents | keyof typeof volunteeringEvents | keyof typeof evaluationEvents> = {
  'learning.session.opened': ({ session, day }) => [`${day} 学习 ${session}`, `learning session ${session} on ${day}`],
  'learning.attended': ({ session, household, outcome }) => [
    `农户 ${short(household)} 参加学习 ${session}：${outcomes[outcome][0]}`,
    `household ${short(household)} attended ${session}: ${outcomes[outcome][1]}`,
  ],
  'learning.list.entered': ({ session, attended, refused }) => [
    `学习 ${session} 名单：${attended} 户，${refused.length} 户不计`,
    `list of ${session}: ${attended} household(s), ${refused.length} left out`,
  ],
  'volunteer.listed': ({ activity, day, households }) => [
    `${day} 志愿服务 ${activity}：${households.length} 户，待确认`,
    `volunteering ${activity} on ${day}: ${households.length} household(s) to confirm`,
  ],
  'volunteer.confirmed': ({ activity, household, outcome }) => [
    `农户 ${short(household)} 志愿服务 ${activity}：${outcomes[outcome][0]}`,
    `household ${short(household)} volunteered at ${activity}: ${outcomes[outcome][1]}`,
  ],
  'volunteer.rejected': ({ activity }) => [`志愿服务 ${activity} 未确认`, `the list of ${activity} is not confirmed`],
  'evaluation.recorded': ({ household, stream, day, grade, reason, outcome }) => {
    const [zh, en] = door(household, stream, day);
    const why = reason === null ? ['', ''] : [`（${gradeReasons[reason].zh}）`, ` (${gradeReasons[reason].en})`];
    return [`${zh}：${grades[grade].zh}${why[0]}，${outcomes[outcome][0]}`, `${en}: ${grades[grade].en}${why[1]}, ${outcomes[outcome][1]}`];
  },
  'evaluation.confirmed': ({ household, stream, day }) => {
    const [zh, en] = door(household, stream, day);
    return [`${zh}：复看，评分不变`, `${en}: seen again, the grade stands`];
  },
  'evaluation.superseded': ({ household, stream, day }) => {
    const [zh, en] = door(household, stream, day);
    return [`${zh}：评分改判`, `${en}: the grade is replaced`];
  },
  'evaluation.appealed': ({ household, stream, day }) => {
    const [zh, en] = door(household, stream, day);
    return [`${zh}：农户申诉`, `${en}: the household appeals`];
  },
  'evaluation.appeal.decided': ({ household, stream, day, upheld }) => {
    const [zh, en] = door(household, stream, day);
    return upheld
      ? [`${zh}：申诉成立，评分作废`, `${en}: the appeal is upheld, the grade no longer counts`]
      : [`${zh}：申诉不成立`, `${en}: the appeal is dismissed`];
  },
};
