/**
 * A scenario: what people do and what breaks, at which village time, and what must have come of it. Read whole or refused with its place.
 * Pure but for the reading of the file: steps that are due and expectations that are met are worked out from times and facts handed in, so
 * the same file plays against a gateway beside the simulator and in a run of one process.
 */
import assert from 'node:assert/strict';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { orderSchemas, type TimelineOrder } from './control.ts';
import { parseFault } from './faults.ts';
import type { SiteEvent } from './site-event.ts';
import { loadYamlFile, wrongFile } from './yaml-file.ts';

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const durationMs = (text: string): number =>
  [...text.matchAll(/(\d+)(ms|s|m|h)/g)].reduce((sum, [, count, unit]) => sum + Number(count) * unitMs[unit as keyof typeof unitMs], 0);
const time = z
  .string()
  .regex(/^(?:\d{1,6}(?:ms|s|m|h))+$/, 'write a time like 0s, 90s or 1m30s')
  .describe('Village time since the start: 0s, 90s, 1m30s.');
const count = z.int().min(0).max(100_000);

/** Every order with the time it is given at. The union keeps apart what TypeScript cannot follow through the loop. */
type TimedOrder = TimelineOrder & { readonly at: string };
const [firstOrder, ...otherOrders] = orderSchemas.map((order) => order.extend({ at: time }));
assert(firstOrder, 'there are orders');
const stepSchema = z.discriminatedUnion('do', [firstOrder, ...otherOrders]) as unknown as z.ZodType<TimedOrder>;

const bounds = {
  count: count.optional().describe('Exactly so many.'),
  atLeast: count.optional().describe('So many or more; 1 when no number is given.'),
  atMost: count.optional(),
};
const expectationSchema = z.union([
  z
    .strictObject({
      site: z.string().min(1).max(32),
      where: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
      ...bounds,
    })
    .describe('Events of the simulated site, such as motor-start or roll-out.'),
  z.strictObject({ ledger: z.string().min(1).max(64), ...bounds }).describe('Events in the log of the gateway, such as bag.roll.issued.'),
  z.strictObject({ refusal: z.string().min(1).max(64), ...bounds }).describe('What the gateway refused at its counters, by code.'),
  z
    .strictObject({ device: z.string().min(1).max(32), state: z.enum(['online', 'offline', 'unknown']).optional(), note: z.string().max(64).optional() })
    .describe('A device as the gateway sees it at the end; `note` is part of what it says of it.'),
  z
    .strictObject({ broker: z.enum(['arrived', 'missing', 'repeated', 'disordered']), ...bounds })
    .describe('Events as they came to a subscriber at the broker, from the first; only where gateway and site run in one process.'),
]);

export const scenarioSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,40}$/),
  title: z.string().min(1).max(120).describe('For people, Chinese first.'),
  about: z.string().max(2_000).optional().describe('What a technician learns from it.'),
  seed: z.int().min(0).max(0xffff_ffff).default(1),
  site: z.string().min(1).max(255).describe('Site file of the simulator, relative to this file.'),
  villagers: z.boolean().default(false).describe('Whether people come by themselves as well.'),
  end: time,
  timeline: z.array(stepSchema).min(1).max(1_000),
  expect: z.array(expectationSchema).max(100).default([]),
});
type ScenarioFile = z.infer<typeof scenarioSchema>;
export type Expectation = ScenarioFile['expect'][number];

export interface ScenarioStep {
  /** Unit: ms of village time since the start. */
  readonly atMs: number;
  readonly order: TimelineOrder;
}
export interface Scenario extends Pick<ScenarioFile, 'name' | 'title' | 'about' | 'seed' | 'villagers' | 'expect'> {
  readonly siteFile: string;
  /** Unit: ms of village time. */
  readonly endMs: number;
  /** In order of time; steps of one time in order of the file. */
  readonly steps: readonly ScenarioStep[];
}

/** What is known of the gateway: counts since the start of the scenario, and its devices now. */
export interface GatewayFacts {
  readonly ledger: Readonly<Record<string, number>>;
  readonly refusals: Readonly<Record<string, number>>;
  readonly devices: readonly { readonly id: string; readonly state: string; readonly note: string }[];
  /** Events at the broker; undefined where nobody listens there. `missing` of those in the log, `disordered` not after the one before. */
  readonly broker?: { readonly [What in Extract<Expectation, { broker: string }>['broker']]: number };
}

/** Whether only a run of one process can play it: it breaks the gateway's machine or network, or asks what came to the broker. */
export const needsOneProcess = ({ steps, expect }: Pick<Scenario, 'steps' | 'expect'>): boolean =>
  expect.some((expectation) => 'broker' in expectation) || steps.some(({ order }) => order.do === 'fault' && isOfOneProcess(order.fault));

function isOfOneProcess(text: string): boolean {
  const order = parseFault(text);
  return order.ok && (order.value.row.layer === 'host' || order.value.row.layer === 'network');
}

/** @throws SiteError naming the file and every mistake, a line each. */
export function loadScenario(file: string): Scenario {
  const { site, end, timeline, ...rest } = loadYamlFile(file, 'scenario', scenarioSchema);
  const endMs = durationMs(end);
  const steps = timeline.map(({ at, ...order }) => ({ atMs: durationMs(at), order })).toSorted((one, other) => one.atMs - other.atMs);
  const issues = steps.flatMap(({ atMs, order }) => [
    ...(atMs > endMs ? [`timeline: ${order.do} comes after the end`] : []),
    ...(order.do === 'fault' ? faultIssue(order.fault) : []),
  ]);
  if (issues.length > 0) throw wrongFile(file, issues);
  return { ...rest, siteFile: resolve(dirname(file), site), endMs, steps };
}

function faultIssue(text: string): string[] {
  const order = parseFault(text);
  return order.ok ? [] : [`timeline: ${order.reason}`];
}

/** Whether an expectation holds, in words and as a fact. `gateway` is undefined where none is watched. */
export function judgeExpectation(
  expectation: Expectation,
  events: readonly SiteEvent[],
  gateway: GatewayFacts | undefined,
): { readonly met: boolean; readonly text: string; readonly seen: string } {
  if ('device' in expectation) return judgeDevice(expectation, gateway);
  const { count: exact, atMost, atLeast = exact === undefined && atMost === undefined ? 1 : undefined } = expectation;
  const wanted = [exact === undefined ? '' : `${exact}`, atLeast === undefined ? '' : `at least ${atLeast}`, atMost === undefined ? '' : `at most ${atMost}`];
  const [what, seen] = countOf(expectation, events, gateway);
  const met = seen !== undefined && (exact ?? seen) === seen && seen >= (atLeast ?? 0) && seen <= (atMost ?? seen);
  const nobody = 'broker' in expectation ? 'nobody listens at the broker; `npm run simulate -- --play FILE` does' : 'no gateway is watched';
  return { met, text: `${what}: ${wanted.filter((part) => part !== '').join(', ')}`, seen: seen === undefined ? nobody : String(seen) };
}

function countOf(
  expectation: Exclude<Expectation, { device: string }>,
  events: readonly SiteEvent[],
  gateway: GatewayFacts | undefined,
): readonly [what: string, seen: number | undefined] {
  if ('ledger' in expectation) return [`ledger ${expectation.ledger}`, gateway && (gateway.ledger[expectation.ledger] ?? 0)];
  if ('broker' in expectation) return [`broker ${expectation.broker}`, gateway?.broker?.[expectation.broker]];
  if ('refusal' in expectation) return [`refusal ${expectation.refusal}`, gateway && (gateway.refusals[expectation.refusal] ?? 0)];
  const { site, where } = expectation;
  const wanted = Object.entries(where);
  const fits = (event: SiteEvent) => event.event === site && wanted.every(([field, value]) => (event as Readonly<Record<string, unknown>>)[field] === value);
  return [[`site ${site}`, ...wanted.map(([field, value]) => `${field}=${value}`)].join(' '), events.filter(fits).length];
}

function judgeDevice({ device, state, note }: Extract<Expectation, { device: string }>, gateway: GatewayFacts | undefined) {
  const seen = gateway?.devices.find(({ id }) => id === device);
  const met = seen !== undefined && (state ?? seen.state) === seen.state && seen.note.includes(note ?? '');
  const wanted = [state, note && `“${note}”`].filter((part) => part !== undefined);
  return { met, text: `device ${device}: ${wanted.join(', ')}`, seen: seen === undefined ? 'not seen' : [seen.state, seen.note].filter(Boolean).join(', ') };
}
