/**
 * Bytes in pieces of any size to whole frames, for every protocol with frames of its own: one bounded buffer, one way to find the next
 * frame after rubbish. A model says only what a frame is that begins at the first byte; where the last one ended and what lies between
 * is found here. It never repairs, and what it gives does not depend on how the bytes were cut into pieces.
 */
import assert from 'node:assert/strict';
import type { FrameParser, FrameResult, FrameSide } from './frame-device.ts';

/**
 * What the first bytes of a buffer are. Must be the same whatever follows: `more` until enough bytes are there to tell. After `wrong` the next
 * byte is tried, or in a line protocol the next line.
 */
export type FrameMatch<Message> =
  | { readonly kind: 'frame'; readonly length: number; readonly message: Message }
  | { readonly kind: 'more' }
  | { readonly kind: 'wrong'; readonly reason: string };

export interface FrameRule<Message> {
  /** Longest frame, also the bound of the buffer. Unit: byte. */
  readonly frameBytesMax: number;
  /** The last byte of every frame of a line protocol: after rubbish nothing counts until it has passed, so that no end of a line is taken for one. */
  readonly lineEnd?: number;
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
  match: () => wrongFrame('nothing is said in this direction'),
  encode: () => assert.fail('nothing is said in this direction'),
});

/** `wrong`, with its reason for people. */
export const wrongFrame = (reason: string): { readonly kind: 'wrong'; readonly reason: string } => ({ kind: 'wrong', reason });

const nothing = new Uint8Array(0);

class FrameScanner<Message> implements FrameParser<Message> {
  readonly #rule: FrameRule<Message>;
  #bytes: Uint8Array = nothing;
  /** In the middle of a line that is rubbish. */
  #deaf = false;
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
    this.#deaf = false;
    return this.#takeStray();
  }

  #scan(results: FrameResult<Message>[]): void {
    const { match, frameBytesMax } = this.#rule;
    while (this.#bytes.length > 0) {
      const found = this.#deaf ? wrongFrame('') : match(this.#bytes);
      if (found.kind === 'more' && this.#bytes.length < frameBytesMax) return;
      if (found.kind === 'frame') {
        const stray = this.#takeStray();
        if (stray) results.push(stray);
        results.push({ ok: true, message: found.message, raw: Uint8Array.from(this.#bytes.subarray(0, found.length)) });
        this.#bytes = this.#bytes.subarray(found.length);
        continue;
      }
      this.#reason ||= found.kind === 'more' ? 'too long' : found.reason;
      const isLineOver = this.#dropByte();
      if (isLineOver || this.#stray.length >= frameBytesMax) results.push(this.#takeStray() as FrameResult<Message>);
    }
  }

  /** Returns whether that ended a line of rubbish. */
  #dropByte(): boolean {
    const { lineEnd } = this.#rule;
    const [byte = 0] = this.#bytes;
    this.#deaf = lineEnd !== undefined && byte !== lineEnd;
    this.#stray.push(byte);
    this.#bytes = this.#bytes.subarray(1);
    return byte === lineEnd;
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
