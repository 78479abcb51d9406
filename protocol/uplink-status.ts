/**
 * What a gateway says about itself on its retained status topic, and what the broker says for it when it is gone (the last will).
 * Plain JSON, not signed: a hint for operators, never evidence.
 */
import { z } from 'zod';
import { timeQualities } from './signed-event.ts';

/** `backlog` counts events not yet taken by the broker. `unconfirmed` says that this broker's word proves nothing. */
export const uplinkStatusSchema = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('offline') }),
  z.strictObject({
    state: z.literal('online'),
    boot: z.int().min(0),
    epoch: z.int().min(1),
    head: z.int().min(0).describe('Sequence number of the newest event.'),
    backlog: z.int().min(0),
    timeq: z.enum(timeQualities),
    acknowledge: z.enum(['broker', 'unconfirmed']),
  }),
]);
export type UplinkStatus = z.infer<typeof uplinkStatusSchema>;
