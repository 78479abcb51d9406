/** How events of pick-ups read. Chinese first, English second. */
import type { PickupLine, pickupEvents } from '../../../protocol/events/pickups.ts';
import { kg, type Lines, reasons } from '../line.ts';

const classesOf = (lines: readonly PickupLine[]): string => [...new Set(lines.map(({ wasteClass }) => wasteClass))].join(', ');

export const pickupLines: Lines<keyof typeof pickupEvents> = {
  'pickup.requested': ({ request, bin, lines }) => [`清运 ${request} 号：${bin}（${classesOf(lines)}）`, `pick-up ${request} at ${bin}: ${classesOf(lines)}`],
  'pickup.changed': ({ request, bin, lines }) => [
    `清运 ${request} 号改为：${bin}（${classesOf(lines)}）`,
    `pick-up ${request} at ${bin} is now: ${classesOf(lines)}`,
  ],
  'pickup.acknowledged': ({ request, bin, truck }) => [`${truck} 号车接清运 ${request} 号（${bin}）`, `truck ${truck} takes pick-up ${request} at ${bin}`],
  'pickup.started': ({ request, bin, truck }) => [
    `${truck} 号车出发，清运 ${request} 号（${bin}）`,
    `truck ${truck} is on its way to ${bin}, pick-up ${request}`,
  ],
  'pickup.checked': ({ request, bin, wasteClass, netGrams, suspectedFluff }) => [
    `${bin} ${wasteClass} 称得 ${kg(netGrams)} 千克${suspectedFluff ? '，疑似虚满' : ''}（清运 ${request} 号）`,
    `${wasteClass} at ${bin} weighs ${kg(netGrams)} kg${suspectedFluff ? ', suspected fluff' : ''} (pick-up ${request})`,
  ],
  'pickup.done': ({ request, bin, truck }) => [`${truck} 号车清运完 ${bin}（${request} 号）`, `truck ${truck} emptied ${bin}, pick-up ${request}`],
  'pickup.cancelled': ({ request, bin, reason }) => [
    `清运 ${request} 号（${bin}）取消：${reasons[reason]}`,
    `pick-up ${request} at ${bin} was cancelled (${reason})`,
  ],
  'pickup.escalated': ({ request, bin, ageMinutes }) => [
    `清运 ${request} 号（${bin}）等了 ${ageMinutes} 分钟无人出车`,
    `nobody set out for pick-up ${request} at ${bin} in ${ageMinutes} minutes`,
  ],
};
