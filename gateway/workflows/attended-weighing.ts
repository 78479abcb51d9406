/**
 * One weighing a person asked for at the counter, without a card: a check weight, or goods to be bought for cash. It is the same weighing core
 * that weighs for points, from zero to two equal stable readings, and takes no number the core would not have taken.
 */
import type { Clock } from '../clock.ts';
import { firstWeighing, type SettledWeighing, stepWeighing, type WeighingInput, type WeighingRefusal, type WeighingState } from '../core/weighing.ts';
import { scaleCheckWaitMs } from '../limits.ts';

/** Why an attended weighing gave no number. */
export type AttendedRefused = { readonly kind: 'refused'; readonly code: WeighingRefusal | 'scale_in_check' | 'check_unanswered' };

/** Waits for as long as somebody clearing the tray and putting something on may take, and no longer than `signal` lets it. */
export async function weighInTime<Outcome>(
  weigh: (signal: AbortSignal) => Promise<Outcome>,
  { wire, name, signal }: { readonly wire: Clock; readonly name: string; readonly signal: AbortSignal },
): Promise<Outcome> {
  const patience = new AbortController();
  const done = new AbortController();
  // Ends with the weighing itself, or ends it.
  void wire.sleep(scaleCheckWaitMs, name, done.signal).then(
    () => patience.abort(),
    () => undefined,
  );
  try {
    return await weigh(AbortSignal.any([signal, patience.signal]));
  } finally {
    done.abort();
  }
}

/** Stands where a card and a material stand; it never leaves this file. */
const nobody = { household: 'attended', material: 'attended' } as const;

/** An attended weighing under way. */
export class AttendedWeighing<Outcome> {
  readonly #finish: (weighing: SettledWeighing) => Outcome;
  readonly #outcome = Promise.withResolvers<Outcome | AttendedRefused>();
  #state: WeighingState;
  /** An empty tray must have been seen before a load counts, and so nobody is refused for a load before that. */
  #isReady: boolean;

  /**
   * `before` is what was known of the scale when somebody asked: a zero seen then counts, a load does not. `finish` records what came out before anybody
   * is told of it. Unit of `minimumGrams`: gram.
   */
  constructor(before: WeighingState, minimumGrams: number, finish: (weighing: SettledWeighing) => Outcome) {
    this.#finish = finish;
    this.#isReady = before.phase.kind === 'ready';
    this.#state = this.#isReady ? { ...before, minimumGrams, household: null, material: null } : firstWeighing(minimumGrams);
  }

  get state(): WeighingState {
    return this.#state;
  }

  /** Takes one reading. @throws what `finish` throws. */
  step(input: WeighingInput): void {
    const { villageMs } = input;
    if (this.#isReady) {
      this.#state = stepWeighing(this.#state, { kind: 'card', household: nobody.household, villageMs }).state;
      this.#state = stepWeighing(this.#state, { kind: 'material', material: nobody.material, villageMs }).state;
    }
    const { state, effects } = stepWeighing(this.#state, input);
    this.#state = state;
    this.#isReady ||= state.phase.kind === 'ready';
    for (const effect of effects) this.#outcome.resolve(effect.kind === 'settle' ? this.#finish(effect.weighing) : { kind: 'refused', code: effect.code });
  }

  /** How it ended; one nobody finished has no outcome but that. */
  async until(signal: AbortSignal): Promise<Outcome | AttendedRefused> {
    const onAbort = () => this.#outcome.resolve({ kind: 'refused', code: 'check_unanswered' });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return await this.#outcome.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}
