/**
 * What a person may ask of a village, each with its checked input: the same table answers the Unix socket of a running gateway and a
 * command that opened the files itself. An operation runs a workflow or reads facts; it decides nothing.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { parseCredential } from '../../protocol/credential.ts';
import { deviceIdSchema, householdIdSchema, jobIdSchema, materialSchema, operatorSchema } from '../../protocol/events/fields.ts';
import { type EventName, eventNames } from '../../protocol/events.ts';
import type { Clock } from '../clock.ts';
import type { VillageFacts } from '../core/diagnosis.ts';
import { GatewayError, isGatewayError } from '../errors.ts';
import { drawWaitMs, eventsListedMax, hatchReadyWaitMs, stationReadyWaitMs, verifyTurnEvents } from '../limits.ts';
import type { StoredEvent } from '../store/event-log.ts';
import type { PersonalFile } from '../store/personal.ts';
import type { Store } from '../store/store.ts';
import { weighInTime } from '../workflows/attended-weighing.ts';
import type { Bin } from '../workflows/bin.ts';
import { findCardHolder } from '../workflows/card-holder.ts';
import { checkInTime } from '../workflows/check-scale.ts';
import type { Commissioning } from '../workflows/commission.ts';
import type { DispenserStation } from '../workflows/dispenser-station.ts';
import { importRoster, listCards } from '../workflows/import-roster.ts';
import { type ClockKeeping, confirmDate } from '../workflows/keep-clock.ts';
import type { LineLoans } from '../workflows/line-loans.ts';
import { openRestoredEpoch } from '../workflows/open-epoch.ts';
import { openHatch } from '../workflows/open-hatch.ts';
import type { Books } from '../workflows/story.ts';
import type { VendingStation } from '../workflows/vending-station.ts';
import { resetAlarm } from '../workflows/watch-bins.ts';
import type { GoodsOutcome, WeighStation } from '../workflows/weigh-for-points.ts';
import { readAtMachine, readSchema, syncAtMachine, syncAtMachineSchema, tellAtMachine, tellSchema } from './machine-orders.ts';
import type { Sessions } from './sessions.ts';

/** The village as operations see it. */
export interface Desk {
  readonly store: Store;
  readonly personal: PersonalFile;
  readonly credentialKey: Uint8Array;
  /** What stories and views work on. */
  readonly books: Books;
  readonly sessions: Sessions;
  readonly dispensers: ReadonlyMap<string, DispenserStation>;
  readonly bins: ReadonlyMap<string, Bin>;
  readonly scales: ReadonlyMap<string, WeighStation>;
  /** Null where no field is open. */
  readonly loans: LineLoans | null;
  readonly vending: ReadonlyMap<string, VendingStation>;
  /** Null where no field is open. */
  readonly commissioning: Commissioning | null;
  /** The link to the broker; null where no gateway runs. */
  readonly uplink: () => VillageFacts['uplink'];
  readonly wire: Clock;
  /** Village time, and what may be said about it. */
  readonly clock: ClockKeeping;
  /** Aborts when whoever asked has gone: what has not begun by then does not begin. */
  readonly caller?: AbortSignal | undefined;
  /** Live facts for the status page. */
  readonly status: () => object;
  /** Hears of every order that changes something, before it is carried out. */
  readonly onOrder?: (name: OperationName, input: object) => void;
}

interface Operation<Input extends z.ZodType> {
  readonly input: Input;
  readonly run: (desk: Desk, input: z.output<Input>) => unknown;
}
const operation = <Input extends z.ZodType>(input: Input, run: Operation<Input>['run']): Operation<Input> => ({ input, run });

const nothing = z.strictObject({});
const operator = z.string().trim().pipe(operatorSchema);
const token = z.int().min(1);
const devicesNamed = z.array(deviceIdSchema).max(16);

export const operations = {
  status: operation(nothing, (desk) => desk.status()),
  'story.tell': operation(tellSchema, tellAtMachine),
  'view.read': operation(readSchema, readAtMachine),
  'handheld.sync': operation(syncAtMachineSchema, syncAtMachine),
  issue: operation(
    z.strictObject({ card: z.string().max(64).optional(), household: householdIdSchema.optional(), dispenser: deviceIdSchema.optional(), operator }),
    issue,
  ),
  'roster.import': operation(
    z.strictObject({ fileBase64: z.base64().max(6_000_000), skipBad: z.boolean(), operator }),
    (desk, { fileBase64, skipBad, operator: name }) => {
      refuseWhileDispensing(desk, 'Importing a large roster holds everything else up for seconds');
      return importRoster({
        bytes: Buffer.from(fileBase64, 'base64'),
        skipBad,
        operator: name,
        personal: desk.personal,
        store: desk.store,
        credentialKey: desk.credentialKey,
        random: randomBytes,
      });
    },
  ),
  'roster.cards': operation(nothing, (desk) => listCards(desk.personal)),
  'ledger.show': operation(z.strictObject({ account: z.string().max(64).optional() }), ({ store }, { account }) => ({
    balances: account === undefined ? store.ledger.totals() : store.ledger.account(account),
    unitSums: store.ledger.unitSums(),
    problems: store.ledger.problems(),
    dispensers: store.ledger.dispensers(),
  })),
  'line.borrow': operation(z.strictObject({ line: deviceIdSchema, operator }), ({ loans }, { line, operator: name }) => loansOf(loans).borrow(line, name)),
  'line.keep': operation(z.strictObject({ token }), ({ loans }, { token }) => ({ kept: loansOf(loans).keep(token) })),
  'line.return': operation(z.strictObject({ token }), ({ loans }, { token }) => ({ returned: loansOf(loans).giveBack(token) })),
  'clock.show': operation(nothing, ({ clock }) => showClock(clock)),
  'clock.confirm': operation(z.strictObject({ atMs: z.int().min(0), operator }), ({ clock }, said) => {
    const confirmed = confirmDate(clock, said);
    if (!confirmed.ok)
      throw new GatewayError('usage', clockRefusals[confirmed.refusal.code], { hint: 'Nothing was changed. `sifen clock` shows what is known.' });
    return showClock(clock);
  }),
  'ledger.restored': operation(z.strictObject({ operator }), ({ store }, { operator: name }) => {
    openRestoredEpoch(store, name);
    return { epoch: store.head.epoch };
  }),
  'ledger.rebuild': operation(nothing, async (desk) => {
    const { store, wire } = desk;
    const derived = await store.rederive(() => wire.sleep(0, 'rebuild'));
    if (derived.identical) return derived;
    refuseWhileDispensing(desk, `${derived.differing.join(', ')} must be replaced`);
    return store.rebuild();
  }),
  'events.list': operation(
    z.strictObject({
      after: z.int().min(0).default(0),
      limit: z.int().min(1).max(eventsListedMax).default(50),
      name: z.enum(eventNames).optional(),
    }),
    listEvents,
  ),
  'events.show': operation(z.strictObject({ sequence: z.int().min(1) }), ({ store }, { sequence }) => {
    const row = store.readAfter(sequence - 1, 1)[0];
    if (row?.sequence !== sequence) throw new GatewayError('usage', `There is no event ${sequence}; the last one is ${store.head.sequence}.`);
    return { sequence, name: row.name, envelope: row.envelope.toString() };
  }),
  'events.verify': operation(nothing, async ({ store, wire }) => {
    const report = await store.verifyGently(() => wire.sleep(0, 'verification'));
    return { ...report, head: store.head.sequence, leaf: store.head.leaf };
  }),
  'device.rebaseline': operation(z.strictObject({ device: deviceIdSchema, operator }), async (desk, { device, operator: name }) => {
    const answer = await (await readyStation(desk, device, false)).rebaseline(name);
    if (answer === 'unreachable') throw new GatewayError('device_backing_off', `${device} does not answer, so its counters cannot be read.`);
    if (answer === 'asked_already')
      throw new GatewayError('device_backing_off', `An order for ${device} to count anew is being carried out.`, { hint: 'Wait for its answer.' });
    if (answer === 'job_under_way')
      throw new GatewayError('device_backing_off', `${device} still says that it is in the middle of a job.`, {
        hint: 'Switch the board off and on: it then says how the job ended, and the job is settled by that. Give this order again if the lock stays.',
      });
    return { device, rebaselined: true };
  }),
  'device.settle': operation(
    z.strictObject({ job: jobIdSchema, outcome: z.enum(['issued', 'void']), operator }),
    ({ vending }, { job, outcome, operator: name }) => {
      const answers = [...vending.values()].map((station) => station.settle(job, outcome, name));
      if (answers.some(({ ok }) => ok)) return { job, outcome };
      const underWay = answers.some((answer) => !answer.ok && answer.code === 'job_under_way');
      throw new GatewayError('usage', underWay ? `Job ${job} is still under way.` : `No dispenser has a job ${job} that waits for a person.`, {
        hint: '`sifen events list --name bag.issue.indeterminate` shows the jobs nobody could tell the end of.',
      });
    },
  ),
  'device.count': operation(
    z.strictObject({ device: deviceIdSchema, rolls: z.int().min(0).max(10_000), operator }),
    ({ vending }, { device, rolls, operator: name }) => {
      const station = vending.get(device);
      if (station === undefined) throw new GatewayError('usage', `${device} is no dispenser of class B or C; a board with counters counts for itself.`);
      const counted = station.count(rolls, name);
      if (!counted.ok) throw new GatewayError('usage', countRefusals[counted.refusal.code](counted.refusal));
      return { device, rolls, settled: counted.drafts.filter((draft) => draft.name === 'bag.issue.settled').length };
    },
  ),
  'scale.check': operation(z.strictObject({ scale: deviceIdSchema, grams: z.int().min(1).max(10_000_000), operator }), checkScale),
  'scale.weigh': operation(z.strictObject({ scale: deviceIdSchema, material: materialSchema, operator }), weighGoods),
  'commission.begin': operation(z.strictObject({ operator, scales: devicesNamed.nullable(), dispensers: devicesNamed.nullable() }), (desk, order) =>
    commissioningOf(desk).begin(order, callerOf(desk)),
  ),
  'commission.canWeigh': operation(z.strictObject({ token, scale: deviceIdSchema }), (desk, order) => ({
    online: commissioningOf(desk).canWeigh(order.token, order.scale),
  })),
  'commission.weigh': operation(z.strictObject({ token, scale: deviceIdSchema, grams: z.int().min(1).max(10_000_000) }), (desk, order) =>
    commissioningOf(desk).weigh(order.token, order.scale, order.grams, callerOf(desk)),
  ),
  'commission.watchRoll': operation(z.strictObject({ token, dispenser: deviceIdSchema }), (desk, order) => ({
    outcome: commissioningOf(desk).watchRoll(order.token, order.dispenser),
  })),
  'commission.roll': operation(z.strictObject({ token, dispenser: deviceIdSchema }), (desk, order) =>
    commissioningOf(desk).roll(order.token, order.dispenser, callerOf(desk)),
  ),
  'commission.finish': operation(z.strictObject({ token }), async (desk, order) => {
    const { envelope } = await commissioningOf(desk).finish(order.token, desk.uplink(), callerOf(desk));
    return { envelope: envelope.toString() };
  }),
  'alarm.reset': operation(
    z.strictObject({ bin: deviceIdSchema, compartment: z.int().min(1).max(8), operator }),
    ({ store }, { bin, compartment, operator: name }) => {
      const reset = resetAlarm(store, { bin, compartment }, name);
      if (!reset.ok) throw new GatewayError('usage', `Compartment ${compartment} of ${bin} has no alarm to reset (${reset.refusal.code}).`);
      return { bin, compartment, reset: true };
    },
  ),
  'bin.open': operation(z.strictObject({ bin: deviceIdSchema, compartment: z.int().min(1).max(8), operator }), async (desk, { bin: id, ...order }) => {
    const { store, bins, wire } = desk;
    const { compartment } = order;
    const bin = bins.get(id);
    if (bin === undefined) throw new GatewayError('usage', `There is no bin ${id}; this site has ${[...bins.keys()].join(', ') || 'none'}.`);
    const opened = await onceItIsOpen(wire, callerOf(desk), () => openHatch(store, bin, order, callerOf(desk)));
    if (!opened.ok) throw new GatewayError('usage', `Compartment ${compartment} of ${id} is not opened (${opened.refusal.code}).`);
    return { bin: id, compartment, outcome: opened.outcome };
  }),
} as const;

export type OperationName = keyof typeof operations;
/** @returns whether `name` is an operation. */
export const isOperation = (name: string): name is OperationName => Object.hasOwn(operations, name);

/** Checks the input and runs the operation. @throws GatewayError usage for a bad input, and whatever the operation meets outside. */
export async function runOperation(desk: Desk, name: OperationName, input: unknown): Promise<unknown> {
  const { input: schema, run } = operations[name] as Operation<z.ZodType>;
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new GatewayError('usage', parsed.error.issues.map((issue) => `${issue.path.join('.') || name}: ${issue.message}`).join('; '));
  if (orders.has(name)) desk.onOrder?.(name, parsed.data as object);
  return await run(desk, parsed.data);
}

/** Whoever asks and never gives up. */
const patient = new AbortController().signal;
const callerOf = ({ caller = patient }: Desk): AbortSignal => caller;

function commissioningOf({ commissioning }: Desk): Commissioning {
  if (commissioning === null) throw new GatewayError('usage', 'The devices of this village are not open, so nothing can be examined.');
  return commissioning;
}

/** Operations that act on devices, lines, time or books. The roster is not among them: its table names people. */
const orders: ReadonlySet<OperationName> = new Set<OperationName>([
  ...(['issue', 'scale.check', 'scale.weigh', 'alarm.reset', 'bin.open', 'device.rebaseline', 'device.settle', 'device.count'] as const),
  ...(['line.borrow', 'line.keep', 'line.return', 'clock.confirm', 'ledger.restored', 'commission.begin'] as const),
]);

function loansOf(loans: LineLoans | null): LineLoans {
  if (loans === null) throw new GatewayError('usage', 'No gateway runs, so no line has to be borrowed.');
  return loans;
}

/** Tries again while the port is not there yet, which says that nothing was sent. @throws GatewayError bus_closed after `hatchReadyWaitMs`; the signal's reason. */
async function onceItIsOpen<Answer>(wire: Clock, signal: AbortSignal, order: () => Promise<Answer>): Promise<Answer> {
  const until = wire.monotonicMs() + hatchReadyWaitMs;
  for (;;) {
    try {
      return await order();
    } catch (error) {
      if (!isGatewayError(error, 'bus_closed') || wire.monotonicMs() >= until) throw error;
    }
    await wire.sleep(20, 'port of a lock', signal);
  }
}

const showClock = ({ time }: ClockKeeping): object => ({ atMs: time.clock.now(), timeq: time.quality() });
const clockRefusals = {
  clock_set_by_network: 'The clock was set from the network; there is nothing to confirm.',
  before_last_event: 'This is earlier than the last recorded event. Time never goes back.',
  training_time: 'This village lives by training time.',
} as const;

type CountRefused = Extract<ReturnType<VendingStation['count']>, { ok: false }>['refusal'];
const countRefusals: Readonly<Record<CountRefused['code'], (facts: CountRefused) => string>> = {
  job_under_way: () => 'A roll is being dispensed; count again when it is over.',
  count_above_book: ({ expected, held }) => `The book has ${expected + held} rolls at most: scan the labels of the others at the exit reader first.`,
  count_ambiguous: ({ expected, held }) =>
    `With ${expected} rolls all ${held} undecided ones came out, with ${expected + held} none. Settle the ones you are sure of with \`sifen device settle\`, then count again.`,
};
async function weighGoods(desk: Desk, { scale, material }: { scale: string; material: string }): Promise<GoodsOutcome> {
  const station = scaleNamed(desk, scale);
  return await weighInTime((signal) => station.weigh(material, signal), { wire: desk.wire, name: `goods on ${scale}`, signal: callerOf(desk) });
}

function scaleNamed({ scales }: Desk, scale: string): WeighStation {
  const station = scales.get(scale);
  if (station === undefined) throw new GatewayError('usage', `There is no scale ${scale}; this site has ${[...scales.keys()].join(', ') || 'none'}.`);
  return station;
}

async function checkScale(desk: Desk, { scale, grams, operator: name }: { scale: string; grams: number; operator: string }): Promise<object> {
  const station = scaleNamed(desk, scale);
  return { scale, nominalGrams: grams, ...(await checkInTime(station, { nominalGrams: grams, operator: name }, desk.wire, callerOf(desk))) };
}

interface IssueRequest {
  readonly card?: string | undefined;
  readonly household?: string | undefined;
  readonly dispenser?: string | undefined;
  readonly operator: string;
}

async function issue(desk: Desk, request: IssueRequest): Promise<object> {
  if ((request.card === undefined) === (request.household === undefined)) throw new GatewayError('usage', 'Give either a card or a household.');
  const who = request.card === undefined ? findHousehold(desk, request.household ?? '') : findCardOwner(desk, request.card);
  if ('code' in who) return { kind: 'refused', household: null, code: who.code };
  const station = await readyStation(desk, request.dispenser, true);
  const patience = new AbortController();
  const late = desk.wire.sleep(drawWaitMs, 'answer of a draw', patience.signal).then(
    () => ({ kind: 'undecided', household: who.household }),
    () => ({ kind: 'undecided' }),
  );
  const outcome = await Promise.race([station.draw(who.household, request.operator), late]);
  patience.abort();
  return outcome;
}

/** What holds the one thread for long would let a board's heartbeat lapse in the middle of a motion. @throws GatewayError bus_busy. */
function refuseWhileDispensing({ store, dispensers, vending }: Desk, what: string): void {
  const busy = [...dispensers.keys()].find((id) => store.jobs.open(id) !== undefined) ?? [...vending.values()].find(({ isDispensing }) => isDispensing)?.id;
  if (busy !== undefined) throw new GatewayError('bus_busy', `${what}, but ${busy} is dispensing.`, { hint: 'Try again in a moment.' });
}

const findHousehold = (desk: Desk, household: string) => (desk.store.people.household(household) ? { household } : { code: 'household_unknown' });

function findCardOwner(desk: Desk, text: string): { household: string } | { code: string } {
  const card = parseCredential(text);
  const holder = findCardHolder(desk.store.people, desk.credentialKey, card.ok ? card.code : undefined);
  return holder.ok ? { household: holder.household } : { code: holder.code };
}

/** The station named, or the only one; waits while it settles after a start. */
async function readyStation(desk: Desk, name: string | undefined, fenced: boolean): Promise<DispenserStation | VendingStation> {
  const names = [...desk.dispensers.keys(), ...desk.vending.keys()];
  const id = name ?? (names.length === 1 ? names[0] : undefined);
  const station = id === undefined ? undefined : (desk.dispensers.get(id) ?? desk.vending.get(id));
  if (station === undefined)
    throw new GatewayError(
      'usage',
      id === undefined
        ? `Say which dispenser: ${names.join(', ') || 'this site has none'}.`
        : `There is no dispenser ${id}; this site has ${names.join(', ')}.`,
    );
  const until = desk.wire.monotonicMs() + stationReadyWaitMs;
  while (!(fenced ? station.ready : station.status !== null) && desk.wire.monotonicMs() < until && !desk.caller?.aborted)
    await desk.wire.sleep(20, `readiness of ${station.id}`);
  if (desk.caller?.aborted) throw new GatewayError('bus_cancelled', 'Whoever asked has gone.');
  return station;
}

type Listing = { readonly after: number; readonly limit: number; readonly name?: EventName | undefined };

/** In turns of a few events, so that a serving gateway goes on serving. */
async function listEvents({ store, wire }: Desk, { after, limit, name }: Listing): Promise<object[]> {
  const found: StoredEvent[] = [];
  for (;;) {
    const asked = Math.min(verifyTurnEvents, limit - found.length);
    const turn = store.list(found.at(-1)?.sequence ?? after, asked, name);
    found.push(...turn);
    if (turn.length < asked || found.length >= limit)
      return found.map(({ sequence, epoch, atMs, timeq, draft }) => ({ sequence, epoch, atMs, timeq, ...draft }));
    await wire.sleep(0, 'listing');
  }
}
