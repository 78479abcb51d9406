/**
 * JSON as signed messages need it: one text has one reading. Duplicate keys, floats, numbers beyond 2^53, lone surrogates and deep
 * nesting are refused with their place, because two parsers that disagree about them would disagree about what was signed.
 * It must never repair, and never build more than the bytes it was given.
 */
export type JsonObject = { readonly [key: string]: JsonValue };
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export type StrictJson = { readonly ok: true; readonly value: JsonValue } | { readonly ok: false; readonly detail: string; readonly place: string };

class Refused extends Error {}

const stringToken = /"(?:[^"\\]|\\.)*"/sy;
const integerToken = /-?(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
const literals = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

class Reader {
  readonly #text: string;
  readonly #depthMax: number;
  #at = 0;

  constructor(text: string, depthMax: number) {
    this.#text = text;
    this.#depthMax = depthMax;
  }

  get place(): string {
    return `character ${this.#at + 1}`;
  }

  readDocument(): JsonValue {
    const value = this.#readValue(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw new Refused('text after the end of the JSON value');
    return value;
  }

  #readValue(depth: number): JsonValue {
    this.#skipSpace();
    const first = this.#text[this.#at];
    if (first === '{') return this.#readObject(depth + 1);
    if (first === '[') return this.#readArray(depth + 1);
    if (first === '"') return this.#readString();
    for (const [word, value] of literals) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#readInteger();
  }

  #readObject(depth: number): JsonObject {
    const entries = new Map<string, JsonValue>();
    this.#readItems(depth, '}', () => {
      this.#skipSpace();
      const keyAt = this.#at;
      const key = this.#readString();
      if (entries.has(key)) {
        this.#at = keyAt;
        throw new Refused(`the key ${JSON.stringify(key)} appears twice`);
      }
      this.#expect(':');
      entries.set(key, this.#readValue(depth));
    });
    // fromEntries defines own properties, so a key such as __proto__ stays an ordinary key.
    return Object.fromEntries(entries);
  }

  #readArray(depth: number): readonly JsonValue[] {
    const items: JsonValue[] = [];
    this.#readItems(depth, ']', () => items.push(this.#readValue(depth)));
    return items;
  }

  #readItems(depth: number, close: '}' | ']', readItem: () => void): void {
    if (depth > this.#depthMax) throw new Refused(`nested more than ${this.#depthMax} deep`);
    this.#at += 1;
    this.#skipSpace();
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      readItem();
      this.#skipSpace();
      if (this.#text[this.#at] !== ',') break;
      this.#at += 1;
    }
    this.#expect(close);
  }

  #readString(): string {
    stringToken.lastIndex = this.#at;
    const token = stringToken.exec(this.#text)?.[0];
    if (token === undefined) throw new Refused('a string was expected');
    const value = decodeString(token);
    if (value === undefined) throw new Refused('a string with a bad escape, a control character or half a surrogate pair');
    this.#at += token.length;
    return value;
  }

  #readInteger(): number {
    integerToken.lastIndex = this.#at;
    const token = integerToken.exec(this.#text)?.[0];
    const value = Number(token);
    if (token === undefined || token === '-0' || !Number.isSafeInteger(value))
      throw new Refused('a whole number below 2^53, or another JSON value, was expected');
    this.#at += token.length;
    return value;
  }

  #expect(character: string): void {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) throw new Refused(`${character} was expected`);
    this.#at += 1;
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && ' \t\r\n'.includes(this.#text.charAt(this.#at))) this.#at += 1;
  }
}

function decodeString(token: string): string | undefined {
  try {
    const value: string = JSON.parse(token);
    return value.isWellFormed() ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/**
 * Reads one JSON value from UTF-8 bytes. Numbers: whole, magnitude below 2^53, no exponent, no -0. Nesting: at most `depthMax` objects
 * and arrays, the outermost counted. The caller bounds the size. Source: RFC 8259; I-JSON (RFC 7493) section 2 for what is refused.
 */
export function parseStrictJson(bytes: Uint8Array, depthMax: number): StrictJson {
  const text = decodeUtf8(bytes);
  if (text === undefined) return { ok: false, detail: 'not UTF-8', place: 'the text' };
  const reader = new Reader(text, depthMax);
  try {
    return { ok: true, value: reader.readDocument() };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, detail: error.message, place: reader.place };
    throw error;
  }
}
