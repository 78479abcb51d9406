/**
 * The story of deposits at one bin with a reader: a card is read, hatches are shown, a class is chosen by its label (`M1:FOOD`), the hatch is opened
 * once through the story of hatches, and what the bin sees tells the end. A gateway that was off meanwhile closes what it finds open. It decides
 * nothing; core/deposit-session.ts does.
 */
import { type CompartmentReading, type WasteClass, wasteClasses } from '../../protocol/bin-reading.ts';
import { parseScan, type ScanContext } from '../../protocol/scan.ts';
import type { Clock } from '../clock.ts';
import { dayOf } from '../core/calendar.ts';
import { mayBeTraced } from '../core/consent.ts';
import { type DepositInput, type DepositLook, type DepositSaying, type DepositState, type Hatch, noDeposit, stepDeposit } from '../core/deposit-session.ts';
import { isGatewayError } from '../errors.ts';
import { depositInputsMax, depositTickMs } from '../limits.ts';
import type { Store } from '../store/store.ts';
import type { Bin } from './bin.ts';
import { findCardHolder } from './card-holder.ts';
import { openHatch } from './open-hatch.ts';
import type { Books } from './story.ts';

export interface DepositStationOptions {
  readonly bin: Bin;
  readonly store: Pick<Store, 'append' | 'bins' | 'deposits' | 'people'>;
  readonly rules: Books['rules'];
  /** Village time: which day it is. */
  readonly time: { readonly clock: { now(): number } };
  /** Wire clock: times of a session. */
  readonly wire: Clock;
  readonly credentialKey: Uint8Array;
  readonly bags: ScanContext['bags'];
  /** Hears what the person is told. */
  readonly onSaying: (saying: DepositSaying) => void;
}

export class DepositStation {
  readonly #options: DepositStationOptions;
  readonly #waiting: DepositInput[] = [];
  #state: DepositState = noDeposit;
  #readings: readonly CompartmentReading[] = [];

  constructor(options: DepositStationOptions) {
    this.#options = options;
  }

  /** One gesture at the reader: a card, or the label of a class. Anything else is said to be no card. */
  scan(text: string): void {
    const { store, credentialKey, bags, onSaying, rules, time } = this.#options;
    const scan = parseScan(text, { bags, materials: wasteClasses });
    if (scan.ok && scan.kind === 'material') {
      this.#push({ kind: 'chosen', wasteClass: scan.material as WasteClass });
      return;
    }
    const holder = findCardHolder(store.people, credentialKey, scan.ok && scan.kind === 'card' ? scan.code : undefined);
    if (!holder.ok) {
      onSaying({ say: 'refused', code: holder.code });
      return;
    }
    const traced = mayBeTraced(store.people.standing(holder.household), rules(dayOf(time.clock.now())).rules.people);
    this.#push({ kind: 'identified', household: traced ? holder.household : null });
  }

  /** What the bin was just seen to be. */
  look(readings: readonly CompartmentReading[]): void {
    this.#readings = readings;
    this.#push({ kind: 'look', looks: looksOf(readings) });
  }

  /** Somebody who plays with the reader while a hatch is being opened is not listened to for ever. */
  #push(input: DepositInput): void {
    if (this.#waiting.length < depositInputsMax) this.#waiting.push(input);
  }

  /** Serves until `signal` aborts. @throws GatewayError store_*. */
  async run(signal: AbortSignal): Promise<void> {
    this.#closeForgotten();
    while (!signal.aborted) {
      const inputs = this.#waiting.splice(0);
      for (const input of inputs.length === 0 ? [{ kind: 'tick' } as const] : inputs) await this.#take(input, signal);
      await this.#options.wire.sleep(depositTickMs, `deposits at ${this.#options.bin.id}`, signal);
    }
  }

  async #take(input: DepositInput, signal: AbortSignal): Promise<void> {
    const { bin, store, rules, time, wire, onSaying } = this.#options;
    const facts = { bin: bin.id, hatches: this.#hatches(), looks: looksOf(this.#readings), nowMs: wire.monotonicMs() };
    const next = stepDeposit(this.#state, input, {
      ...facts,
      session: store.deposits.next(bin.id),
      rules: rules(dayOf(time.clock.now())).rules.sorting.deposit,
    });
    this.#state = next.state;
    if (next.drafts.length > 0) store.append(next.drafts);
    for (const saying of next.says) onSaying(saying);
    for (const { compartment } of next.orders) await this.#take({ kind: 'opened', outcome: await this.#open(compartment, signal) }, signal);
  }

  async #open(compartment: number, signal: AbortSignal): Promise<'obeyed' | 'unknown' | 'refused'> {
    const { bin, store } = this.#options;
    try {
      const opened = await openHatch(store, bin, { compartment, operator: null }, signal);
      return opened.ok ? opened.outcome : 'refused';
    } catch (error) {
      // The order was never sent: the hatch is as shut as before.
      if (!isGatewayError(error) || error.code.startsWith('store_') || signal.aborted) throw error;
      return 'refused';
    }
  }

  /** Sessions of a gateway that stopped: nobody can tell any more what came in. */
  #closeForgotten(): void {
    const { bin, store } = this.#options;
    const drafts = store.deposits.open(bin.id).map((place) => ({
      ...{ name: 'deposit.session.closed' as const, subject: bin.id },
      data: { ...place, ended: 'restarted' as const, measuredBy: 'none' as const, risePercent: null, netGrams: null },
    }));
    if (drafts.length > 0) store.append(drafts);
  }

  #hatches(): Hatch[] {
    const { bin, store } = this.#options;
    const known = store.bins.state().filter((row) => row.bin === bin.id);
    return this.#readings.map(({ compartment, wasteClass }) => {
      const row = known.find((one) => one.compartment === compartment);
      return { compartment, wasteClass, fillState: row?.fillState ?? 'normal', alarm: row?.alarm ?? false, hasLock: bin.hasLock(compartment) };
    });
  }
}

/** No bin of the catalogue tells a weight of its own in grams, nor of a hand. */
const looksOf = (readings: readonly CompartmentReading[]): DepositLook[] =>
  readings.map(({ compartment, doorOpen, levelPercent }) => ({ compartment, doorOpen, levelPercent, handSeen: null, grams: null }));
