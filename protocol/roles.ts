/**
 * What an operator may be. One person may hold several roles; none of them names who it is. Which story asks for which role stands with the
 * story (gateway/workflows/stories).
 */
import { z } from 'zod';

/** Roles in the order they are shown. Source: domain of the town, 分管包线 / 片长包片 / 干部包党员 / 党员包农户 and the stations' staff. */
export const roles = {
  collector: { zh: '上门收集员', en: 'collector' },
  clerk: { zh: '交易中心店员', en: 'eco-centre clerk' },
  stationMaster: { zh: '处理站站长', en: 'master of the treatment station' },
  organiser: { zh: '活动组织者', en: 'organiser of learning and volunteering' },
  partyMember: { zh: '党员联户', en: 'party member in charge of households' },
  cadre: { zh: '联系干部', en: 'cadre in charge of party members' },
  committee: { zh: '村两委', en: 'village committee' },
  supervisor: { zh: '村监会', en: 'village supervisory committee' },
  inspector: { zh: '第三方检查员', en: 'third-party inspector' },
  technician: { zh: '技术员', en: 'technician' },
} as const;
export type Role = keyof typeof roles;
export const roleNames = Object.keys(roles) as [Role, ...Role[]];
export const roleSchema = z.enum(roleNames).meta({ title: 'role' });
