/**
 * One press of the service key of a dispenser, watched from the question to the ledger: the board's CTR_TEST must go up by one, and the
 * station must book that roll by itself. It writes nothing to the board and books nothing; it only looks at what the station sees.
 */
import assert from 'node:assert/strict';
import type { Clock } from '../clock.ts';
import type { DispenserExam } from '../core/acceptance.ts';
import { judgeServiceRoll, judgeUnfinishedServiceRoll, refuseServiceRoll, type ServiceBaseline } from '../core/service-roll.ts';
import { serviceKeyLookMs, serviceKeyWaitMs } from '../limits.ts';
import type { Store } from '../store/store.ts';
import type { DispenserStation } from './dispenser-station.ts';

export interface ServiceRollOptions {
  readonly station: Pick<DispenserStation, 'id' | 'status'>;
  readonly store: Pick<Store, 'jobs' | 'onAppended'>;
  /** The wire clock. */
  readonly wire: Clock;
}

type Outcome = NonNullable<DispenserExam['outcome']>;

/** The watch over one dispenser. Begun before anybody is asked to press, so that the quickest hand is not missed. */
export class ServiceRollWatch {
  readonly #options: ServiceRollOptions;
  readonly #stopListening: () => void;
  /** Event that booked a roll of the service key since it began. */
  #booked: number | null = null;
  #before: ServiceBaseline | null;
  readonly #ctrTestBefore: number | null;
  readonly #refusal: Outcome['refusal'];

  constructor(options: ServiceRollOptions) {
    const { station, store } = options;
    const { id, status } = station;
    this.#options = options;
    this.#before = status;
    this.#ctrTestBefore = status?.ctrTest ?? null;
    const locked = store.jobs.board(id)?.locked ?? null;
    this.#refusal = refuseServiceRoll({ status, locked: locked !== null, rollsInMagazine: store.jobs.magazineSize(id) });
    this.#stopListening = store.onAppended(({ sequence, draft }) => {
      if (draft.name === 'bag.roll.wasted' && draft.subject === id && draft.data.reason === 'service') this.#booked = sequence;
    });
  }

  get dispenser(): string {
    return this.#options.station.id;
  }

  /** What came of it already: nobody needs to press anything. */
  get refused(): Outcome | null {
    return this.#refusal === null ? null : this.#outcome(this.#refusal);
  }

  /** Waits for the roll. @throws the reason of `signal`. */
  async outcome(signal: AbortSignal): Promise<Outcome> {
    const { station, wire } = this.#options;
    assert(this.#before !== null, 'a watch that is refused waits for nothing');
    const until = wire.monotonicMs() + serviceKeyWaitMs;
    for (;;) {
      const verdict = judgeServiceRoll(this.#before, station.status, this.#booked !== null);
      if (verdict.kind === 'over') return this.#outcome(verdict.refusal);
      this.#before = verdict.before;
      if (wire.monotonicMs() > until) return this.#outcome(judgeUnfinishedServiceRoll(this.#before, station.status));
      await wire.sleep(serviceKeyLookMs, `service key of ${station.id}`, signal);
    }
  }

  close(): void {
    this.#stopListening();
  }

  #outcome(refusal: Outcome['refusal']): Outcome {
    const ctrTestAfter = this.#options.station.status?.ctrTest ?? null;
    return { refusal, ctrTestBefore: this.#ctrTestBefore, ctrTestAfter, event: this.#booked };
  }
}
