/**
 * A crowd at one dispenser that never goes home: cards shown one after the other as fast as the machine answers, a keeper who loads rolls and
 * frees the throat. For runs that want many jobs rather than a likely village. It sees what people see and knows no gateway.
 */
import type { Random } from '../../device-sim/random.ts';
import type { FieldOutcome } from '../../gateway/field.ts';
import type { SimulatedSite } from './simulated-site.ts';
import type { CallOff, VirtualTime } from './virtual-time.ts';

export interface CrowdOptions {
  readonly time: VirtualTime;
  readonly site: SimulatedSite;
  readonly random: Random;
  readonly cards: readonly string[];
  readonly labels: readonly string[];
  readonly dispenser: string;
  readonly counter: string;
  readonly exit: string;
}

/** Rolls the magazine may hold after loading, and the number at which the keeper comes. */
const load = { upTo: 60, comesAt: 3 } as const;
/** Longest anybody waits for an answer; a board that can be reached gives one sooner. Unit: ms. */
const patienceMs = 20_000;
/** Pause of the keeper with the door: the gateway must have seen it. Unit: ms. */
const doorMs = 1500;
/** Reading one label takes a reader this long. Unit: ms. */
const labelMs = 40;

export class Crowd {
  readonly #options: CrowdOptions;
  /** Labels of the rolls in the magazine. */
  #inside: readonly string[] = [];
  #nextLabel = 0;
  #nextCard = 0;
  #giveUp: CallOff = () => undefined;
  #isWaiting = false;
  #isOver = false;

  constructor(options: CrowdOptions) {
    this.#options = options;
    options.time.after(3000, () => this.#next());
  }

  sendHome(): void {
    this.#isOver = true;
  }

  onRollOut(label: string): void {
    this.#inside = this.#inside.filter((one) => one !== label);
  }

  onOutcome({ station, outcome }: FieldOutcome): void {
    if (station !== this.#options.dispenser || !this.#isWaiting || outcome.kind === 'label_refused') return;
    this.#isWaiting = false;
    this.#giveUp();
    const { time, random, site, dispenser } = this.#options;
    site.obey({ do: 'take', dispenser });
    const isEmpty = outcome.kind === 'refused' && outcome.code === 'magazine_empty';
    const isStuck = outcome.kind === 'voided' || (outcome.kind === 'refused' && outcome.code !== 'dispenser_busy' && !isEmpty);
    const pauseMs = random.whole(200, 900);
    time.after(pauseMs, () => (isEmpty ? this.#load() : isStuck ? this.#free() : this.#next()));
  }

  #next(): void {
    if (this.#isOver) return;
    if (this.#inside.length <= load.comesAt) {
      this.#load();
      return;
    }
    const { time, site, cards, counter } = this.#options;
    this.#isWaiting = true;
    this.#giveUp = time.after(patienceMs, () => {
      this.#isWaiting = false;
      this.#next();
    });
    site.obey({ do: 'scan', reader: counter, text: cards[this.#nextCard % cards.length] ?? '' });
    this.#nextCard += 1;
  }

  /** The keeper opens, pushes a stuck roll back, and closes. */
  #free(): void {
    const { time, site, dispenser } = this.#options;
    site.obey({ do: 'door', device: dispenser, open: true });
    site.obey({ do: 'free-throat', dispenser });
    time.after(doorMs, () => {
      site.obey({ do: 'door', device: dispenser, open: false });
      time.after(doorMs, () => this.#next());
    });
  }

  /** The keeper holds every roll before the reader, those already inside as well: a label read while a wire was broken was read for nothing. */
  #load(): void {
    const { time, site, dispenser, labels, exit } = this.#options;
    const fresh = labels.slice(this.#nextLabel, this.#nextLabel + load.upTo - this.#inside.length);
    site.obey({ do: 'door', device: dispenser, open: true });
    time.after(doorMs, () => {
      for (const text of this.#inside) site.obey({ do: 'scan', reader: exit, text });
      const loaded = site.obey({ do: 'load', dispenser, labels: fresh });
      if (loaded.ok) {
        this.#nextLabel += fresh.length;
        this.#inside = [...this.#inside, ...fresh];
      }
      time.after(doorMs + this.#inside.length * labelMs, () => {
        site.obey({ do: 'door', device: dispenser, open: false });
        time.after(doorMs, () => this.#next());
      });
    });
  }
}
