/**
 * Bytes of a QR or card reader to whole codes, one per line, with a bounded buffer. A code is given exactly as read or not at all: nothing is trimmed,
 * repaired or guessed, and a text without a line end is never taken for a code, as its second half may still be on the way.
 * It knows no wire and no clock: whoever feeds it says when the line fell idle, and makes a new parser for each opening of the wire.
 * Source: GM65 user manual (trigger acknowledgement 02 00 00 01 00 33 31, glued before the text).
 */

/** Why bytes gave no code. */
export type ScanFault = 'too_long' | 'not_utf8' | 'not_printable' | 'unfinished';
/** One line from a reader. `bytes` counts what was thrown away. */
export type ScanResult = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: ScanFault; readonly bytes: number };

const triggerAcknowledgement = [0x02, 0x00, 0x00, 0x01, 0x00, 0x33, 0x31];
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
/** Controls, format characters such as the byte order mark, private use, unassigned, line and paragraph separators. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/u;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function parseText(bytes: readonly number[]): ScanResult {
  let text: string;
  try {
    text = utf8.decode(Uint8Array.from(bytes));
  } catch {
    return { ok: false, reason: 'not_utf8', bytes: bytes.length };
  }
  return unprintable.test(text) ? { ok: false, reason: 'not_printable', bytes: bytes.length } : { ok: true, text };
}

/** Collects the bytes of one opening of a reader's wire. Lines end with CR, LF or both; empty lines are nothing. */
export class ScanLineParser {
  readonly #bytesMax: number;
  #line: number[] = [];
  /** Bytes of the line that outgrew the buffer; the rest of that line is thrown away too. */
  #overflow = 0;

  /** `bytesMax` bounds one code, line end not counted. Unit: byte. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Whether a line was begun and not ended. */
  get isUnfinished(): boolean {
    return this.#line.length + this.#overflow > 0;
  }

  /** Takes bytes as they come, in pieces of any size, and gives the lines they complete. */
  push(bytes: Uint8Array): ScanResult[] {
    const results: ScanResult[] = [];
    for (const byte of bytes) {
      if (byte === carriageReturn || byte === lineFeed) {
        if (this.isUnfinished) results.push(this.#end());
      } else {
        this.#add(byte);
      }
    }
    return results;
  }

  /** The wire fell idle or was lost: a line begun is thrown away and reported. */
  abandon(): ScanResult | undefined {
    if (!this.isUnfinished) return undefined;
    const bytes = this.#line.length + this.#overflow;
    const reason = this.#overflow > 0 ? 'too_long' : 'unfinished';
    this.#clear();
    return { ok: false, reason, bytes };
  }

  #add(byte: number): void {
    if (this.#overflow > 0 || this.#line.length === this.#bytesMax) {
      this.#overflow += 1;
      return;
    }
    this.#line.push(byte);
    const isAcknowledgement = this.#line.length === triggerAcknowledgement.length && this.#line.every((one, at) => one === triggerAcknowledgement[at]);
    if (isAcknowledgement) this.#line = [];
  }

  #end(): ScanResult {
    const line = this.#line;
    const overflow = this.#overflow;
    this.#clear();
    return overflow > 0 ? { ok: false, reason: 'too_long', bytes: line.length + overflow } : parseText(line);
  }

  #clear(): void {
    this.#line = [];
    this.#overflow = 0;
  }
}
