/**
 * What people sort into, at home and at the shed, as dated data: names and colours differ by stage and region. Blue is what does not rot at home and
 * what is recyclable at the shed, so whoever shows a class names its stage. Source: GB/T 19095-2019, Zhejiang wording, Jinhua method (two-way at home).
 */
import { z } from 'zod';

const colour = z.enum(['green', 'blue', 'red', 'grey', 'black', 'brown', 'yellow']);
type Colour = z.infer<typeof colour>;
const shownAs = (zh: string, en: string, shown: Colour) =>
  z.strictObject({ zh: z.string().min(1).max(16).default(zh), en: z.string().min(1).max(32).default(en), colour: colour.default(shown) }).prefault({});

export const bagPolicies = ['tipOut', 'wholeBag'] as const;
export type BagPolicy = (typeof bagPolicies)[number];

export const sortingRulesSchema = z
  .strictObject({
    home: z
      .strictObject({ rotting: shownAs('会烂', 'rotting', 'green'), nonRotting: shownAs('不会烂', 'not rotting', 'blue') })
      .prefault({})
      .describe('The two streams at home.'),
    shed: z
      .strictObject({
        food: shownAs('易腐垃圾', 'food waste', 'green'),
        recyclable: shownAs('可回收物', 'recyclables', 'blue'),
        hazardous: shownAs('有害垃圾', 'hazardous waste', 'red'),
        residual: shownAs('其他垃圾', 'residual waste', 'grey'),
      })
      .prefault({})
      .describe('The four classes at the shed. Elsewhere food is 厨余垃圾.'),
    bagPolicy: z
      .enum(bagPolicies)
      .default('tipOut')
      .describe('tipOut: the contents go to food, the bag to residual; wholeBag: the issued bag goes in whole, other bags are flagged (R-26).'),
    deposit: z
      .strictObject({
        chooseSeconds: z.int().min(20).max(300).default(30).describe('To choose a hatch after the card (R-14). Elderly people need their time.'),
        openSeconds: z.int().min(20).max(300).default(60).describe('A hatch belongs to a session for this long at most (R-14).'),
        closeSeconds: z.int().min(7).max(10).default(8).describe('After the last hand at the hatch a session without a door contact is over (R-14).'),
      })
      .prefault({})
      .describe('Deposits at a bin with a reader.'),
  })
  .prefault({});
export type SortingRules = z.output<typeof sortingRulesSchema>;
