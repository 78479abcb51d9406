/** Events of devices: fences, locks, health, check weights, bin levels and fire. */
import { z } from 'zod';
import { code, deviceIdSchema, jobIdSchema, operatorSchema, u32 } from './fields.ts';

/** Why a device will not move anything until a person has looked (assurance: lock, never guess). */
const lockReasons = [
  'board_replaced',
  'counter_behind',
  'throat_blocked',
  'fault_persists',
  'protocol_version',
  'job_number_exhausted',
  'commands_refused',
  'foreign_job',
] as const;

/** A known weight on a scale: what it showed, and what the law allows. */
const checkSchema = z.strictObject({
  scale: deviceIdSchema,
  operator: operatorSchema,
  nominalGrams: z.int().min(1),
  readGrams: z.int(),
  limitGrams: z.int().min(1).describe('Largest error allowed in service at this load: OIML R 76-1, class III.'),
  intervalGrams: z.int().min(1),
  model: z.string().max(32),
  profile: z.string().regex(/^[0-9a-f]{16}$/),
  stableSource: z.enum(['device', 'derived']),
  rawHex: z.array(z.string().max(256)).min(2).max(8),
  core: z.string().max(16),
});

export const deviceEvents = {
  'device.fenced': z
    .strictObject({ device: deviceIdSchema, fence: jobIdSchema, job: jobIdSchema.nullable(), reason: z.enum(['open_job', 'start_up']) })
    .describe('A fence number was taken: jobs below it can never run on this board.'),
  'device.rebaselined': z
    .strictObject({
      device: deviceIdSchema,
      reason: z.enum(['first_seen', 'board_replaced', 'counters_reset']),
      nonce: u32,
      ctrOut: u32,
      ctrTest: u32,
      operator: operatorSchema.nullable(),
    })
    .describe('Counters of this board count from here.'),
  'device.locked': z.strictObject({ device: deviceIdSchema, reason: z.enum(lockReasons) }).describe('The device moves nothing until a person has looked.'),
  'device.unlocked': z
    .strictObject({ device: deviceIdSchema, operator: operatorSchema.nullable() })
    .describe('The lock was lifted: by a person, or because its cause is gone.'),
  'device.health': z
    .strictObject({ device: deviceIdSchema, state: z.enum(['online', 'offline']), cause: code.nullable() })
    .describe('A device came back or stopped answering.'),
  'scale.check.passed': checkSchema.describe('A check weight was put on a scale, and what it showed is within the errors allowed in service.'),
  'scale.check.failed': checkSchema.describe('A check weight was put on a scale, and what it showed is not. The scale awards nothing until a check passes.'),
  'bin.level.changed': z
    .strictObject({
      bin: deviceIdSchema,
      compartment: z.int().min(1).max(8),
      wasteClass: z.enum(['food', 'recyclable', 'hazardous', 'residual']),
      levelPercent: z.int().min(0).max(100).nullable().describe('Null: the bin says full or not, never how full.'),
      fillState: z.enum(['normal', 'plan', 'full']),
    })
    .describe('A compartment crossed 80 % (plan a pick-up), 95 % (full) or was emptied; or a bin that knows only full and room changed from one to the other.'),
  'alarm.fire': z
    .strictObject({
      bin: deviceIdSchema,
      compartment: z.int().min(1).max(8),
      smoke: z.boolean().nullable(),
      temperatureDeciC: z.int().min(-500).max(2000).nullable(),
    })
    .describe('Smoke or heat in a compartment; never cleared by itself.'),
  'alarm.notified': z
    .strictObject({
      bin: deviceIdSchema,
      compartment: z.int().min(1).max(8),
      alarm: z.int().min(1).describe('Number of the alarm.fire that was told.'),
      outcome: z.enum(['sent', 'partly_sent', 'failed']),
      tries: z.int().min(1).max(100),
    })
    .describe('Short messages about a fire alarm: taken by the network for all numbers, some or none. The numbers are in the site file only.'),
  'alarm.cleared': z
    .strictObject({ bin: deviceIdSchema, compartment: z.int().min(1).max(8), operator: operatorSchema.nullable() })
    .describe('A person looked and reset the alarm.'),
  'bin.hatch.ordered': z
    .strictObject({ bin: deviceIdSchema, compartment: z.int().min(1).max(8), operator: operatorSchema.nullable() })
    .describe('Somebody asked for a hatch to be opened; written before its lock is pulsed.'),
  'bin.hatch.opened': z
    .strictObject({
      bin: deviceIdSchema,
      compartment: z.int().min(1).max(8),
      outcome: z.enum(['obeyed', 'unknown', 'refused']),
      operator: operatorSchema.nullable(),
    })
    .describe('What became of an order to open a hatch; unknown: nobody knows whether the board heard it; refused: by the board.'),
} as const;
