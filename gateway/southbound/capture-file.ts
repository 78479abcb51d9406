/**
 * The file of one captured wire: bounded on disk and in memory, written behind the back of whoever records. A slow disk costs entries, which are counted
 * in the file, and a full one ends the capture with one word to the log; neither ever holds up or ends what is recorded.
 */
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaptureEntry, CaptureFact, CaptureHeader } from '../../protocol/capture.ts';
import type { Clock } from '../clock.ts';
import { captureFileBytesMax, captureQueueBytesMax } from '../limits.ts';

export interface CaptureFileOptions {
  readonly folder: string;
  readonly header: CaptureHeader;
  /** The wire clock. */
  readonly clock: Clock;
  /** Hears once that the capture ended because it cannot be written. */
  readonly onFailed: (error: unknown) => void;
  /** Bound of each of the two files. Unit: byte. */
  readonly bytesMax?: number;
}

/** An open capture; it begins when it is made. */
export class CaptureFile {
  readonly #options: CaptureFileOptions;
  readonly #startedAtMs: number;
  readonly #bytesMax: number;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #hasFailed = false;
  #writing: Promise<void>;
  #isWriting = true;

  constructor(options: CaptureFileOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock.monotonicMs();
    this.#bytesMax = options.bytesMax ?? captureFileBytesMax;
    this.#writing = this.#run(() => this.#start());
  }

  /** Adds what just happened. Returns at once. */
  add(fact: CaptureFact): void {
    if (this.#hasFailed) return;
    if (this.#waitingBytes > captureQueueBytesMax) {
      this.#dropped += 1;
      return;
    }
    if (this.#dropped > 0) this.#put({ event: 'dropped', entries: this.#dropped });
    this.#dropped = 0;
    this.#put(fact);
    if (!this.#isWriting) this.#writing = this.#run(() => this.#writeAll());
  }

  /** Writes what waits and closes the file. Nothing may be added after that. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
  }

  #file: FileHandle | undefined;
  #fileBytes = 0;

  #put(fact: CaptureFact): void {
    const atMs = Math.round((this.#options.clock.monotonicMs() - this.#startedAtMs) * 1000) / 1000;
    const line = `${JSON.stringify({ atMs, ...fact } satisfies CaptureEntry)}\n`;
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
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
      const bytes = Buffer.from(this.#waiting.join(''));
      this.#waiting = [];
      this.#waitingBytes = 0;
      if (this.#fileBytes + bytes.length > this.#bytesMax) await this.#nextFile();
      await this.#file?.appendFile(bytes);
      this.#fileBytes += bytes.length;
    }
  }

  /** Begins NAME.jsonl anew; what stood there becomes NAME.1.jsonl in place of any older one. */
  async #nextFile(): Promise<void> {
    const { folder, header } = this.#options;
    const path = join(folder, `${header.wire}.jsonl`);
    await this.#file?.close();
    this.#file = undefined;
    await rename(path, join(folder, `${header.wire}.1.jsonl`)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    this.#file = await open(path, 'w', 0o640);
    const first = Buffer.from(`${JSON.stringify(header)}\n`);
    await this.#file.appendFile(first);
    this.#fileBytes = first.length;
  }
}
