/**
 * The story of one dispenser, from the first contact after a start to the last roll: settle what was left open by reading, fence the past
 * off, keep ledger and counters equal, take in rolls while the door is open, and serve one villager at a time. Every decision is core's,
 * every record goes through store.append before anything moves, and nothing here ever repeats a motion.
 */
import assert from 'node:assert/strict';
import type { DispenserCommand, DispenserStatus } from '../../protocol/devices/dispenser-bd1.ts';
import type { Clock } from '../clock.ts';
import { type DrawRefusal, decideDraw, decideSettlement, type OpenJob } from '../core/bag-issue.ts';
import { type BoardMove, decideRebaseline, decideTurn, type TurnFacts, type TurnMemory } from '../core/dispenser-turn.ts';
import {
  type DispenseInput,
  type DispenseOutcome,
  type DispenseStep,
  isResting,
  type LookInput,
  lastJobBefore,
  resumeDispense,
  startDispense,
  startFence,
  stepDispense,
  stepFence,
  type WriteInput,
} from '../core/dispensing.ts';
import { decideLoading } from '../core/magazine-loading.ts';
import { isGatewayError, isOfStop } from '../errors.ts';
import {
  dispenseAcceptMs,
  dispensePollMs,
  dispenserIdlePollMs,
  dispenserRetryMs,
  dispenserScansMax,
  exitScanWaitMs,
  faultFencesMax,
  jobPatienceMs,
} from '../limits.ts';
import type { Store } from '../store/store.ts';
import type { DispenserBoard } from './dispenser-board.ts';
import { Doorbell } from './doorbell.ts';
import type { DispenserOutcome, Drawer, DrawPlace, RebaselineAnswer } from './draw.ts';
import { ExitLabels } from './exit-labels.ts';

export interface DispenserStationOptions extends DrawPlace {
  readonly board: DispenserBoard;
  readonly store: Pick<Store, 'append' | 'jobs' | 'people' | 'head'>;
  /** Village clock: pauses of the story. */
  readonly clock: Clock;
  /** Wire clock: patience with the board. */
  readonly wire: Clock;
  /** Pause between two looks at an idle board. Unit: village ms. */
  readonly idlePollMs?: number | undefined;
}

interface Draw extends Drawer {
  /** The job this request became, once its intent is committed: from then on it can no longer be refused. */
  job: number | null;
}

export class DispenserStation {
  readonly id: string;
  readonly #options: DispenserStationOptions;
  #status: DispenserStatus | null = null;
  #fenced = false;
  #faultFences = 0;
  /** Commands the resting board refused since the job or fence under way was begun. */
  #refusals = 0;
  /** The board hears commands and refuses them all (a wrong MAC key, say); nothing more is written until a person has looked. */
  #gaveUp = false;
  #draw: Draw | null = null;
  #rebaseline: { readonly operator: string; readonly answer: PromiseWithResolvers<RebaselineAnswer> } | null = null;
  readonly #exit: ExitLabels;
  readonly #bell = new Doorbell();

  constructor(options: DispenserStationOptions) {
    this.id = options.id;
    this.#options = options;
    this.#exit = new ExitLabels(options.bags);
  }

  /** Settled and fenced since the start, with the board answering and its count known to the ledger. */
  get ready(): boolean {
    return this.#fenced && this.#status !== null && this.#options.store.jobs.board(this.id) !== null;
  }

  /** Last status read, or null while the board does not answer. */
  get status(): DispenserStatus | null {
    return this.#status;
  }

  /**
   * Asks for one roll for a household. Resolves when the metal has answered, however long that takes; refusals come as outcomes.
   * One request at a time: a second is refused as dispenser_busy. `operator` is who draws for them, null for a card at the reader.
   */
  draw(household: string, operator: string | null = null): Promise<DispenserOutcome> {
    if (this.#draw !== null || this.#exit.isJobRunning) return Promise.resolve(this.#tell({ kind: 'refused', household, code: 'dispenser_busy' }));
    if (this.#gaveUp) return Promise.resolve(this.#tell({ kind: 'refused', household, code: 'dispenser_locked' }));
    if (!this.ready) return Promise.resolve(this.#tell({ kind: 'refused', household, code: this.#fenced ? 'dispenser_unreachable' : 'dispenser_starting' }));
    this.#draw = { household, operator, job: null, answer: Promise.withResolvers() };
    this.#bell.ring();
    return this.#draw.answer.promise;
  }

  /** A person looked at the board: its counters count from here, an unsettled job is closed as undecided, the lock is lifted. */
  rebaseline(operator: string): Promise<RebaselineAnswer> {
    if (this.#status === null) return Promise.resolve('unreachable');
    if (this.#rebaseline !== null) return Promise.resolve('asked_already');
    this.#rebaseline = { operator, answer: Promise.withResolvers() };
    this.#bell.ring();
    return this.#rebaseline.answer.promise;
  }

  /** A text read at the exit: the label of a roll that passes, or of one being loaded while the door is open. */
  scanAtExit(text: string): void {
    const code = this.#exit.hear(text);
    if (code !== null) this.#tell({ kind: 'label_refused', code });
    else if (!this.#exit.isJobRunning) this.#bell.ring();
  }

  /** Runs until `signal` aborts, and books the labels heard until then. Bus failures are waited out; anything else is a bug and is thrown. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, wire, idlePollMs = dispenserIdlePollMs } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#turn(signal);
        await this.#bell.wait(clock, idlePollMs, `idle ${this.id}`, signal);
      } catch (error) {
        if (isOfStop(error, signal)) break;
        if (!isGatewayError(error) || error.code.startsWith('store_')) throw error;
        this.#loseSight();
        this.#refuseDraw('dispenser_unreachable');
        await this.#bell.wait(wire, dispenserRetryMs, `retry of ${this.id}`, signal);
      }
    }
    if (this.#status !== null) this.#takeLabels(this.#status);
    for (const _label of this.#exit.take(false).labels) this.#tell({ kind: 'label_refused', code: 'dispenser_unreachable' });
    this.#refuseDraw('dispenser_unreachable');
    this.#loseSight();
  }

  /** An order about a board that is looked at now does not wait for one that comes back later: it may be another. */
  #loseSight(): void {
    this.#status = null;
    this.#answerLook('unreachable');
  }

  #answerLook(answer: RebaselineAnswer): void {
    this.#rebaseline?.answer.resolve(answer);
    this.#rebaseline = null;
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const made = new Set<BoardMove['kind']>();
    let status = await this.#read('poll', signal);
    for (;;) {
      const move = decideTurn(this.#facts(status, made));
      if (move.kind === 'hold') return this.#refuseDraw('dispenser_locked');
      if (move.kind === 'serve') break;
      status = await this.#make(move, status, signal);
      made.add(move.kind);
    }
    if (status.state !== 'fault') this.#faultFences = 0;
    this.#takeLabels(status);
    if (this.#draw !== null) await this.#serve(this.#draw, status, signal);
  }

  /** Makes one move; the result is the board as it is then. */
  async #make(move: BoardMove, status: DispenserStatus, signal: AbortSignal): Promise<DispenserStatus> {
    const { store } = this.#options;
    switch (move.kind) {
      case 'record':
        store.append(move.drafts);
        return status;
      case 'rebaseline':
        this.#rebaselineNow(status);
        return status;
      case 'follow':
        await this.#runJob(move.job, resumeDispense(move.job, store.jobs.fenceOf(move.job.job)), signal);
        break;
      case 'fencePast':
        await this.#fence(status, signal);
        this.#fenced = !this.#gaveUp;
        break;
      case 'fenceFault':
        this.#faultFences += 1;
        await this.#fence(status, signal);
    }
    return await this.#read('poll', signal);
  }

  #facts(status: DispenserStatus, made: TurnMemory['made']): TurnFacts {
    const { store, id } = this.#options;
    const memory = { fenced: this.#fenced, gaveUp: this.#gaveUp, faultFences: this.#faultFences, faultFencesMax, looked: this.#rebaseline !== null, made };
    return {
      device: id,
      status,
      board: store.jobs.board(id),
      open: store.jobs.open(id) ?? null,
      highestJob: Math.max(store.jobs.highest(), lastJobBefore(store.head.epoch)),
      memory,
    };
  }

  async #read(priority: 'actuation' | 'poll', signal: AbortSignal): Promise<DispenserStatus> {
    const status = await this.#options.board.readStatus(priority, signal);
    this.#status = status;
    return status;
  }

  #rebaselineNow(status: DispenserStatus): void {
    const looked = this.#rebaseline;
    assert(looked !== null, 'somebody looked');
    this.#options.store.append(decideRebaseline(this.#facts(status, new Set()), looked.operator));
    this.#fenced = false;
    this.#gaveUp = false;
    this.#faultFences = 0;
    this.#answerLook('done');
  }

  /** Takes a fence number and offers it until the board shows it, or is given up on. */
  async #fence(status: DispenserStatus, signal: AbortSignal): Promise<void> {
    const { store, id, wire } = this.#options;
    const fence = store.jobs.next(store.head.epoch, status.lastJob);
    store.append([{ name: 'device.fenced', subject: id, data: { device: id, fence, job: null, reason: 'start_up' } }]);
    let step = startFence(fence, status, wire.monotonicMs());
    this.#refusals = 0;
    while (step.effect.kind !== 'over' && !this.#gaveUp) {
      const input = step.effect.kind === 'write' ? await this.#write(step.effect.command, signal) : await this.#look(signal);
      if (input.kind === 'unreadable') this.#refuseDraw('dispenser_unreachable');
      step = stepFence(step.state, input, dispenseAcceptMs);
    }
  }

  #giveUp(): void {
    const { store, id } = this.#options;
    this.#gaveUp = true;
    const board = store.jobs.board(id);
    if (board === null || board.locked === null) store.append([{ name: 'device.locked', subject: id, data: { device: id, reason: 'commands_refused' } }]);
    this.#refuseDraw('dispenser_locked');
  }

  #takeLabels(status: DispenserStatus): void {
    const { store, id } = this.#options;
    const loaded = this.#exit.take(status.flags.doorOpen);
    const { drafts, refusals } = decideLoading({ dispenser: id, ...loaded, stateOf: (roll) => store.jobs.roll(roll)?.state });
    for (const code of refusals) this.#tell({ kind: 'label_refused', code });
    if (drafts.length > 0) store.append(drafts);
  }

  async #serve(draw: Draw, status: DispenserStatus, signal: AbortSignal): Promise<void> {
    const { store, id, quota, wire } = this.#options;
    const board = store.jobs.board(id);
    if (board === null) return this.#refuseDraw('dispenser_starting');
    const { household, operator } = draw;
    const facts = { household, operator, quota: quota(household), dispenser: id, board, status, inMagazine: store.jobs.magazineSize(id) };
    const decision = decideDraw(facts, store.jobs.next(store.head.epoch, status.lastJob));
    if (!decision.ok) return this.#refuseDraw(decision.refusal.code);
    store.append([decision.draft]);
    draw.job = decision.intent.job;
    const job: OpenJob = { ...decision.intent, dispenser: id, household, period: decision.draft.data.period };
    await this.#runJob(job, startDispense(decision.intent, wire.monotonicMs(), dispenseAcceptMs), signal);
  }

  async #runJob(job: OpenJob, first: DispenseStep, signal: AbortSignal): Promise<void> {
    this.#exit.beginJob();
    this.#refusals = 0;
    let step = first;
    const patientUntilMs = this.#options.wire.monotonicMs() + jobPatienceMs;
    try {
      for (;;) {
        const { effect } = step;
        if (this.#options.wire.monotonicMs() > patientUntilMs) this.#callForHelp();
        if (effect.kind === 'settle') return await this.#settle(job, effect.outcome, signal);
        if (effect.kind === 'lock') return this.#lock(effect.reason);
        if (this.#gaveUp && effect.kind !== 'read') return;
        step = stepDispense(step.state, await this.#perform(job, effect, signal), dispenseAcceptMs);
      }
    } finally {
      this.#exit.endJob();
    }
  }

  /** A job that comes to no end is watched on, but nobody is kept waiting for it: power off and on lets a board say how it ended. */
  #callForHelp(): void {
    const { store, id } = this.#options;
    if (store.jobs.board(id)?.locked === null) store.append([{ name: 'device.locked', subject: id, data: { device: id, reason: 'fault_persists' } }]);
    this.#refuseDraw('dispenser_locked');
    this.#answerLook('job_under_way');
  }

  async #perform(job: OpenJob, effect: Exclude<DispenseStep['effect'], { kind: 'settle' | 'lock' }>, signal: AbortSignal): Promise<DispenseInput> {
    if (effect.kind === 'write') return await this.#write(effect.command, signal);
    if (effect.kind === 'read') return await this.#look(signal);
    const { store, id } = this.#options;
    const fence = store.jobs.next(store.head.epoch, job.job);
    store.append([{ name: 'device.fenced', subject: id, data: { device: id, fence, job: job.job, reason: 'open_job' } }]);
    return { kind: 'fenceTaken', fence };
  }

  /** Writes a command once. A resting board that refuses again and again is given up on; a moving one refuses by right. */
  async #write(command: DispenserCommand, signal: AbortSignal): Promise<WriteInput> {
    const { board, wire } = this.#options;
    const kind = await board.write(command, signal);
    if (kind === 'refused') {
      if (this.#status === null || isResting(this.#status)) this.#refusals += 1;
      if (this.#refusals >= refusalsMax) this.#giveUp();
      else await wire.sleep(dispenserRetryMs, `refusal of ${this.id}`, signal);
    }
    return { kind, atMs: wire.monotonicMs() };
  }

  /** Looks at the board once, after the pause that paces a job or a fence. */
  async #look(signal: AbortSignal): Promise<LookInput> {
    const { id, clock, wire } = this.#options;
    await clock.sleep(dispensePollMs, `look at ${id}`, signal);
    try {
      return { kind: 'status', status: await this.#read('actuation', signal), atMs: wire.monotonicMs() };
    } catch (error) {
      signal.throwIfAborted();
      if (!isGatewayError(error)) throw error;
      this.#loseSight();
      await wire.sleep(dispenserRetryMs, `retry of ${id}`, signal);
      return { kind: 'unreadable' };
    }
  }

  async #settle(job: OpenJob, outcome: DispenseOutcome, signal: AbortSignal): Promise<void> {
    const { store, id, wire } = this.#options;
    const until = wire.monotonicMs() + exitScanWaitMs;
    while (this.#exit.passed.length < outcome.done && wire.monotonicMs() < until) await wire.sleep(exitScanPollMs, `exit reader of ${id}`, signal);
    const draft = decideSettlement(job, outcome, { magazine: store.jobs.magazine(id, dispenserScansMax), scanned: this.#exit.passed });
    store.append([draft]);
    const { household } = job;
    if (draft.name === 'bag.roll.issued')
      this.#answer({ kind: 'issued', household, job: job.job, rolls: draft.data.rolls.length, rollUnconfirmed: draft.data.rollUnconfirmed });
    else this.#answer({ kind: 'voided', household, job: job.job, reason: outcome.result });
  }

  #lock(reason: 'board_replaced'): void {
    const { store, id } = this.#options;
    if (store.jobs.board(id)?.locked !== reason) store.append([{ name: 'device.locked', subject: id, data: { device: id, reason } }]);
    this.#refuseDraw('dispenser_locked');
  }

  #refuseDraw(code: DrawRefusal): void {
    if (this.#draw === null) return;
    const { household, job } = this.#draw;
    this.#answer(job === null ? { kind: 'refused', household, code } : { kind: 'undecided', household, job });
  }

  #answer(outcome: DispenserOutcome): void {
    const waiting = this.#draw;
    this.#draw = null;
    // The job is over for whoever asks next; left to the end of its loop, the next villager would be told busy.
    this.#exit.endJob();
    this.#tell(outcome);
    waiting?.answer.resolve(outcome);
  }

  #tell(outcome: DispenserOutcome): DispenserOutcome {
    this.#options.onOutcome(outcome);
    return outcome;
  }
}

/** Commands a board may refuse in a row before a person has to look: a busy or stale board refuses once or twice by right. */
const refusalsMax = 10;
/** Pause between two looks for the exit reader's word. Unit: wire ms. */
const exitScanPollMs = 5;
