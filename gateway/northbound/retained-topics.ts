/**
 * The retained topics of this gateway (status, one per device) and which of them the broker has yet to hear of. Only the latest value
 * of each counts, none goes out more often than its pace, and one is under way at a time. It must never hold a queue.
 */
import assert from 'node:assert/strict';
import { uplinkRetainedMax, uplinkStateBytesMax } from '../limits.ts';

interface Topic {
  readonly paceMs: number;
  payload: Buffer;
  fresh: boolean;
  sentMs: number;
}

/** Latest values. Times are monotonic ms. */
export class RetainedTopics {
  readonly #topics = new Map<string, Topic>();

  /** Sets the value of a topic. Bounds: 8 KiB each, 128 topics; more is our own mistake (assertion). */
  set(topic: string, payload: Buffer, paceMs: number): void {
    assert(payload.length <= uplinkStateBytesMax, `${topic}: a state of ${payload.length} bytes`);
    const known = this.#topics.get(topic);
    if (known === undefined) {
      assert(this.#topics.size < uplinkRetainedMax, `more than ${uplinkRetainedMax} retained topics`);
      this.#topics.set(topic, { paceMs, payload, fresh: true, sentMs: Number.NEGATIVE_INFINITY });
    } else if (!known.payload.equals(payload)) {
      known.payload = payload;
      known.fresh = true;
    }
  }

  /** The next value to send at `nowMs`, or undefined. Topics take turns. */
  take(nowMs: number): { readonly topic: string; readonly payload: Buffer } | undefined {
    for (const [name, topic] of this.#topics) {
      if (!topic.fresh || nowMs - topic.sentMs < topic.paceMs) continue;
      topic.fresh = false;
      topic.sentMs = nowMs;
      this.#topics.delete(name);
      this.#topics.set(name, topic);
      return { topic: name, payload: topic.payload };
    }
    return undefined;
  }

  /** A new connection: the broker may have forgotten everything. */
  rewind(): void {
    for (const topic of this.#topics.values()) {
      topic.fresh = true;
      topic.sentMs = Number.NEGATIVE_INFINITY;
    }
  }
}
