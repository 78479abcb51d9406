/**
 * The examination of a sorting point by a technician, from the first look to the signed report: what the gateway sees by itself, and what a
 * person does at its devices. One examination at a time; it lives in memory only and holds no device between two steps, so one that is
 * abandoned costs nothing and a newer one simply replaces it. The report is signed from what was seen here, never from what was handed in.
 */
import { type AcceptanceReport, acceptanceBytesMax, acceptancePayloadType, encodeAcceptance } from '../../protocol/acceptance.ts';
import { type DeviceModel, deviceCatalogue, frameCatalogue } from '../../protocol/devices/catalogue.ts';
import { type EnvelopeSigner, signEnvelope } from '../../protocol/envelope.ts';
import type { TimeQuality } from '../../protocol/signed-event.ts';
import type { Clock } from '../clock.ts';
import {
  type BinExam,
  type DeviceRun,
  type DispenserExam,
  decideVerdict,
  isHeardEnough,
  judgePoint,
  type PointFacts,
  type ScaleExam,
  type Wanted,
} from '../core/acceptance.ts';
import type { MachineFacts, VillageFacts } from '../core/diagnosis.ts';
import { GatewayError, isGatewayError } from '../errors.ts';
import { acceptanceAnswersWaitMs, acceptanceBinLooksMax, acceptanceReopenWaitMs, serviceKeyLookMs, stationReadyWaitMs } from '../limits.ts';
import type { LineStats } from '../southbound/line.ts';
import type { TrafficStats } from '../southbound/traffic.ts';
import type { Store } from '../store/store.ts';
import type { Bin } from './bin.ts';
import { type CheckableScale, type CheckOutcome, checkInTime } from './check-scale.ts';
import type { DispenserStation } from './dispenser-station.ts';
import { ServiceRollWatch } from './examine-dispenser.ts';

/** What a field shows without being asked. */
export interface FieldLook {
  readonly devices: readonly {
    readonly id: string;
    readonly model: string;
    readonly state: DeviceRun['state'];
    readonly locked: string | null;
  }[];
  readonly lines: readonly (LineStats & { readonly id: string })[];
  readonly traffic: readonly (TrafficStats & { readonly id: string; readonly line: string; readonly unit: number })[];
}

export interface CommissioningOptions {
  readonly place: Pick<AcceptanceReport, 'village' | 'villageName' | 'gateway' | 'version' | 'rulesDigest'>;
  readonly signer: EnvelopeSigner;
  readonly store: Pick<Store, 'append' | 'head' | 'jobs' | 'bins' | 'ledger' | 'onAppended'>;
  /** Village clock. */
  readonly clock: Clock;
  readonly timeq: () => TimeQuality;
  /** The wire clock. */
  readonly wire: Clock;
  readonly dispensers: ReadonlyMap<string, Pick<DispenserStation, 'id' | 'status' | 'ready'>>;
  readonly vending: ReadonlyMap<string, { readonly reliability: 'B' | 'C' }>;
  readonly scales: ReadonlyMap<string, CheckableScale>;
  readonly bins: ReadonlyMap<string, Pick<Bin, 'id' | 'read'>>;
  readonly look: () => FieldLook;
  /** What devices say of themselves, by device. */
  readonly identify: (signal: AbortSignal) => Promise<ReadonlyMap<string, DeviceRun['identity']>>;
  readonly machine: (isServing: boolean) => Promise<MachineFacts>;
  readonly keysNeeded: number;
}

/** Whom to examine by hand; null: all of them. */
export interface CommissionOrder {
  readonly operator: string;
  readonly scales: readonly string[] | null;
  readonly dispensers: readonly string[] | null;
}
/** What a person has to be asked for. */
export interface CommissionPlan {
  readonly token: number;
  readonly scales: readonly string[];
  /** Those with a service key. */
  readonly dispensers: readonly string[];
}
export interface SignedAcceptance {
  readonly envelope: Buffer;
  readonly report: AcceptanceReport;
}

interface Examination {
  readonly token: number;
  readonly operator: string;
  readonly startedAtMs: number;
  readonly first: FieldLook;
  readonly scales: Map<string, ScaleExam>;
  readonly dispensers: Map<string, DispenserExam>;
  watch: ServiceRollWatch | null;
}

export class Commissioning {
  readonly #options: CommissioningOptions;
  #tokens = 0;
  #current: Examination | null = null;

  constructor(options: CommissioningOptions) {
    this.#options = options;
  }

  /** Begins, once devices of a gateway that just started were heard or given up on. @throws GatewayError usage for a device that is not there. */
  async begin(order: CommissionOrder, signal: AbortSignal): Promise<CommissionPlan> {
    const { dispensers, vending, scales, clock, look } = this.#options;
    const wantedOf = (kind: string, named: readonly string[] | null, known: readonly string[]) => {
      const strange = named?.find((id) => !known.includes(id));
      if (strange !== undefined) throw new GatewayError('usage', `There is no ${kind} ${strange}; this site has ${known.join(', ') || 'none'}.`);
      return (id: string): Wanted => (named === null || named.includes(id) ? 'wanted' : 'left_out');
    };
    const scaleWanted = wantedOf('scale', order.scales, [...scales.keys()]);
    const dispenserWanted = wantedOf('dispenser', order.dispensers, [...dispensers.keys(), ...vending.keys()]);
    await this.#untilHeard(signal);
    this.#current?.watch?.close();
    this.#tokens += 1;
    const examDispenser = (id: string, reliability: 'A' | 'B' | 'C') => [id, { id, reliability, wanted: dispenserWanted(id), outcome: null }] as const;
    this.#current = {
      ...{ token: this.#tokens, operator: order.operator, startedAtMs: clock.now(), first: look(), watch: null },
      scales: new Map([...scales.keys()].map((id) => [id, { id, wanted: scaleWanted(id), outcome: null }])),
      dispensers: new Map([
        ...[...dispensers.keys()].map((id) => examDispenser(id, 'A')),
        ...[...vending].map(([id, { reliability }]) => examDispenser(id, reliability)),
      ]),
    };
    return {
      token: this.#tokens,
      scales: [...scales.keys()].filter((id) => scaleWanted(id) === 'wanted'),
      dispensers: [...dispensers.keys()].filter((id) => dispenserWanted(id) === 'wanted'),
    };
  }

  /** Whether it makes sense to ask for a weight: a scale that does not answer sees none. */
  canWeigh(token: number, scale: string): boolean {
    this.#examination(token);
    return this.#options.look().devices.some(({ id, state }) => id === scale && state === 'online');
  }

  /** Weighs a known weight as `scale check` does, with the same event. The last weighing of a scale counts. Unit: gram. */
  async weigh(token: number, scale: string, nominalGrams: number, signal: AbortSignal): Promise<CheckOutcome> {
    const examination = this.#examination(token);
    const { scales, store, wire } = this.#options;
    const known = examination.scales.get(scale);
    const station = scales.get(scale);
    if (known === undefined || station === undefined) throw new GatewayError('usage', `There is no scale ${scale}.`);
    let event: number | null = null;
    const stopListening = store.onAppended(({ sequence, draft }) => {
      if ((draft.name === 'scale.check.passed' || draft.name === 'scale.check.failed') && draft.subject === scale) event = sequence;
    });
    try {
      const outcome = await checkInTime(station, { nominalGrams, operator: examination.operator }, wire, signal);
      signal.throwIfAborted();
      const seen =
        outcome.kind === 'refused'
          ? ({ kind: 'refused', nominalGrams, code: outcome.code } as const)
          : ({
              kind: 'weighed',
              nominalGrams,
              readGrams: outcome.readGrams,
              limitGrams: outcome.limitGrams,
              passed: outcome.kind === 'passed',
              event,
            } as const);
      examination.scales.set(scale, { ...known, outcome: seen });
      return outcome;
    } finally {
      stopListening();
    }
  }

  /** Begins to watch a dispenser, before somebody is asked to press its key. @returns what came of it already, or null: ask now. */
  watchRoll(token: number, dispenser: string): DispenserExam['outcome'] {
    const examination = this.#examination(token);
    const known = examination.dispensers.get(dispenser);
    const station = this.#options.dispensers.get(dispenser);
    if (known === undefined || station === undefined) throw new GatewayError('usage', `There is no dispenser ${dispenser} with a service key.`);
    examination.watch?.close();
    const watch = new ServiceRollWatch({ ...this.#options, station });
    examination.watch = watch;
    const { refused } = watch;
    if (refused === null) return null;
    watch.close();
    examination.dispensers.set(dispenser, { ...known, outcome: refused });
    return refused;
  }

  /** Waits for the roll of the dispenser that is being watched. */
  async roll(token: number, dispenser: string, signal: AbortSignal): Promise<DispenserExam['outcome']> {
    const examination = this.#examination(token);
    const known = examination.dispensers.get(dispenser);
    const { watch } = examination;
    if (known === undefined || watch?.dispenser !== dispenser) throw new GatewayError('usage', `Nobody watches ${dispenser}.`);
    try {
      const outcome = await watch.outcome(signal);
      examination.dispensers.set(dispenser, { ...known, outcome });
      return outcome;
    } finally {
      watch.close();
      examination.watch = null;
    }
  }

  /** Looks at everything once more, judges, signs, and records that a report was signed. `uplink` is null where no gateway runs. */
  async finish(token: number, uplink: VillageFacts['uplink'], signal: AbortSignal): Promise<SignedAcceptance> {
    const examination = this.#examination(token);
    const { place, signer, store, clock, timeq } = this.#options;
    await this.#untilAnswered(examination, signal);
    const checks = judgePoint(await this.#facts(examination, uplink, signal));
    signal.throwIfAborted();
    this.#examination(token);
    this.#current = null;
    const { epoch, sequence, leaf } = store.head;
    const { operator, startedAtMs } = examination;
    const verdict = decideVerdict(checks);
    const report: AcceptanceReport = {
      ...{ format: 'sifen-acceptance-1', ...place, keyid: signer.keyid, operator, startedAtMs, finishedAtMs: clock.now(), timeq: timeq() },
      ...{ ledger: { epoch, sequence, leaf }, verdict, checks },
    };
    const signed = signEnvelope(encodeAcceptance(report), acceptancePayloadType, signer, acceptanceBytesMax);
    const count = (result: string) => checks.filter((check) => check.result === result).length;
    const data = { verdict, operator, failed: count('failed'), remarks: count('remark'), leaf: signed.leaf };
    store.append([{ name: 'acceptance.reported', subject: place.gateway, data }]);
    return { envelope: signed.envelope, report };
  }

  #examination(token: number): Examination {
    if (this.#current?.token !== token)
      throw new GatewayError('usage', 'This examination is over: the gateway was restarted, or somebody began another one.', {
        hint: 'Begin again: sifen commission.',
      });
    return this.#current;
  }

  /** Nobody is judged by the moment after a start. */
  async #untilHeard(signal: AbortSignal): Promise<void> {
    const { look, dispensers } = this.#options;
    const isStarting = () =>
      look().devices.some(({ id, state, locked }) => state === 'unknown' || (state === 'online' && locked === null && dispensers.get(id)?.ready === false));
    await this.#waitWhile(isStarting, stationReadyWaitMs, 'devices after a start', signal);
  }

  async #untilAnswered({ first }: Examination, signal: AbortSignal): Promise<void> {
    const { look } = this.#options;
    const isShort = () => {
      const now = look();
      return now.traffic.some((row) => {
        const state = now.devices.find(({ id }) => id === row.id)?.state ?? 'unknown';
        const isOpen = now.lines.find(({ id }) => id === row.line)?.open === true;
        return !isHeardEnough(state, isOpen, firstOf(first, row.id) ?? row, row);
      });
    };
    await this.#waitWhile(isShort, acceptanceAnswersWaitMs, 'answers of all devices', signal);
  }

  async #waitWhile(holds: () => boolean, waitMs: number, name: string, signal: AbortSignal): Promise<void> {
    const { wire } = this.#options;
    const until = wire.monotonicMs() + waitMs;
    while (holds() && wire.monotonicMs() < until) await wire.sleep(serviceKeyLookMs, name, signal);
  }

  async #facts({ first, scales, dispensers }: Examination, uplink: VillageFacts['uplink'], signal: AbortSignal): Promise<PointFacts> {
    const { store, timeq, look, machine, keysNeeded, identify } = this.#options;
    const machineFacts = await machine(uplink !== null);
    const identities = await identify(signal);
    const bins = await this.#lookAtBins(signal);
    // After a silence a TCP line is reopened on purpose: it is away only when it stays away.
    await this.#waitWhile(() => look().lines.some(({ open }) => !open), acceptanceReopenWaitMs, 'lines that are reopened', signal);
    const now = look();
    const devices = now.devices.map(({ id, model, state }): DeviceRun => {
      const row = now.traffic.find((one) => one.id === id);
      const before = firstOf(first, id);
      return {
        ...{ id, model, state, identity: identities.get(id) ?? [], deadlineMs: deadlineOf(model) },
        place: row === undefined ? null : { line: row.line, unit: row.unit },
        traffic: row === undefined || before === undefined ? null : { before, now: row },
      };
    });
    const village: VillageFacts = {
      ...{ timeq: timeq(), problem: store.ledger.quickProblems()[0]?.detail ?? null, uplink },
      devices: now.devices.map(({ id, state, locked }) => ({ id, state, locked, note: '', symptom: null })),
      lines: now.lines.map((line) => ({
        ...since(first.lines, line),
        strayBytes: line.strayBytes - (first.lines.find(({ id }) => id === line.id)?.strayBytes ?? 0),
      })),
      traffic: now.traffic.map((row) => since(first.traffic, row)),
      alarms: store.bins.state().filter(({ alarm }) => alarm),
    };
    return { machine: machineFacts, keysNeeded, village, devices, scales: [...scales.values()], dispensers: [...dispensers.values()], bins };
  }

  async #lookAtBins(signal: AbortSignal): Promise<BinExam[]> {
    const exams: BinExam[] = [];
    for (const bin of this.#options.bins.values()) exams.push({ id: bin.id, readings: await readBin(bin, signal) });
    return exams;
  }
}

async function readBin(bin: Pick<Bin, 'read'>, signal: AbortSignal): Promise<BinExam['readings']> {
  for (let looks = 0; looks < acceptanceBinLooksMax; looks += 1) {
    try {
      return await bin.read(signal);
    } catch (error) {
      if (signal.aborted || !isGatewayError(error)) throw error;
    }
  }
  return null;
}

const firstOf = ({ traffic }: FieldLook, id: string) => traffic.find((row) => row.id === id);

/** The counters doctor judges by, since the first look. */
function since<Row extends TrafficStats & { readonly id: string }>(first: readonly Row[], now: Row): Row {
  const before = first.find(({ id }) => id === now.id);
  if (before === undefined) return now;
  const ended = { answered: now.answered - before.answered, exceptions: now.exceptions - before.exceptions };
  return { ...now, ...ended, timeouts: now.timeouts - before.timeouts, garbled: now.garbled - before.garbled };
}

/** Longest answer a model allows. Unit: ms. Null for one that nobody asks. */
const deadlineOf = (model: string): number | null =>
  Object.hasOwn(deviceCatalogue, model)
    ? deviceCatalogue[model as DeviceModel].timeoutMs
    : (frameCatalogue.find((device) => device.model === model)?.timeoutMs ?? null);
