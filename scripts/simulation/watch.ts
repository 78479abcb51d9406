/**
 * The invariants of one simulated village, checked as things happen: what left on the wire, what moved, what was recorded, held against each
 * other. It keeps its own books, from the physical facts and the events alone, and asks the gateway's memory for nothing. The first
 * breach is kept; who runs the village looks for it after every step.
 * Source: dispenser register contract, section "Invariants", I1 to I7; DESIGN 8 for sums and people.
 */
import { dispenserBd1 } from '../../protocol/devices/dispenser-bd1.ts';
import { type EventDraft, type EventPayload, postingsOf } from '../../protocol/events.ts';
import { decodeField } from '../../protocol/register-codec.ts';
import { decodeRequest } from '../../protocol/rtu-frame.ts';

/** One broken invariant. `rule` is I1 to I9, or another rule by name. */
export interface Breach {
  readonly rule: string;
  readonly detail: string;
}

interface JobTrail {
  readonly device: string;
  readonly quotaKey: string;
  readonly rolls: number;
  /** The gateway process that committed the intent, counted from 1. */
  readonly life: number;
  sends: number;
  lastSentMs: number;
  motorStarts: number;
  /** Rolls past the exit for this job. */
  rollsOut: number;
  /** Rolls booked to the household when the hold was resolved; null while it is open. */
  settledRolls: number | null;
  /** Its board lost its memory meanwhile: nobody can know what came out, and a person settled it. */
  isOrphaned: boolean;
}

/** What lies on a tray, or has just been taken off it. */
interface Load {
  readonly grams: number;
  weighings: number;
  removedAtMs: number | null;
}

export interface WatchOptions {
  readonly rollsPerPeriod: number;
  readonly nowMs: () => number;
  /** Whether the memory in this dispenser is the one with that nonce now. */
  readonly hasNonce: (device: string, nonce: number) => boolean;
  /** Found in every name and card of this village, and nowhere else. */
  readonly personalMarks: readonly string[];
}

/** Sends of one command at most: once, and the same bytes once more when the board has not shown it (G4). */
const sendsMax = 2;
/** A motor starts for a command this soon after it was sent, or never: the longest a wire holds a frame, and one tick of the board. Unit: ms. */
const startsWithinMs = 10_000;
/** A weight is recorded this soon after the load was taken off, or never: the longest a reading may be old. Unit: ms. */
const weighedWithinMs = 1500;
/** Most a recorded weight may differ from what was put on the tray: one interval of the scale, and its noise. Unit: gram. */
const weightErrorGrams = 20;
/** Locks that have a cause outside the gateway: another board, another master, a ledger put back. */
const alarmingLocks: readonly string[] = ['board_replaced', 'counter_behind', 'foreign_job', 'protocol_version', 'job_number_exhausted', 'commands_refused'];
/** First register and length of a command block. */
const command = { address: dispenserBd1.fields.jobId.address, words: 17 } as const;

export class Watch {
  readonly #options: WatchOptions;
  readonly #jobs = new Map<number, JobTrail>();
  /** The job nobody has settled yet, by dispenser. */
  readonly #open = new Map<string, number>();
  /** Rolls held and issued, by household and period. */
  readonly #quota = new Map<string, number>();
  /** Boards whose memory was lost, until a person has had the counters of the new one taken as they are: that settles what was open, too. */
  readonly #swapped = new Set<string>();
  readonly #loads = new Map<string, Load>();
  readonly #alibis = new Map<string, number>();
  #breach: Breach | null = null;
  readonly counts = { intents: 0, issued: 0, voided: 0, motorStarts: 0, rollsOut: 0, weighings: 0, events: 0 };

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** The first broken invariant. */
  get breach(): Breach | null {
    return this.#breach;
  }

  break(rule: string, detail: string): void {
    this.#breach ??= { rule, detail };
  }

  /** Whether this board's memory was lost and nobody has seen to it yet. */
  isSwapped(device: string): boolean {
    return this.#swapped.has(device);
  }

  /** The job of a dispenser that nobody has settled. */
  openJob(device: string): number | undefined {
    return this.#open.get(device);
  }

  /** A gateway process is about to put `bytes` on the line of `device`. */
  onSent(device: string, bytes: Buffer, life: number): void {
    const decoded = decodeRequest(bytes);
    if (!decoded.ok || decoded.request.kind !== 'writeRegisters') return;
    const { address, words } = decoded.request;
    if (address !== command.address || words.length !== command.words) return;
    const job = decodeField(dispenserBd1, 'jobId', words.slice(0, 4));
    const opcode = decodeField(dispenserBd1, 'opcode', words.slice(4, 5));
    if (!job.ok || !opcode.ok || opcode.value !== 'dispense') return;
    const trail = this.#jobs.get(job.value);
    if (trail === undefined) {
      this.break('intent first', `DISPENSE ${job.value} left for ${device} before its intent was committed`);
      return;
    }
    if (trail.device !== device) this.break('intent first', `DISPENSE ${job.value} was meant for ${trail.device} and left for ${device}`);
    if (trail.life !== life) this.break('I4', `process ${life} sent DISPENSE ${job.value}, whose intent is process ${trail.life}'s: motion caused by recovery`);
    trail.sends += 1;
    trail.lastSentMs = this.#options.nowMs();
    if (trail.sends > sendsMax) this.break('I4', `DISPENSE ${job.value} was sent ${trail.sends} times`);
    if (trail.settledRolls !== null) this.break('I4', `DISPENSE ${job.value} was sent after it was settled`);
  }

  onMotorStart(device: string, job: number | null): void {
    if (job === null) return;
    this.counts.motorStarts += 1;
    const trail = this.#jobs.get(job);
    if (trail === undefined) {
      this.break('intent first', `the motor of ${device} started for job ${job}, which has no intent`);
      return;
    }
    trail.motorStarts += 1;
    if (trail.motorStarts > 1) this.break('I1', `the motor of ${device} started ${trail.motorStarts} times for job ${job}`);
    if (trail.settledRolls !== null) this.break('I4', `the motor of ${device} started for job ${job} after it was settled`);
    if (this.#options.nowMs() - trail.lastSentMs > startsWithinMs)
      this.break('I4', `the motor of ${device} started for job ${job} though nobody had just asked`);
  }

  onRollOut(device: string, job: number | null): void {
    if (job === null) return;
    this.counts.rollsOut += 1;
    const trail = this.#jobs.get(job);
    if (trail === undefined) {
      this.break('intent first', `${device} gave a roll for job ${job}, which has no intent`);
      return;
    }
    trail.rollsOut += 1;
    if (trail.rollsOut > trail.rolls) this.break('I2', `${device} gave ${trail.rollsOut} rolls for job ${job}, which asked for ${trail.rolls}`);
  }

  /** Somebody put `grams` on an empty tray, or took them off. */
  onTray(scale: string, grams: number): void {
    const load = this.#loads.get(scale);
    if (grams > 0) this.#loads.set(scale, { grams, weighings: 0, removedAtMs: null });
    else if (load !== undefined) load.removedAtMs = this.#options.nowMs();
  }

  onMemoryLost(device: string): void {
    this.#swapped.add(device);
    const trail = this.#jobs.get(this.#open.get(device) ?? 0);
    if (trail !== undefined) trail.isOrphaned = true;
  }

  /** An event as it was committed by process `life`. */
  onEvent(draft: EventDraft, life: number): void {
    this.counts.events += 1;
    const sums = new Map<string, number>();
    for (const { unit, amount } of postingsOf(draft)) sums.set(unit, (sums.get(unit) ?? 0) + amount);
    for (const [unit, sum] of sums) if (sum !== 0) this.break('zero sum', `the postings of ${draft.name} add up to ${sum} ${unit}`);
    const text = JSON.stringify(draft);
    for (const mark of this.#options.personalMarks) if (text.includes(mark)) this.break('privacy', `${draft.name} carries a name or a card`);
    switch (draft.name) {
      case 'bag.issue.requested':
        this.#onIntent(draft.data, life);
        return;
      case 'bag.roll.issued':
        this.#onSettled(draft.data.job, draft.data.rolls.length);
        return;
      case 'bag.issue.voided':
        this.#onSettled(draft.data.job, 0);
        return;
      case 'bag.roll.unattributed':
        if (!this.#swapped.has(draft.data.dispenser)) this.break('I7', `${draft.data.rolls} rolls of ${draft.data.dispenser} went to suspense without a cause`);
        return;
      case 'device.rebaselined':
        // A memory lost once more since the board was looked at waits for the next look.
        if (this.#options.hasNonce(draft.data.device, draft.data.nonce)) this.#swapped.delete(draft.data.device);
        return;
      case 'weigh.committed':
        this.#onWeighing(draft.data);
        return;
      case 'device.locked':
        if (alarmingLocks.includes(draft.data.reason) && !this.#swapped.has(draft.data.device))
          this.break('needless lock', `${draft.data.device} was locked for ${draft.data.reason}`);
        return;
      default:
    }
  }

  /** At the end, with nothing open: what was booked is what came out. */
  atEnd(): void {
    for (const [job, trail] of this.#jobs) {
      if (trail.settledRolls === null) this.break('I5', `job ${job} was never settled`);
      else if (trail.settledRolls !== trail.rollsOut && !trail.isOrphaned)
        this.break('I6', `job ${job}: ${trail.rollsOut} rolls came out, ${trail.settledRolls} were booked`);
    }
  }

  #onIntent({ job, dispenser, household, period, rolls }: EventPayload<'bag.issue.requested'>, life: number): void {
    this.counts.intents += 1;
    const open = this.#open.get(dispenser);
    if (open !== undefined) this.break('I5', `job ${job} was begun on ${dispenser} while ${open} is open`);
    this.#open.set(dispenser, job);
    if (this.#jobs.has(job)) this.break('I1', `job number ${job} was given twice`);
    const quotaKey = `${household} ${period}`;
    const taken = (this.#quota.get(quotaKey) ?? 0) + rolls;
    this.#quota.set(quotaKey, taken);
    if (taken > this.#options.rollsPerPeriod) this.break('quota', `${household} has ${taken} rolls held or issued in ${period}`);
    this.#jobs.set(job, {
      ...{ device: dispenser, quotaKey, rolls, life },
      ...{ sends: 0, lastSentMs: Number.NEGATIVE_INFINITY, motorStarts: 0, rollsOut: 0, settledRolls: null, isOrphaned: false },
    });
  }

  /** One load, one weighing, and the weight is what lay there. */
  #onWeighing({ scale, alibi, netGrams }: EventPayload<'weigh.committed'>): void {
    this.counts.weighings += 1;
    const expected = (this.#alibis.get(scale) ?? 0) + 1;
    this.#alibis.set(scale, alibi);
    if (alibi !== expected) this.break('weighing', `${scale} gave number ${alibi} after ${expected - 1}`);
    const load = this.#loads.get(scale);
    if (load === undefined || this.#options.nowMs() - (load.removedAtMs ?? this.#options.nowMs()) > weighedWithinMs) {
      this.break('weighing', `${scale} weighed ${netGrams} g on an empty tray`);
      return;
    }
    load.weighings += 1;
    if (load.weighings > 1) this.break('weighing', `${scale} weighed one load ${load.weighings} times`);
    if (Math.abs(netGrams - load.grams) > weightErrorGrams) this.break('weighing', `${scale} weighed ${netGrams} g where ${load.grams} g lay`);
  }

  #onSettled(job: number, rolls: number): void {
    const trail = this.#jobs.get(job);
    if (trail === undefined) {
      this.break('I5', `job ${job} was settled without an intent`);
      return;
    }
    if (trail.settledRolls !== null) {
      this.break('I5', `the hold of job ${job} was resolved twice`);
      return;
    }
    this.counts[rolls > 0 ? 'issued' : 'voided'] += 1;
    trail.settledRolls = rolls;
    this.#open.delete(trail.device);
    this.#quota.set(trail.quotaKey, (this.#quota.get(trail.quotaKey) ?? 0) - trail.rolls + rolls);
  }
}
