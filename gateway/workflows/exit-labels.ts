/** What an exit reader says, for every kind of dispenser: the label of a roll that passes, or of one being loaded. */
import { type BagVillage, parseBagCode } from '../../protocol/bag-code.ts';
import type { LabelRefusal } from '../core/magazine-loading.ts';
import { dispenserScansMax } from '../limits.ts';

/** Why a label was not taken. */
export type ExitRefusal = LabelRefusal | 'label_unreadable' | 'labels_too_many' | 'dispenser_unreachable';

/** Adds the roll code of a label to `heard`, at most dispenserScansMax. Returns why not, or null. */
export function hearLabel(text: string, bags: BagVillage, heard: string[]): ExitRefusal | null {
  const label = parseBagCode(text, bags);
  if (!label.ok || label.value.bag !== 0) return 'label_unreadable';
  if (heard.length >= dispenserScansMax) return 'labels_too_many';
  heard.push(label.value.rollCode);
  return null;
}

/** The exit of a dispenser with a door contact: while a job runs its labels are rolls that pass, else rolls that are loaded. */
export class ExitLabels {
  readonly #bags: BagVillage;
  #loading: string[] = [];
  #passing: string[] | null = null;
  #doorWasOpen = false;

  constructor(bags: BagVillage) {
    this.#bags = bags;
  }

  /** Whether a job runs, from its intent to its end. */
  get isJobRunning(): boolean {
    return this.#passing !== null;
  }

  /** Roll codes read since the running job began; none while nothing runs. */
  get passed(): readonly string[] {
    return this.#passing ?? [];
  }

  beginJob(): void {
    this.#passing = [];
  }

  endJob(): void {
    this.#passing = null;
  }

  hear(text: string): ExitRefusal | null {
    return hearLabel(text, this.#bags, this.#passing ?? this.#loading);
  }

  /** Takes the labels of rolls that were loaded. They are read a moment before the door is looked at, so one seen open at the last look counts as open. */
  take(isDoorOpen: boolean): { readonly labels: readonly string[]; readonly doorOpen: boolean } {
    const doorOpen = isDoorOpen || this.#doorWasOpen;
    this.#doorWasOpen = isDoorOpen;
    return { labels: this.#loading.splice(0), doorOpen };
  }
}
