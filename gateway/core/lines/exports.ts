/** How events of exports read. Chinese first, English second. */
import type { exportEvents } from '../../../protocol/events/exports.ts';
import type { Lines } from '../line.ts';

export const exportLines: Lines<keyof typeof exportEvents> = {
  'village.exported': ({ operator, second }) => [
    `${operator} 和 ${second ?? '?'} 导出全村农户姓名`,
    `${operator} and ${second ?? '?'} took along the names of all households`,
  ],
};
