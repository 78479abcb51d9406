/**
 * The site file: what stands in this village and by which rules it runs. One zod schema gives the types, the defaults, the checks,
 * config/site.schema.json and the field docs. Values are passed on as arguments; nothing below runtime imports this file.
 */
import { z } from 'zod';
import { wasteClasses } from '../protocol/bin-reading.ts';
import { binPartModels, scaleCatalogue } from '../protocol/devices/catalogue.ts';
import { locksMax } from '../protocol/devices/lock-wkly.ts';
import { deviceIdSchema } from '../protocol/events/fields.ts';
import { smsNumberPattern } from '../protocol/sms.ts';
import { parseUsbAddress, usbPrefix } from '../protocol/usb-address.ts';
import { villageRulesShape } from '../protocol/village-rules.ts';

const port = z.int().min(0).max(65_535);
const host = z.string().min(1).max(253);

const serialSchema = z.strictObject({
  kind: z.literal('serial'),
  path: z
    .string()
    .min(1)
    .max(255)
    .refine((path) => !path.startsWith(usbPrefix) || parseUsbAddress(path) !== undefined, 'an adapter is usb:VID:PID, usb:VID:PID:SERIAL or usb:VID:PID@PORT')
    .describe('Device file, or the adapter itself: /dev/serial/by-id/..., usb:VID:PID, usb:VID:PID:SERIAL or usb:VID:PID@PORT survive re-plugging.'),
  baud: z.int().min(1200).max(921_600).default(9600),
  parity: z.enum(['none', 'even', 'odd']).default('none'),
  dataBits: z.union([z.literal(7), z.literal(8)]).default(8),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
});
const rtuOverTcpSchema = z.strictObject({
  kind: z.literal('rtu-over-tcp'),
  host,
  port,
  baud: z.int().min(1200).max(921_600).default(9600).describe('Baud behind the serial server; sets the quiet gap.'),
});
const modbusTcpSchema = z.strictObject({ kind: z.literal('modbus-tcp'), host, port: port.default(502) });
const tcpSchema = z.strictObject({ kind: z.literal('tcp'), host, port });
const plainTcpSchema = z.strictObject({
  kind: z.literal('tcp'),
  host,
  port,
  baud: z.int().min(1200).max(921_600).default(9600).describe('Baud behind the serial server, for devices with frames of their own; sets the quiet gap.'),
});

const lineTransportSchema = z.discriminatedUnion('kind', [serialSchema, rtuOverTcpSchema, modbusTcpSchema, plainTcpSchema]);
const readerTransportSchema = z.discriminatedUnion('kind', [serialSchema, tcpSchema]);

/** Boards without a job register, and the highest channel each knows. */
const vendingModels = { EASIVEND: 80, VMC: 9999 } as const;

const lineSchema = z.strictObject({ id: deviceIdSchema, transport: lineTransportSchema });
const deviceBase = { id: deviceIdSchema, line: deviceIdSchema, unit: z.int().min(1).max(247) };

const grams = z.int().min(1).max(10_000_000);
const wasteClass = z.enum(wasteClasses);
const millimetres = z.int().min(1).max(10_000);
const part = deviceIdSchema.describe('One of `parts`.');
const channel = z.int().min(1).max(8);
const contactSchema = z.strictObject({
  part,
  input: channel.describe('Of the input board, counted from 1.'),
  activeWhen: z.enum(['high', 'low']).default('high').describe('What the input shows when there is smoke, or the hatch is open. A contact that breaks is low.'),
});
const boardLock = z.int().min(1).max(locksMax).optional();
const doorSchema = z.strictObject({
  part,
  input: channel.optional().describe('Of an input board, counted from 1.'),
  activeWhen: z.enum(['high', 'low']).optional().describe('What the input shows when the hatch is open; high if not said.'),
  lock: boardLock.describe('Of a lock board: the lock whose door contact this is.'),
});
const lockSchema = z.strictObject({
  part,
  relay: channel.optional().describe('Of a relay board, counted from 1.'),
  pulseMs: z.int().min(100).max(10_000).multipleOf(100).optional().describe('Of a relay board, which ends the pulse by itself; 700 if not said. Unit: ms.'),
  lock: boardLock.describe('Of a lock board, counted from 1; it times its pulse by itself.'),
});
const compartmentSchema = z.strictObject({
  wasteClass,
  level: z.strictObject({
    part,
    emptyMm: millimetres.describe('From the sensor to the floor.'),
    fullMm: millimetres.min(30).describe('From the sensor to the waste when full: at least the blind zone.'),
  }),
  temperature: z.strictObject({ part }).nullable().default(null),
  smoke: contactSchema.nullable().default(null),
  door: doorSchema.nullable().default(null),
  lock: lockSchema.nullable().default(null),
});

export const siteSchema = z.strictObject({
  village: z.strictObject({
    id: deviceIdSchema.describe('In topics: sifen/v1/<village>/...'),
    name: z.string().min(1).max(32),
    bagVillage: z
      .string()
      .regex(/^[0-9A-Z]{5}$/, 'five characters, digits and capitals')
      .describe('Village part of the bag codes.'),
  }),
  gateway: z.strictObject({ id: deviceIdSchema.describe('In topics and as urn:sifen:gw:<id>.') }),
  lines: z.array(lineSchema).max(16).default([]).describe('Physical lines: one serial port or one TCP connection each.'),
  dispensers: z
    .array(
      z.strictObject({
        ...deviceBase,
        model: z.literal('BD-1'),
        macKeyFile: z.string().max(255).optional().describe('File with the 128-bit key (32 hex digits) shared with the board; its commands carry a CMAC then.'),
      }),
    )
    .max(4)
    .default([]),
  vending: z
    .array(
      z
        .strictObject({
          id: deviceIdSchema,
          model: z.enum(['EASIVEND', 'VMC']).describe('Class B and class C: doubt about a roll ends with a person.'),
          transport: readerTransportSchema.describe('A port of its own. VMC boards talk at 57600 baud.'),
          channel: z.int().min(1).max(9999).default(1).describe('Column (EASIVEND, 1 to 80) or selection (VMC) that holds the rolls.'),
        })
        .refine(({ model, channel }) => channel <= vendingModels[model], { path: ['channel'], message: 'this board has no such channel' }),
    )
    .max(4)
    .default([])
    .describe('Dispensers whose board keeps no job register.'),
  scales: z
    .array(
      z.strictObject({
        ...deviceBase,
        unit: deviceBase.unit.default(1).describe('Unit number, or place in the alphabet of an indicator addressed by letter; 1 where there is no address.'),
        model: z
          .enum(Object.keys(scaleCatalogue))
          .describe('See protocol/REFERENCE.md. The formats of an indicator cannot be told apart by looking: prove with a known weight.'),
        intervalGrams: grams.optional().describe('Interval e; given exactly when the model does not report it. Unit: gram.'),
        maxGrams: grams.optional().describe('Max; given exactly when the model does not report it. Unit: gram.'),
        decimals: z.int().min(0).max(3).optional().describe('Digits of a kilogram behind the point; given exactly when the model sends bare counts.'),
        verification: z
          .strictObject({ certificate: z.string().min(1).max(64), expires: z.iso.date().describe('Last day it is good for.') })
          .optional()
          .describe('Verification certificate. Without one in force nothing is bought for cash by this scale; points go on, with a warning.'),
        checkWeight: z
          .strictObject({ everyDays: z.int().min(1).max(366).default(35) })
          .nullable()
          .default({ everyDays: 35 })
          .describe('A check weight is due this often (`sifen scale check`); overdue, the scale awards nothing. null: nobody is reminded.'),
        minimumGrams: z.int().min(1).default(50).describe('Below this nothing is awarded (Min). Unit: gram.'),
      }),
    )
    .max(8)
    .default([]),
  parts: z
    .array(
      z.discriminatedUnion('model', [
        z.strictObject({ ...deviceBase, model: z.enum(binPartModels) }),
        z.strictObject({
          id: deviceIdSchema,
          model: z.literal('WKLY').describe('Lock board; its unasked reports need a port of its own.'),
          transport: readerTransportSchema,
          board: z.int().min(0).max(255).default(0).describe('As its switches say.'),
        }),
      ]),
    )
    .max(64)
    .default([])
    .describe('What bins without a controller of their own are assembled from; one part may serve several compartments.'),
  bins: z
    .array(
      z.discriminatedUnion('model', [
        z.strictObject({ ...deviceBase, model: z.literal('BIN-4') }),
        z.strictObject({ ...deviceBase, model: z.literal('BIN-1'), wasteClass }),
        z.strictObject({ id: deviceIdSchema, model: z.literal('PARTS'), compartments: z.array(compartmentSchema).min(1).max(8) }),
      ]),
    )
    .max(32)
    .default([])
    .describe('BIN-4 and BIN-1 have a controller of their own; PARTS is assembled from `parts`.'),
  readers: z
    .array(
      z.strictObject({
        id: deviceIdSchema,
        serves: deviceIdSchema.describe('Dispenser, scale or bin this reader stands at.'),
        model: z
          .enum(['GM65', 'NEWLAND'])
          .optional()
          .describe('Sets the reader up at every opening: set-up codes closed, CR behind each code, nothing stored. Without it the reader is taken as it is.'),
        role: z.enum(['counter', 'exit']).describe('counter: cards and material codes; exit: roll labels as they pass, and while loading.'),
        transport: readerTransportSchema,
      }),
    )
    .max(16)
    .default([]),
  printers: z
    .array(
      z.strictObject({
        id: deviceIdSchema,
        serves: deviceIdSchema.describe('Scale or dispenser whose slips it prints.'),
        transport: readerTransportSchema.describe('Port of an ESC/POS printer for 58 mm paper.'),
      }),
    )
    .max(8)
    .default([])
    .describe('Slips with weight, points and a number, and nothing of who it was.'),
  alarms: z
    .strictObject({
      modem: readerTransportSchema.describe('Port of a modem that takes AT commands.'),
      numbers: z
        .array(z.string().regex(smsNumberPattern, '3 to 15 digits, with + for an international number'))
        .min(1)
        .max(8)
        .describe('Who is told of a fire. Kept here only.'),
    })
    .nullable()
    .default(null)
    .describe('Short messages about fire alarms.'),
  rules: z.strictObject({
    tariff: z.string().min(1).max(255).describe('Tariff file, relative to the site file.'),
    ...villageRulesShape,
  }),
  mqtt: z
    .strictObject({
      embedded: z
        .strictObject({ host: host.default('127.0.0.1'), port: port.default(1883) })
        .nullable()
        .default({ host: '127.0.0.1', port: 1883 })
        .describe('The broker inside the gateway; null to run without.'),
      uplink: z
        .strictObject({
          url: z
            .string()
            .regex(/^mqtts?:\/\//, 'an MQTT address starts with mqtt:// or mqtts://')
            .nullable()
            .default(null)
            .describe('Broker to forward to; null means the embedded one.'),
          protocol: z
            .union([z.literal(4), z.literal(5)])
            .default(4)
            .describe('4 is MQTT 3.1.1.'),
          username: z.string().max(128).optional(),
          passwordFile: z.string().max(255).optional(),
        })
        .prefault({}),
    })
    .prefault({}),
  http: z.strictObject({ host: host.default('127.0.0.1'), port: port.default(8080) }).prefault({}),
});

export type SiteConfig = z.infer<typeof siteSchema>;

/** Devices that have a port of their own, by name, in the order of the site file. */
export const ownPorts = ({ vending, parts, readers, printers }: Pick<SiteConfig, 'vending' | 'parts' | 'readers' | 'printers'>): string[] =>
  [...vending, ...parts.filter(({ model }) => model === 'WKLY'), ...readers, ...printers].map(({ id }) => id);
