/**
 * One file of a capture, a wire or the decisions: bounded on disk and in memory, written behind the back of whoever records. A slow disk costs entries, which are counted
 * in the file, and a full one ends the capture with one word to the log; neither ever holds up or ends what is recorded.
 */
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { captureFileBytesMax, captureQueueBytesMax } from '../limits.ts';

export interface CaptureFileOptions {
  readonly folder: string;
  /** Without its ending. */
  readonly name: string;
  /** First line of each file, without the number of the file. */
  readonly header: object;
  /** The wire clock. */
  readonly clock: Clock;
  /** When the capture began, by `clock`. */
  readonly startedMs: number;
  /** Hears once that the capture ended because it cannot be written. */
  readonly onFailed: (error: unknown) => void;
  /** Bound of each of the two files. Unit: byte. */
  readonly bytesMax?: number;
}

/** What every file may hold, whoever writes it. */
type Ending = { readonly event: 'dropped'; readonly entries: number } | { readonly event: 'ended' };

/** An open file; it begins when it is made. `Fact` is what happened, without its time. */
export class CaptureFile<Fact extends object> {
  readonly #options: CaptureFileOptions;
  readonly #bytesMax: number;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #hasFailed = false;
  #writing: Promise<void>;
  #isWriting = true;

  constructor(options: CaptureFileOptions) {
    this.#options = options;
    this.#bytesMax = options.bytesMax ?? captureFileBytesMax;
    this.#writing = this.#run(() => this.#start());
  }

  /** Adds what just happened. Returns at once. */
  add(fact: Fact): void {
    if (this.#hasFailed) return;
    if (this.#waitingBytes > captureQueueBytesMax) {
      this.#dropped += 1;
      return;
    }
    this.#putDropped();
    this.#put(fact);
    if (!this.#isWriting) this.#writing = this.#run(() => this.#writeAll());
  }

  /** Writes what waits and a last line, and closes the file. Nothing may be added after that. */
  async close(): Promise<void> {
    await this.#writing;
    if (!this.#hasFailed) {
      this.#putDropped();
      this.#put({ event: 'ended' });
      await this.#run(() => this.#writeAll());
    }
    await this.#file?.close();
  }

  #file: FileHandle | undefined;
  #fileBytes = 0;
  #part = 0;

  #putDropped(): void {
    if (this.#dropped > 0) this.#put({ event: 'dropped', entries: this.#dropped });
    this.#dropped = 0;
  }

  #put(fact: Fact | Ending): void {
    const { clock, startedMs } = this.#options;
    const atMs = Math.max(0, Math.round((clock.monotonicMs() - startedMs) * 1000) / 1000);
    const line = `${JSON.stringify({ atMs, ...fact })}\n`;
    this.#waiting.push(line);
    this.#waitingBytes += Buffer.byteLength(line);
  }

  async #run(work: () => Promise<void>): Promise<void> {
    this.#isWriting = true;
    try {
      await work();
    } catch (error) {
      this.#hasFailed = true;
      this.#options.onFailed(error);
    }
    this.#isWriting = false;
  }

  async #start(): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true, mode: 0o750 });
    await this.#nextFile();
    await this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#takeFitting(this.#bytesMax - this.#fileBytes);
      if (lines === '') await this.#nextFile();
      const bytes = Buffer.from(lines === '' ? this.#takeFitting(Number.POSITIVE_INFINITY, 1) : lines);
      await this.#file?.appendFile(bytes);
      this.#fileBytes += bytes.length;
    }
  }

  /** Takes as many waiting lines as have room, and no more than `count`. */
  #takeFitting(room: number, count = this.#waiting.length): string {
    let taken = 0;
    let bytes = 0;
    for (const line of this.#waiting) {
      const length = Buffer.byteLength(line);
      if (taken === count || bytes + length > room) break;
      taken += 1;
      bytes += length;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, taken).join('');
  }

  /** Begins NAME.jsonl anew; what stood there becomes NAME.1.jsonl in place of any older one. */
  async #nextFile(): Promise<void> {
    const { folder, name, header } = this.#options;
    const path = join(folder, `${name}.jsonl`);
    await this.#file?.close();
    this.#file = undefined;
    await rename(path, join(folder, `${name}.1.jsonl`)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    this.#file = await open(path, 'w', 0o640);
    this.#part += 1;
    const first = Buffer.from(`${JSON.stringify({ ...header, part: this.#part })}\n`);
    await this.#file.appendFile(first);
    this.#fileBytes = first.length;
  }
}
