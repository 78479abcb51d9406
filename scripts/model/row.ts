/**
 * One row of bytes that a world is written into and read from, value by value in the same order. Job numbers are counted from the least of
 * their epoch and roll counts from the least of all: worlds that differ only in where counting began get the same row. Every decision
 * compares such values or takes the next one, so nothing that can follow is lost. A value that does not fit stops the search.
 */
import assert from 'node:assert/strict';

/** Numbers of one epoch that fit; three epochs fill a byte. */
const perEpoch = 80;
const epochsMax = 3;
const epochSize = 2 ** 32;

export class Row {
  readonly #bytes: Uint8Array;
  readonly #leastNumbers = new Int32Array(epochsMax + 1);
  #leastCount = 0;
  #measuring = false;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Writes with `put` twice: first to find the least values, then the bytes. */
  write(put: (row: Row) => void): void {
    this.#leastNumbers.fill(perEpoch);
    this.#leastCount = 255;
    this.#measuring = true;
    put(this);
    this.#measuring = false;
    this.#at = 0;
    put(this);
    assert(this.#at === this.#bytes.length, 'every byte of a row is written');
  }

  put(value: number): void {
    if (this.#measuring) return;
    if (value < 0 || value > 255 || this.#at >= this.#bytes.length) assert.fail(`${value} at ${this.#at} does not fit the row`);
    this.#bytes[this.#at++] = value;
  }

  putOf<Word>(words: readonly Word[], word: Word): void {
    this.put(words.indexOf(word));
  }

  /** A count of rolls. */
  putCount(count: number): void {
    if (this.#measuring) this.#leastCount = Math.min(this.#leastCount, count);
    else this.put(count - this.#leastCount);
  }

  /**
   * A job or fence number. 0 is the factory's, of no epoch: while a board or a command still has it, the numbers of the first epoch are
   * counted from there.
   */
  putNumber(job: number): void {
    const epoch = Math.floor(job / epochSize);
    const counter = job - epoch * epochSize;
    if (epoch > epochsMax || counter >= perEpoch) assert.fail(`number ${job} does not fit a byte`);
    if (this.#measuring) {
      this.#leastNumbers[epoch] = Math.min(this.#leastNumbers[epoch] ?? 0, counter);
    } else if (epoch === 0) this.put(0);
    else if (epoch === 1 && this.#leastNumbers[0] === 0) this.put(counter);
    else this.put((epoch - 1) * perEpoch + counter - (this.#leastNumbers[epoch] ?? 0) + 1);
  }

  skip(count: number): void {
    for (let index = 0; index < count; index += 1) this.put(0);
  }

  take(): number {
    return this.#bytes[this.#at++] ?? assert.fail('the row is too short');
  }

  takeOf<Word>(words: readonly Word[]): Word {
    return words[this.take()] ?? assert.fail('no such word');
  }

  takeNumber(): number {
    const byte = this.take();
    return byte === 0 ? 0 : (Math.floor(byte / perEpoch) + 1) * epochSize + (byte % perEpoch);
  }

  pass(count: number): void {
    this.#at += count;
  }
}
