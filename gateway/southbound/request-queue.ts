/**
 * What waits for one line: three queues, first come first served within each, the more urgent always first.
 * Strict on purpose: a roll in motion and a person on the scale never wait behind a look at a bin. It holds and orders, it never sends.
 */

/** From the most urgent: a command that moves metal and its status reads, the weighing somebody waits for, everything regular. */
export const priorities = ['actuation', 'weighing', 'poll'] as const;
export type Priority = (typeof priorities)[number];

/** A bounded queue with three priorities. */
export class RequestQueue<Item> {
  readonly #waiting: Record<Priority, Item[]> = { actuation: [], weighing: [], poll: [] };
  readonly #lengthMax: number;

  /** `lengthMax` bounds each priority alone, so that a crowd of polls never shuts out a command. */
  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  get length(): number {
    return priorities.reduce((sum, priority) => sum + this.#waiting[priority].length, 0);
  }

  /** Returns false, and keeps nothing, when this priority is full. */
  add(priority: Priority, item: Item): boolean {
    const queue = this.#waiting[priority];
    if (queue.length >= this.#lengthMax) return false;
    queue.push(item);
    return true;
  }

  /** Takes the most urgent item, the oldest of its priority. */
  take(): Item | undefined {
    for (const priority of priorities) {
      const item = this.#waiting[priority].shift();
      if (item !== undefined) return item;
    }
    return undefined;
  }

  /** Takes out the polls that fit, in order. */
  removePolls(fits: (item: Item) => boolean): Item[] {
    const removed = this.#waiting.poll.filter(fits);
    if (removed.length > 0) this.#waiting.poll = this.#waiting.poll.filter((item) => !removed.includes(item));
    return removed;
  }

  /** Returns whether the item was still waiting. */
  remove(item: Item): boolean {
    for (const priority of priorities) {
      const queue = this.#waiting[priority];
      const index = queue.indexOf(item);
      if (index >= 0) return queue.splice(index, 1).length === 1;
    }
    return false;
  }
}
