// The event log as the forwarder sees it, without SQLite; without it every uplink test would build its own.
import type { ForwardEvent, ForwardLog } from '../../gateway/northbound/event-window.ts';

export class MemoryLog implements ForwardLog {
  readonly #events: ForwardEvent[] = [];
  /** Every value the cursor was saved at. */
  readonly saved: number[] = [];
  cursor = 0;

  constructor(events: readonly ForwardEvent[] = []) {
    this.append(...events);
  }
  get head(): number {
    return this.#events.at(-1)?.sequence ?? 0;
  }
  append(...events: readonly ForwardEvent[]): void {
    this.#events.push(...events);
  }
  readAfter(sequence: number, limit: number): readonly ForwardEvent[] {
    return this.#events.filter((event) => event.sequence > sequence).slice(0, limit);
  }
  loadCursor(): number {
    return this.cursor;
  }
  saveCursor(sequence: number): void {
    this.cursor = sequence;
    this.saved.push(sequence);
  }
}
