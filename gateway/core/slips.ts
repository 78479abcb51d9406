/**
 * What stands on a slip: place, time, weight, points and the number of the event, and nothing of who it was. Pure. A line has 32 bytes.
 * Rules: R-09 (empty magazine: a slip valid at the counter), R-16 (weight and points shown).
 */

/** Village date and time as the calendar writes it, and the number of the event the slip is about. */
export interface SlipPlace {
  readonly time: string;
  readonly number: number;
}

export const weighingSlip = ({ time, number }: SlipPlace, netGrams: number, points: number): string[] => [
  '称重凭条 Weighing',
  time,
  `重量 ${(netGrams / 1000).toFixed(3)} kg`,
  `积分 ${points}`,
  `编号 ${number}`,
];

/** For a villager whose roll was not there: the right stays unused. */
export const emptyMagazineSlip = ({ time, number }: SlipPlace): string[] => [
  '领袋凭条 Bag roll',
  time,
  '发袋机已空，请凭此条到柜台',
  'Empty: take this to the desk',
  `编号 ${number}`,
];
