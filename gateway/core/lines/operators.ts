/** How events of operators read. Chinese first, English second; functions only, never names. */
import type { operatorEvents } from '../../../protocol/events/operators.ts';
import { type Role, roles } from '../../../protocol/roles.ts';
import { type Lines, reasons } from '../line.ts';

const rolesIn = (held: readonly Role[], language: 'zh' | 'en'): string => held.map((role) => roles[role][language]).join(language === 'zh' ? '、' : ', ');

export const operatorLines: Lines<keyof typeof operatorEvents> = {
  'operator.enrolled': ({ enrolled, roles: held }) => [`登记工作人员 ${enrolled}：${rolesIn(held, 'zh')}`, `${enrolled} enrolled: ${rolesIn(held, 'en')}`],
  'operator.changed': ({ changed, roles: held }) => [`${changed} 现为：${rolesIn(held, 'zh')}`, `${changed} is now: ${rolesIn(held, 'en')}`],
  'operator.badge.replaced': ({ changed }) => [`${changed} 换发工牌`, `${changed} has a new badge`],
  'operator.suspended': ({ suspended, reason }) => [`${suspended} 停用（${reasons[reason]}）`, `${suspended} is suspended (${reason})`],
};
