/**
 * What is taken back apart from all recyclables: pesticide packaging and hazardous waste, in pieces and grams. Its kinds never stand in a tariff.
 * Source: MARA/MEE Order 7 of 2020 on pesticide packaging; GB/T 19095-2019, hazardous waste.
 */
import { z } from 'zod';

export const takeBackStreams = ['pesticide', 'hazardous'] as const;
export type TakeBackStream = (typeof takeBackStreams)[number];
export const pesticideKinds = ['pesticideBottle', 'pesticideBag', 'pesticideDrum'] as const;
export const hazardousKinds = ['lamp', 'battery', 'medicine', 'chemical'] as const;
export const takeBackKinds = [...pesticideKinds, ...hazardousKinds] as const;
export type TakeBackKind = (typeof takeBackKinds)[number];
export const takeBackKindSchema = z.enum(takeBackKinds).meta({ title: 'kind of what is taken back' });

/** Which of the two ledgers a kind stands in. */
export const streamOf = (kind: TakeBackKind): TakeBackStream => ((pesticideKinds as readonly string[]).includes(kind) ? 'pesticide' : 'hazardous');
