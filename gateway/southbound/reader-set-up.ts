/**
 * What a code reader is told when its wire opens: set-up codes closed, so that a printed box cannot reconfigure it, and a CR behind each code.
 * Each setting is sent at most twice, never stored in the reader, and believed only when the reader acknowledges it. Codes it scans
 * meanwhile are handed on.
 */
import { gm65SetUp, readerGm65 } from '../../protocol/devices/reader-gm65.ts';
import { newlandSetUp, readerNewland } from '../../protocol/devices/reader-newland.ts';
import type { FrameDevice, FrameParser } from '../../protocol/frame-device.ts';
import type { Clock } from '../clock.ts';
import { replyGraceMs } from '../limits.ts';

export type ReaderModel = 'GM65' | 'NEWLAND';

export interface SetUpOptions {
  readonly model: ReaderModel;
  readonly clock: Clock;
  readonly send: (bytes: Uint8Array) => void;
  /** Bytes that were no answer: codes. */
  readonly pass: (bytes: Uint8Array) => void;
}

/** Gives the answer to a question, or nothing when the reader did not answer it twice. */
type Ask<From, To> = (request: To) => Promise<From | undefined>;

const triesMax = 2;

/** Null when everything was taken, else the setting that was not. @throws the signal's reason. */
async function setUpGm65(ask: Ask<{ readonly data: readonly number[] }, Parameters<typeof readerGm65.toDevice.encode>[0]>): Promise<string | null> {
  for (const { zone, value } of gm65SetUp) {
    const isSet = async () => (await ask({ kind: 'read', zone, count: 1 }))?.data[0] === value;
    // A reader that has the setting already is not written to.
    if (await isSet()) continue;
    await ask({ kind: 'write', zone, value });
    if (!(await isSet())) return `zone ${zone.toString(16).padStart(4, '0')}`;
  }
  return null;
}

async function setUpNewland(ask: Ask<{ readonly result: string }, { readonly command: string }>): Promise<string | null> {
  for (const command of newlandSetUp) if ((await ask({ command }))?.result !== 'ok') return command;
  return null;
}

/** One set-up on one opening of the wire. While it runs, everything that comes goes through `hear`. */
export class ReaderSetUp {
  readonly #options: SetUpOptions;
  readonly #parser: FrameParser<unknown>;
  readonly #device: FrameDevice<unknown, unknown>;
  #waiting: { readonly request: unknown; readonly answer: (reply: unknown) => void } | null = null;

  constructor(options: SetUpOptions) {
    this.#options = options;
    this.#device = options.model === 'GM65' ? readerGm65 : readerNewland;
    this.#parser = this.#device.fromDevice.parser();
  }

  hear(bytes: Uint8Array): void {
    for (const result of this.#parser.push(bytes)) {
      if (!result.ok) this.#options.pass(result.raw);
      else if (this.#waiting !== null && this.#device.isReplyTo?.(this.#waiting.request, result.message) === true) this.#waiting.answer(result.message);
    }
  }

  /** Null when the reader took everything, else what it did not take. Afterwards nothing more goes through `hear`. @throws the signal's reason. */
  async run(signal: AbortSignal): Promise<string | null> {
    const ask = (request: unknown) => this.#ask(request, signal);
    const refused = await (this.#options.model === 'GM65' ? setUpGm65(ask as never) : setUpNewland(ask as never));
    const rest = this.#parser.abandon();
    if (rest !== undefined && !rest.ok) this.#options.pass(rest.raw);
    return refused;
  }

  async #ask(request: unknown, signal: AbortSignal): Promise<unknown> {
    const { clock, send } = this.#options;
    for (let tries = 0; tries < triesMax; tries += 1) {
      const answered = Promise.withResolvers<unknown>();
      this.#waiting = { request, answer: answered.resolve };
      const stop = new AbortController();
      const late = clock.sleep(this.#device.timeoutMs + replyGraceMs, 'answer of a reader', AbortSignal.any([signal, stop.signal])).catch(() => undefined);
      send(this.#device.toDevice.encode(request));
      const reply = await Promise.race([answered.promise, late]);
      stop.abort();
      this.#waiting = null;
      signal.throwIfAborted();
      if (reply !== undefined) return reply;
    }
    return undefined;
  }
}
