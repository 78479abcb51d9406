/**
 * Which events go next and how far the broker has them: a window over the log, in order of sequence. The cursor follows the
 * acknowledgements without gaps, so whatever is lost on the way is sent again, and a lost cursor only repeats events that every
 * consumer recognises. It must never skip an event, and never hold more than the window in memory.
 */
import { uplinkWindowBytesMax, uplinkWindowEventsMax } from '../limits.ts';

/** An event as the log keeps it. `name` is the event name without version; `envelope` are the exact bytes that go out. */
export interface ForwardEvent {
  readonly sequence: number;
  readonly name: string;
  readonly envelope: Buffer;
}
/** The part of the store that forwarding needs. The cursor is the last sequence number taken by the broker, 0 before the first. */
export interface ForwardLog {
  /** At most `limit` events with a sequence number above `sequence`, in order. */
  readAfter(sequence: number, limit: number): readonly ForwardEvent[];
  loadCursor(): number;
  saveCursor(sequence: number): void;
}

interface InFlight {
  readonly sequence: number;
  readonly bytes: number;
  readonly sentMs: number;
  taken: boolean;
}

/** Forwarding state of one gateway. Survives connections; `rewind` at the start of each. */
export class EventWindow {
  readonly #log: ForwardLog;
  #cursor: number;
  #saved: number;
  #inFlight: InFlight[] = [];

  constructor(log: ForwardLog) {
    this.#log = log;
    this.#cursor = log.loadCursor();
    this.#saved = this.#cursor;
  }

  /** Last event the broker has, with all before it. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Publishes the broker has not yet answered. */
  get unansweredCount(): number {
    return this.#inFlight.reduce((count, { taken }) => count + (taken ? 0 : 1), 0);
  }

  /** When the oldest unanswered event was sent, or undefined. Unit: monotonic ms. */
  get oldestSentMs(): number | undefined {
    return this.#inFlight.find(({ taken }) => !taken)?.sentMs;
  }

  /** Forgets what was under way: everything after the cursor is sent again. */
  rewind(): void {
    this.#inFlight = [];
  }

  /** Takes up to `room` further events into the window and returns them for sending, in order. */
  take(room: number, nowMs: number): readonly ForwardEvent[] {
    const free = Math.min(room, uplinkWindowEventsMax - this.#inFlight.length);
    if (free <= 0) return [];
    let bytes = this.#inFlight.reduce((sum, event) => sum + event.bytes, 0);
    const taken: ForwardEvent[] = [];
    for (const event of this.#log.readAfter(this.#inFlight.at(-1)?.sequence ?? this.#cursor, free)) {
      bytes += event.envelope.length;
      if (bytes > uplinkWindowBytesMax) break;
      this.#inFlight.push({ sequence: event.sequence, bytes: event.envelope.length, sentMs: nowMs, taken: false });
      taken.push(event);
    }
    return taken;
  }

  /** The broker has this event. Unknown numbers are old news. */
  acknowledge(sequence: number): void {
    const event = this.#inFlight.find((one) => one.sequence === sequence);
    if (event !== undefined) event.taken = true;
  }

  /**
   * Moves the cursor over what is acknowledged without a gap. It is saved when the window is empty or a whole window further: each
   * save is a synced write, and what a crash forgets is merely sent again.
   */
  settle(): void {
    const held = this.#inFlight.findIndex(({ taken }) => !taken);
    const done = this.#inFlight.splice(0, held === -1 ? this.#inFlight.length : held);
    this.#cursor = done.at(-1)?.sequence ?? this.#cursor;
    const idle = this.#inFlight.length === 0;
    if (this.#cursor > this.#saved && (idle || this.#cursor - this.#saved >= uplinkWindowEventsMax)) {
      this.#log.saveCursor(this.#cursor);
      this.#saved = this.#cursor;
    }
  }
}
