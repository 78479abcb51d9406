/**
 * Counts MQTT frames as they come in, before the broker's parser sees them: that parser would buffer whatever length a peer declares.
 * It looks at the fixed header only and must never keep payload bytes.
 */

/** Bounds of one guard. Unit: byte, of the remaining length of a packet. */
export interface FrameBounds {
  readonly connectBytesMax: number;
  readonly packetBytesMax: number;
}

const connectType = 1;
/** Source: MQTT 3.1.1 section 2.2.3: at most four bytes of length. */
const lengthBytesMax = 4;

/** One connection's guard. Feed it every chunk in order. */
export class FrameGuard {
  readonly #bounds: FrameBounds;
  #first = true;
  #inLength = false;
  #lengthBytes = 0;
  #remaining = 0;

  constructor(bounds: FrameBounds) {
    this.#bounds = bounds;
  }

  /** Returns why the connection has to be closed, or undefined as long as everything is in order. */
  check(chunk: Uint8Array): string | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (!this.#inLength && this.#remaining > 0) {
        const skipped = Math.min(this.#remaining, chunk.length - at);
        this.#remaining -= skipped;
        at += skipped;
        continue;
      }
      const problem = this.#inLength ? this.#readLength(chunk[at] ?? 0) : this.#readType(chunk[at] ?? 0);
      if (problem !== undefined) return problem;
      at += 1;
    }
    return undefined;
  }

  #readType(byte: number): string | undefined {
    if (this.#first && byte >> 4 !== connectType) return 'the first packet is not CONNECT';
    this.#inLength = true;
    this.#lengthBytes = 0;
    return undefined;
  }

  #readLength(byte: number): string | undefined {
    this.#remaining += (byte & 0x7f) * 128 ** this.#lengthBytes;
    this.#lengthBytes += 1;
    const max = this.#first ? this.#bounds.connectBytesMax : this.#bounds.packetBytesMax;
    if (this.#remaining > max) return `a packet of more than ${max} bytes`;
    if (byte < 0x80) {
      this.#inLength = false;
      this.#first = false;
    } else if (this.#lengthBytes === lengthBytesMax) return 'a packet length of more than four bytes';
    return undefined;
  }
}
