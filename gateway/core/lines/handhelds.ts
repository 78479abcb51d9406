/** How events of handhelds read. Chinese first, English second. */
import type { handheldEvents } from '../../../protocol/events/handhelds.ts';
import type { Lines } from '../line.ts';

const reasons = { lost: ['丢失', 'lost'], broken: ['损坏', 'broken'], replaced: ['已更换', 'replaced'] } as const;

export const handheldLines: Lines<keyof typeof handheldEvents> = {
  'handheld.enrolled': ({ device }) => [`手持机 ${device} 登记`, `handheld ${device} is enrolled`],
  'handheld.revoked': ({ device, reason }) => [`手持机 ${device} 停用（${reasons[reason][0]}）`, `handheld ${device} is revoked (${reasons[reason][1]})`],
};
