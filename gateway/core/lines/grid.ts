/** How events of the grid read. Chinese first, English second; functions and pseudonyms only. */
import type { gridEvents } from '../../../protocol/events/grid.ts';
import { type Lines, short } from '../line.ts';

export const gridLines: Lines<keyof typeof gridEvents> = {
  'grid.assigned': ({ household, partyMember }) => [
    partyMember === null ? `农户 ${short(household)} 暂无党员联系` : `农户 ${short(household)} 由 ${partyMember} 联系`,
    `household ${short(household)} is looked after by ${partyMember ?? 'nobody'}`,
  ],
  'grid.cadre.assigned': ({ partyMember, cadre }) => [
    cadre === null ? `${partyMember} 暂无干部联系` : `${partyMember} 由 ${cadre} 联系`,
    `${partyMember} reports to ${cadre ?? 'nobody'}`,
  ],
};
