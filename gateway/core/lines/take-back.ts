/** How events of hazardous waste and pesticide packaging read. Chinese first, English second; pseudonyms only. */
import type { takeBackEvents } from '../../../protocol/events/take-back.ts';
import type { EventPayload } from '../../../protocol/events.ts';
import { kg, type Line, type Lines, short } from '../line.ts';

const streams = { pesticide: ['农药包装', 'pesticide packaging'], hazardous: ['有害垃圾', 'hazardous waste'] } as const;
const came = ({ household, kind, pieces, netGrams }: EventPayload<'pesticide.received' | 'hazard.received'>, zh: string): Line => [
  `收${zh} ${kind} ${pieces} 件 ${kg(netGrams)} 千克（农户 ${short(household)}）`,
  `${pieces} ${kind}, ${kg(netGrams)} kg, taken in from household ${short(household)}`,
];
const went = ({ transfer, receiver, netGrams }: EventPayload<'pesticide.handedover'>, stream: keyof typeof streams): Line => [
  `${streams[stream][0]}联单 ${transfer} 号：${kg(netGrams)} 千克交 ${receiver}`,
  `transfer ${transfer}: ${kg(netGrams)} kg of ${streams[stream][1]} handed over to ${receiver}`,
];

export const takeBackLines: Lines<keyof typeof takeBackEvents> = {
  'campaign.opened': ({ campaign, stream, from, to }) => [
    `${streams[stream][0]}回收活动 ${campaign}：${from} 至 ${to}`,
    `campaign ${campaign} for ${streams[stream][1]}, ${from} to ${to}`,
  ],
  'campaign.closed': ({ campaign, day }) => [`回收活动 ${campaign} ${day} 结束`, `campaign ${campaign} ends on ${day}`],
  'pesticide.received': (data) => came(data, '农药包装'),
  'hazard.received': (data) => came(data, '有害垃圾'),
  'pesticide.handedover': (data) => went(data, 'pesticide'),
  'hazard.handedover': (data) => went(data, 'hazardous'),
};
