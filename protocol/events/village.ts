/** Events of the gateway itself: its chain, its start, its rules, its clock and its acceptance. */
import { z } from 'zod';
import { quotaUnitSchema, rollBandsSchema } from '../rules/bags.ts';
import { count, deviceIdSchema, operatorSchema, u32 } from './fields.ts';

/** What an acceptance report can end with. */
export const acceptanceVerdicts = ['accepted', 'accepted_with_remarks', 'not_accepted'] as const;

export const villageEvents = {
  'epoch.opened': z
    .strictObject({
      reason: z.enum(['new', 'restored', 'rekeyed']),
      gateway: deviceIdSchema,
      village: deviceIdSchema,
      publicKey: z.string().max(64),
      operator: operatorSchema.nullable(),
    })
    .describe('A new stretch of the chain begins: first start, restore or new key. `operator` is null when the gateway found out by itself.'),
  'gateway.started': z
    .strictObject({ version: z.string().max(32), boot: u32, lastSequence: z.int().min(0) })
    .describe('The gateway process came up; `boot` counts its starts.'),
  'config.activated': z
    .strictObject({ digest: z.string().regex(/^[0-9a-f]{64}$/), tariffVersion: z.string().max(32), bands: rollBandsSchema, unit: quotaUnitSchema })
    .describe('The site file from here on, named by the SHA-256 of rules and tariff as parsed, with its quota of rolls; rules recorded later stand before it.'),
  'clock.adjusted': z
    .strictObject({
      fromMs: z.int().min(0),
      toMs: z.int().min(0),
      reason: z.enum(['behind', 'ahead', 'back_in_line', 'network', 'confirmed']),
      operator: operatorSchema.nullable(),
    })
    .describe(
      'The wall clock did not go on where village time was: found behind or ahead and not believed, back in line, set by the network, or confirmed by a clerk.',
    ),
  'acceptance.reported': z
    .strictObject({
      verdict: z.enum(acceptanceVerdicts),
      operator: operatorSchema,
      failed: count,
      remarks: count,
      leaf: z
        .string()
        .regex(/^[A-Za-z0-9+/]{43}=$/)
        .describe('Leaf of the envelope of the report: SHA-256 of a zero byte and the bytes that were signed, base64.'),
    })
    .describe('A technician examined the sorting point, and the report that came out was signed. It is kept as a file, outside the ledger.'),
} as const;
