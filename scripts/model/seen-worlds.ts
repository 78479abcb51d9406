/**
 * Every world met so far, in the order they were met, as rows of equal length with an index by content: a world is new or it is not,
 * exactly. Memory is what limits a search, so a world costs its row and some twelve bytes.
 */

const firstRows = 1 << 16;

function grown<Kind extends Uint8Array | Int32Array>(old: Kind, next: Kind): Kind {
  next.set(old as never);
  return next;
}

export class SeenWorlds {
  readonly #width: number;
  #rows: Uint8Array;
  #parents = new Int32Array(firstRows);
  /** Which of its parent's moves led here. */
  #moves = new Uint8Array(firstRows);
  /** Open addressing: index + 1 of a row, 0 for none. Twice to four times as many places as rows. */
  #places = new Int32Array(firstRows * 4);
  #size = 0;

  constructor(width: number) {
    this.#width = width;
    this.#rows = new Uint8Array(firstRows * width);
  }

  get size(): number {
    return this.#size;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#rows.byteLength + this.#parents.byteLength + this.#moves.byteLength + this.#places.byteLength;
  }

  row(index: number): Uint8Array {
    return this.#rows.subarray(index * this.#width, (index + 1) * this.#width);
  }

  parent(index: number): number {
    return this.#parents[index] ?? -1;
  }

  move(index: number): number {
    return this.#moves[index] ?? 0;
  }

  /** Index of a row's first occurrence; adds the row when it is new. */
  add(row: Uint8Array, parent: number, move: number): number {
    const place = this.#find(row);
    const known = this.#places[place] ?? 0;
    if (known > 0) return known - 1;
    if (this.#size === this.#parents.length) {
      this.#grow();
      return this.add(row, parent, move);
    }
    const index = this.#size;
    this.#rows.set(row, index * this.#width);
    this.#parents[index] = parent;
    this.#moves[index] = move;
    this.#places[place] = index + 1;
    this.#size += 1;
    return index;
  }

  #grow(): void {
    const count = this.#parents.length * 2;
    this.#rows = grown(this.#rows, new Uint8Array(count * this.#width));
    this.#parents = grown(this.#parents, new Int32Array(count));
    this.#moves = grown(this.#moves, new Uint8Array(count));
    this.#places = new Int32Array(count * 4);
    for (let index = 0; index < this.#size; index += 1) this.#places[this.#find(this.row(index))] = index + 1;
  }

  /** The place of an equal row, or the free place where it belongs. */
  #find(row: Uint8Array): number {
    const mask = this.#places.length - 1;
    // FNV-1a with a last mixing: rows differ in few bits.
    let hash = 0x811c9dc5;
    for (const byte of row) hash = Math.imul(hash ^ byte, 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    for (let place = (hash ^ (hash >>> 13)) & mask; ; place = (place + 1) & mask) {
      const known = this.#places[place] ?? 0;
      if (known === 0 || this.#isRow(known - 1, row)) return place;
    }
  }

  #isRow(index: number, row: Uint8Array): boolean {
    const start = index * this.#width;
    for (let at = 0; at < this.#width; at += 1) if (this.#rows[start + at] !== row[at]) return false;
    return true;
  }
}
