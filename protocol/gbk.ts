/**
 * Text to the two-byte code of Chinese receipt printers. The table is made from the decoder of the platform, which knows the standard; there is
 * none of our own. Only what GBK holds can be written: what it does not is a mistake of whoever wrote the text.
 * Source: GBK as in the WHATWG Encoding Standard, section 10.
 */
import assert from 'node:assert/strict';

const decoder = new TextDecoder('gbk', { fatal: true, ignoreBOM: true });
let table: ReadonlyMap<string, readonly number[]> | undefined;

function makeTable(): ReadonlyMap<string, readonly number[]> {
  const made = new Map<string, readonly number[]>();
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      const character = decodeGbk(Uint8Array.of(lead, trail));
      if (character !== undefined && [...character].length === 1 && !made.has(character)) made.set(character, [lead, trail]);
    }
  }
  return made;
}

/** Bytes of a text of printable ASCII and Chinese. */
export function encodeGbk(text: string): number[] {
  table ??= makeTable();
  const codes = table;
  return [...text].flatMap((character) => {
    const code = character.charCodeAt(0);
    if (code >= 0x20 && code < 0x7f) return [code];
    const bytes = codes.get(character);
    assert(bytes, `GBK has no ${character}`);
    return bytes;
  });
}

/** The text of bytes, or undefined where they are none. */
export function decodeGbk(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
