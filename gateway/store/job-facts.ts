/** What decisions may know about rolls, quotas, jobs, fences and the ledger's view of each dispenser board. Counts are in rolls. */
import type { OpenJob } from '../core/bag-issue.ts';
import { nextJobNumber } from '../core/dispensing.ts';
import type { QuotaUse } from '../core/quota.ts';
import type { DispenserFacts, LockReason } from '../core/reconciling.ts';
import type { VendJob } from '../core/vend-issue.ts';
import type { Sqlite } from './database.ts';

export class JobFacts {
  readonly #quota;
  readonly #open;
  readonly #vends;
  readonly #lastSequence;
  readonly #fenceOf;
  readonly #last;
  readonly #board;
  readonly #magazine;
  readonly #magazineSize;
  readonly #roll;
  constructor(db: Sqlite) {
    this.#quota = db.prepare<[string, string], QuotaUse>('SELECT held, issued, extra FROM quota WHERE household = ? AND period = ?');
    // The words of the partial index job_open, or every poll of a dispenser reads the jobs of all years.
    this.#open = db.prepare<
      [string],
      OpenJob
    >(`SELECT job, dispenser, household, rolls, period, expect_last_job AS expectLastJob, expect_ctr_out AS expectCtrOut, nonce
      FROM job WHERE dispenser = ? AND state IN ('open', 'indeterminate') AND state = 'open' AND reliability = 'A' ORDER BY job`);
    this.#vends = db.prepare<[string], VendJob>(
      "SELECT job, dispenser, household, rolls, period, reliability, sequence, state FROM job WHERE dispenser = ? AND state IN ('open', 'indeterminate') ORDER BY job",
    );
    this.#lastSequence = db
      .prepare<[string], number>('SELECT sequence FROM job WHERE dispenser = ? AND sequence IS NOT NULL ORDER BY job DESC LIMIT 1')
      .pluck();
    this.#fenceOf = db.prepare<[number], number>('SELECT MAX(fence) FROM fence WHERE job = ?').pluck();
    this.#last = db.prepare<[], number>('SELECT MAX(COALESCE((SELECT MAX(job) FROM job), 0), COALESCE((SELECT MAX(fence) FROM fence), 0))').pluck();
    this.#board = db.prepare<[string], DispenserFacts & { locked: LockReason | null }>(`SELECT nonce, base_ctr_out AS baseCtrOut, base_ctr_test AS baseCtrTest,
      posted, purged, suspense, service, locked FROM dispenser WHERE device = ?`);
    this.#magazine = db
      .prepare<[string, number], string>("SELECT roll FROM roll WHERE dispenser = ? AND state = 'inMagazine' ORDER BY position LIMIT ?")
      .pluck();
    this.#magazineSize = db.prepare<[string], number>("SELECT COUNT(*) FROM roll WHERE dispenser = ? AND state = 'inMagazine'").pluck();
    this.#roll = db.prepare<[string], { state: string; dispenser: string | null; household: string | null }>(
      'SELECT state, dispenser, household FROM roll WHERE roll = ?',
    );
  }
  quota(household: string, period: string): QuotaUse {
    return this.#quota.get(household, period) ?? { held: 0, issued: 0, extra: 0 };
  }
  /** The job this dispenser has not settled yet; there is never more than one. */
  open(dispenser: string): OpenJob | undefined {
    return this.#open.get(dispenser);
  }
  /** Jobs of a board without a job register that hold a roll, oldest first: one under way at most, and those nobody could tell the end of. */
  vends(dispenser: string): VendJob[] {
    return this.#vends.all(dispenser);
  }
  /** Number of the last order to such a board; null before the first. */
  lastSequence(dispenser: string): number | null {
    return this.#lastSequence.get(dispenser) ?? null;
  }
  fenceOf(job: number): number | null {
    return this.#fenceOf.get(job) ?? null;
  }
  /** Next free job or fence number: above everything this log has used in the epoch and everything `boardLastJob` shows. */
  next(epoch: number, boardLastJob: number): number {
    return nextJobNumber(epoch, this.highest(), boardLastJob);
  }
  /** Highest job or fence number this log has ever given out; 0 for none. A board that shows a higher one has been spoken to by somebody else. */
  highest(): number {
    return this.#last.get() ?? 0;
  }
  board(dispenser: string): DispenserFacts | null {
    return this.#board.get(dispenser) ?? null;
  }
  /** Roll codes at the head of the magazine, in the order they will come out. */
  magazine(dispenser: string, limit: number): string[] {
    return this.#magazine.all(dispenser, limit);
  }
  magazineSize(dispenser: string): number {
    return this.#magazineSize.get(dispenser) ?? 0;
  }
  roll(roll: string): { state: string; dispenser: string | null; household: string | null } | undefined {
    return this.#roll.get(roll);
  }
}
