/**
 * The story of one tray scale: poll it, let core/weighing.ts judge, and when a weighing settles, record it and its points in one
 * transaction. Between reading the next number and the commit nothing is awaited. It invents no value: a failed read is told as such.
 */
import { decodeScaleReading, scaleReadingFields, scaleWcn } from '../../protocol/devices/scale-wcn.ts';
import type { Scan } from '../../protocol/scan.ts';
import type { Tariff } from '../../protocol/tariff.ts';
import type { Clock } from '../clock.ts';
import { dayOf } from '../core/calendar.ts';
import { decideAward, type PointsRefusal } from '../core/points.ts';
import { firstWeighing, isOccupied, type SettledWeighing, stepWeighing, type WeighingInput, type WeighingRefusal } from '../core/weighing.ts';
import { isGatewayError } from '../errors.ts';
import { scaleBusyPollMs, scaleIdlePollMs } from '../limits.ts';
import type { Device } from '../southbound/device.ts';
import type { Store } from '../store/store.ts';

/** What became of a weighing, for the screen and the timeline. */
export type WeighOutcome =
  | { readonly kind: 'awarded'; readonly household: string; readonly material: string; readonly netGrams: number; readonly points: number }
  | { readonly kind: 'refused'; readonly household: string | null; readonly code: WeighingRefusal | PointsRefusal | 'card_unknown' | 'card_revoked' };

export interface WeighStationOptions {
  readonly device: Device<typeof scaleWcn>;
  readonly minimumGrams: number;
  readonly store: Pick<Store, 'append' | 'weighings' | 'people'>;
  readonly tariffs: readonly Tariff[];
  /** Village clock. */
  readonly clock: Clock;
  readonly wire: Clock;
  readonly hashCard: (code: string) => string;
  readonly onOutcome: (outcome: WeighOutcome) => void;
}

export class WeighStation {
  readonly id: string;
  readonly #options: WeighStationOptions;
  #state;

  constructor(options: WeighStationOptions) {
    this.id = options.device.id;
    this.#options = options;
    this.#state = firstWeighing(options.minimumGrams);
  }

  /** A card or a material code shown at this scale's reader. */
  scan(scan: Scan): void {
    const { store, hashCard, clock, onOutcome } = this.#options;
    const villageMs = clock.monotonicMs();
    if (scan.ok && scan.kind === 'material') return this.#step({ kind: 'material', material: scan.material, villageMs });
    const row = scan.ok && scan.kind === 'card' ? store.people.credential(hashCard(scan.code)) : undefined;
    if (row === undefined) return onOutcome({ kind: 'refused', household: null, code: 'card_unknown' });
    if (row.state !== 'active') return onOutcome({ kind: 'refused', household: null, code: 'card_revoked' });
    this.#step({ kind: 'card', household: row.household, villageMs });
  }

  /** Polls until `signal` aborts: at leisure while the tray is empty, as often as the wire allows while somebody is there. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, wire } = this.#options;
    while (!signal.aborted) {
      const input = await this.#read(signal);
      if (signal.aborted) return;
      this.#step(input);
      if (isOccupied(this.#state)) await wire.sleep(scaleBusyPollMs, `scale ${this.id}`, signal);
      else await clock.sleep(scaleIdlePollMs, `scale ${this.id}`, signal);
    }
  }

  async #read(signal: AbortSignal): Promise<WeighingInput> {
    const { device, clock, wire } = this.#options;
    try {
      const { values, rawHex } = await device.readRaw(scaleReadingFields, { priority: isOccupied(this.#state) ? 'weighing' : 'poll', signal });
      const decoded = decodeScaleReading(values);
      if (!decoded.ok) return { kind: 'lost', villageMs: clock.monotonicMs() };
      const reading = { ...decoded.values, rawHex: [rawHex], atMs: wire.monotonicMs() };
      return { kind: 'reading', reading, villageMs: clock.monotonicMs(), wireMs: wire.monotonicMs() };
    } catch (error) {
      if (signal.aborted) return { kind: 'lost', villageMs: clock.monotonicMs() };
      if (!isGatewayError(error)) throw error;
      const once = error.code === 'bus_timeout' || error.code === 'bus_garbled' || error.code === 'bus_busy';
      return once ? { kind: 'missed', villageMs: clock.monotonicMs(), wireMs: wire.monotonicMs() } : { kind: 'lost', villageMs: clock.monotonicMs() };
    }
  }

  #step(input: WeighingInput): void {
    const step = stepWeighing(this.#state, input);
    this.#state = step.state;
    for (const effect of step.effects) {
      if (effect.kind === 'settle') this.#settle(effect.weighing);
      else this.#options.onOutcome({ kind: 'refused', household: effect.household, code: effect.code });
    }
  }

  #settle(weighing: SettledWeighing): void {
    const { store, tariffs, minimumGrams, clock, onOutcome } = this.#options;
    const { household, material, netGrams } = weighing;
    const entry = { weighing, scale: this.id, alibi: store.weighings.nextAlibi(this.id), tariffs, day: dayOf(clock.now()), minimumGrams };
    const decision = decideAward(entry);
    if (!decision.ok) return onOutcome({ kind: 'refused', household, code: decision.refusal.code });
    store.append(decision.drafts);
    onOutcome({ kind: 'awarded', household, material, netGrams, points: decision.points });
  }
}
