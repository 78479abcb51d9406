/**
 * The story of a dispenser whose board has no job register (class B or C): serve one villager at a time, order at most once a job, settle by
 * what the board or the exit reader says, and leave to a person what neither can tell. Every decision is core's, every record goes through
 * store.append before anything moves, and nothing here ever repeats an order.
 */
import type { EventDraft } from '../../protocol/events.ts';
import type { Clock } from '../clock.ts';
import { type DrawRefusal, decideSettlement } from '../core/bag-issue.ts';
import { decideLoading } from '../core/magazine-loading.ts';
import { type CountDecision, decideGiveUp, decideStockCount, decideVend, decideVendSettlement, type VendJob } from '../core/vend-issue.ts';
import { type DoubtCause, resumeVend, startVend, stepVend, type VendInput, type VendOutcome, type VendStep } from '../core/vending.ts';
import { isOfStop } from '../errors.ts';
import { dispenserIdlePollMs, dispenserScansMax, vendPatienceMs } from '../limits.ts';
import type { VendingBoard, VendReadiness } from '../southbound/vending-board.ts';
import type { Store } from '../store/store.ts';
import { Doorbell } from './doorbell.ts';
import type { DispenserOutcome, Drawer, DrawPlace, RebaselineAnswer } from './draw.ts';
import { hearLabel } from './exit-labels.ts';

export interface VendingStationOptions extends DrawPlace {
  readonly board: VendingBoard;
  readonly store: Pick<Store, 'append' | 'jobs' | 'head'>;
  /** Wire clock: a board without a register is given real time only. */
  readonly wire: Clock;
  readonly idlePollMs: number | undefined;
}

/** Of a person: settled, or why not. */
export type SettleAnswer = { readonly ok: true } | { readonly ok: false; readonly code: 'no_such_job' | 'job_under_way' };

export class VendingStation {
  readonly id: string;
  readonly #options: VendingStationOptions;
  #readiness: VendReadiness | null = null;
  #draw: Drawer | null = null;
  /** The job under way and what the exit reader saw since its order. */
  #job: { readonly job: VendJob; readonly scanned: string[] } | null = null;
  readonly #bell = new Doorbell();

  constructor(options: VendingStationOptions) {
    this.id = options.id;
    this.#options = options;
  }

  /** Nothing is left open from before the start, and the board answers. */
  get ready(): boolean {
    return this.#readiness !== null && this.#readiness !== 'unreachable' && this.#job === null && !this.#vends().some(({ state }) => state === 'open');
  }

  /** Whether a job is under way. */
  get isDispensing(): boolean {
    return this.#job !== null;
  }

  /** Last word of the board on itself; null before the first look. */
  get status(): VendReadiness | null {
    return this.#readiness;
  }

  /** Whether the board was heard lately. */
  get online(): boolean | null {
    return this.#options.board.online;
  }

  get reliability(): 'B' | 'C' {
    return this.#options.board.reliability;
  }

  /** As DispenserStation.draw; a job nobody can tell the end of comes back as `undecided`. */
  draw(household: string, operator: string | null = null): Promise<DispenserOutcome> {
    const code = this.#draw !== null || this.#job !== null ? 'dispenser_busy' : this.#readiness === null ? 'dispenser_starting' : null;
    if (code !== null) return Promise.resolve(this.#tell({ kind: 'refused', household, code }));
    this.#draw = { household, operator, answer: Promise.withResolvers() };
    this.#bell.ring();
    return this.#draw.answer.promise;
  }

  /** A person looked at the machine after a jam: the lock is lifted. Such a board has no counters to count from. */
  rebaseline(operator: string): Promise<RebaselineAnswer> {
    const { store, id } = this.#options;
    if (store.jobs.board(id)?.locked) store.append([{ name: 'device.unlocked', subject: id, data: { device: id, operator } }]);
    return Promise.resolve('done');
  }

  /** A person says what became of an indeterminate job. */
  settle(number: number, outcome: 'issued' | 'void', operator: string): SettleAnswer {
    const { store, id } = this.#options;
    const job = this.#vends().find((one) => one.job === number);
    if (job === undefined) return { ok: false, code: 'no_such_job' };
    if (job.state === 'open') return { ok: false, code: 'job_under_way' };
    store.append(decideVendSettlement(job, { outcome, by: 'person', operator }, { magazine: store.jobs.magazine(id, dispenserScansMax), scanned: [] }));
    return { ok: true };
  }

  /** A person counted the rolls in the magazine, those in the throat included. */
  count(rolls: number, operator: string): CountDecision {
    const { store, id } = this.#options;
    const decision = decideStockCount(id, rolls, operator, { magazine: store.jobs.magazine(id, store.jobs.magazineSize(id)), jobs: this.#vends() });
    if (decision.ok) store.append(decision.drafts);
    return decision;
  }

  /** A text read at the exit: a roll that passes while a job is under way, else one that is being loaded. */
  scanAtExit(text: string): void {
    const { store, id, bags } = this.#options;
    const labels = this.#job?.scanned ?? [];
    const code = hearLabel(text, bags, labels);
    if (code !== null) this.#tell({ kind: 'label_refused', code });
    if (code !== null || this.#job !== null) return;
    // Without a door contact a label read while no job runs is one that is being loaded.
    const { drafts, refusals } = decideLoading({ dispenser: id, labels, doorOpen: true, stateOf: (roll) => store.jobs.roll(roll)?.state });
    for (const refusal of refusals) this.#tell({ kind: 'label_refused', code: refusal });
    if (drafts.length > 0) store.append(drafts);
  }

  /** Runs until `signal` aborts; what is under way then stays open and is looked for at the next start. @throws GatewayError store_*. */
  async run(signal: AbortSignal): Promise<void> {
    const { wire, idlePollMs = dispenserIdlePollMs } = this.#options;
    try {
      while (!signal.aborted) {
        await this.#turn(signal);
        await this.#bell.wait(wire, idlePollMs, `idle ${this.id}`, signal);
      }
    } catch (error) {
      if (!isOfStop(error, signal)) throw error;
    }
    this.#refuse('dispenser_unreachable');
  }

  #vends(): VendJob[] {
    return this.#options.store.jobs.vends(this.id);
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { store, id, board, wire } = this.#options;
    // The ledger keeps a row for every dispenser; a board without counters counts from nothing.
    if (store.jobs.board(id) === null)
      store.append([{ name: 'device.rebaselined', subject: id, data: { device: id, reason: 'first_seen', nonce: 0, ctrOut: 0, ctrTest: 0, operator: null } }]);
    const open = this.#vends().find(({ state }) => state === 'open');
    if (open !== undefined) await this.#run(open, resumeVend(wire.monotonicMs(), vendPatienceMs), signal);
    const last = store.jobs.lastSequence(id);
    const sequence = board.nextSequence(last);
    this.#readiness = await board.check(last, sequence, signal);
    if (this.#draw !== null) await this.#serve(this.#draw, sequence, this.#readiness, signal);
  }

  async #serve(draw: Drawer, sequence: number, readiness: VendReadiness, signal: AbortSignal): Promise<void> {
    const { store, id, board, quota } = this.#options;
    const { household, operator } = draw;
    const facts = { household, operator, quota: quota(household), dispenser: id, reliability: board.reliability };
    const heldRolls = this.#vends().reduce((sum, job) => sum + job.rolls, 0);
    const locked = store.jobs.board(id)?.locked != null;
    const job = store.jobs.next(store.head.epoch, 0);
    const decision = decideVend({ ...facts, inMagazine: store.jobs.magazineSize(id) - heldRolls, locked, readiness }, job, sequence);
    if (!decision.ok) return this.#refuse(decision.refusal.code);
    store.append([decision.draft]);
    const { postings: _legs, operator: _who, ...data } = decision.draft.data;
    await this.#run({ ...data, state: 'open' }, startVend(), signal);
  }

  async #run(job: VendJob, first: VendStep, signal: AbortSignal): Promise<void> {
    const current = { job, scanned: [] as string[] };
    this.#job = current;
    try {
      let step = first;
      while (step.effect.kind === 'order' || step.effect.kind === 'look')
        step = stepVend(step.state, await this.#perform(current, step, signal), vendPatienceMs);
      if (step.effect.kind === 'settle') this.#settleByBoard(current, step.effect.outcome);
      else this.#giveUp(job, step.effect.cause);
    } finally {
      this.#job = null;
    }
  }

  async #perform({ job, scanned }: { job: VendJob; scanned: readonly string[] }, { state, effect }: VendStep, signal: AbortSignal): Promise<VendInput> {
    const { board, wire, store } = this.#options;
    const atMs = () => wire.monotonicMs();
    if (effect.kind === 'order') return (await board.order(job.sequence, signal)) === 'ordered' ? { kind: 'ordered', atMs: atMs() } : { kind: 'unsent' };
    const isOurs = (roll: string) => store.jobs.roll(roll)?.state === 'inMagazine' && store.jobs.roll(roll)?.dispenser === this.id;
    if (!state.seen && scanned.some(isOurs)) return { kind: 'seen', atMs: atMs() };
    const word = await board.look(job.sequence, signal);
    return word.kind === 'silence' ? { kind: 'silence', atMs: atMs() } : { kind: 'word', word, atMs: atMs() };
  }

  #settleByBoard({ job, scanned }: { job: VendJob; scanned: readonly string[] }, outcome: VendOutcome): void {
    const { store, id } = this.#options;
    const draft = decideSettlement(job, outcome, { magazine: store.jobs.magazine(id, dispenserScansMax), scanned });
    store.append([draft, ...(outcome.result === 'jam' ? this.#lock() : [])]);
    const { household } = job;
    if (draft.name === 'bag.roll.issued')
      this.#answer({ kind: 'issued', household, job: job.job, rolls: draft.data.rolls.length, rollUnconfirmed: draft.data.rollUnconfirmed });
    else if (outcome.result === 'none') this.#answer({ kind: 'refused', household, code: 'dispenser_unreachable' });
    else this.#answer({ kind: 'voided', household, job: job.job, reason: outcome.result });
  }

  #giveUp(job: VendJob, cause: DoubtCause): void {
    this.#options.store.append([decideGiveUp(job, cause), ...(cause === 'motor_fault' ? this.#lock() : [])]);
    this.#answer({ kind: 'undecided', household: job.household, job: job.job });
  }

  /** A roll may stand in the throat, where the next order or a hand would bring it out for somebody else. */
  #lock(): EventDraft[] {
    const { store, id } = this.#options;
    return store.jobs.board(id)?.locked ? [] : [{ name: 'device.locked', subject: id, data: { device: id, reason: 'throat_blocked' } }];
  }

  #refuse(code: DrawRefusal): void {
    if (this.#draw === null) return;
    const { household } = this.#draw;
    const ordered = this.#job?.job;
    // What was ordered may still come out; it is looked for at the next start.
    this.#answer(ordered === undefined ? { kind: 'refused', household, code } : { kind: 'undecided', household, job: ordered.job });
  }

  #answer(outcome: DispenserOutcome): void {
    const waiting = this.#draw;
    this.#draw = null;
    this.#job = null;
    this.#tell(outcome);
    waiting?.answer.resolve(outcome);
  }

  #tell(outcome: DispenserOutcome): DispenserOutcome {
    this.#options.onOutcome(outcome);
    return outcome;
  }
}
