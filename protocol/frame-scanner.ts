/**
 * Bytes in pieces of any size to whole frames, for every protocol with frames of its own: one bounded buffer, one way to find the next
 * frame after rubbish. A model says only what a frame is that begins at the first byte; where the last one ended and what lies between
 * is found here. It never repairs, and what it gives does not depend on how the bytes were cut into pieces.
 */
import assert from 'node:assert/strict';
import type { FrameParser, FrameResult, FrameSide } from './frame-device.ts';

/**
 * What the first bytes of a buffer are. Must be the same whatever follows: `more` until enough bytes are there to tell. `drop` is how
 * many bytes cannot be the beginning of anything; 1 is always right, a line protocol drops the line.
 */
export type FrameMatch<Message> =
  | { readonly kind: 'frame'; readonly length: number; readonly message: Message }
  | { readonly kind: 'more' }
  | { readonly kind: 'wrong'; readonly drop: number; readonly reason: string };

export interface FrameRule<Message> {
  /** Longest frame, also the bound of the buffer. Unit: byte. */
  readonly frameBytesMax: number;
  /** Called with at least one byte. */
  readonly match: (bytes: Uint8Array) => FrameMatch<Message>;
  readonly encode: (message: Message) => Uint8Array;
}

/** Makes one direction of a protocol. */
export const defineFrames = <Message>(rule: FrameRule<Message>): FrameSide<Message> => ({
  parser: () => new FrameScanner(rule),
  encode: rule.encode,
});

/** The direction in which nothing is ever said. */
export const noFrames: FrameSide<never> = defineFrames<never>({
  frameBytesMax: 64,
  match: () => ({ kind: 'wrong', drop: 1, reason: 'nothing is said in this direction' }),
  encode: () => assert.fail('nothing is said in this direction'),
});

/** `wrong` by one byte, the usual case. */
export const wrongFrame = (reason: string, drop = 1): { readonly kind: 'wrong'; readonly drop: number; readonly reason: string } => ({
  kind: 'wrong',
  drop,
  reason,
});

const nothing = new Uint8Array(0);

class FrameScanner<Message> implements FrameParser<Message> {
  readonly #rule: FrameRule<Message>;
  #bytes: Uint8Array = nothing;
  /** Bytes that were no frame since the last one, told together. */
  #stray: number[] = [];
  #reason = '';

  constructor(rule: FrameRule<Message>) {
    this.#rule = rule;
  }

  push(bytes: Uint8Array): readonly FrameResult<Message>[] {
    const results: FrameResult<Message>[] = [];
    for (let at = 0; at < bytes.length; ) {
      const taken = bytes.subarray(at, at + this.#rule.frameBytesMax - this.#bytes.length);
      at += taken.length;
      this.#bytes = joined(this.#bytes, taken);
      this.#scan(results);
    }
    return results;
  }

  abandon(): FrameResult<Message> | undefined {
    if (this.#bytes.length > 0) this.#reason ||= 'unfinished';
    this.#stray.push(...this.#bytes);
    this.#bytes = nothing;
    return this.#takeStray();
  }

  #scan(results: FrameResult<Message>[]): void {
    const { match, frameBytesMax } = this.#rule;
    while (this.#bytes.length > 0) {
      const found = match(this.#bytes);
      if (found.kind === 'more' && this.#bytes.length < frameBytesMax) return;
      if (found.kind === 'frame') {
        const stray = this.#takeStray();
        if (stray) results.push(stray);
        results.push({ ok: true, message: found.message, raw: Uint8Array.from(this.#bytes.subarray(0, found.length)) });
        this.#bytes = this.#bytes.subarray(found.length);
        continue;
      }
      const { drop, reason } = found.kind === 'more' ? wrongFrame('too long') : found;
      this.#reason ||= reason;
      this.#stray.push(...this.#bytes.subarray(0, drop));
      this.#bytes = this.#bytes.subarray(drop);
      if (this.#stray.length >= frameBytesMax) results.push(this.#takeStray() as FrameResult<Message>);
    }
  }

  #takeStray(): FrameResult<Message> | undefined {
    if (this.#stray.length === 0) return undefined;
    const stray: FrameResult<Message> = { ok: false, reason: this.#reason, raw: Uint8Array.from(this.#stray) };
    this.#stray = [];
    this.#reason = '';
    return stray;
  }
}

/** A copy: who pushes may use his buffer again. */
function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
