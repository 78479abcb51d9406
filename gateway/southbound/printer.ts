/**
 * A receipt printer on a port of its own. It asks the printer how it is before every slip, prints one at a time, keeps a few while there is no
 * paper, and drops the oldest rather than hold anything up. A slip that may have been printed is never printed again.
 */
import {
  type PrinterQuestion,
  type PrinterReply,
  type PrinterRequest,
  type PrinterStatus,
  printerEscPos,
  printerQuestions,
  readPrinterStatus,
} from '../../protocol/devices/printer-esc-pos.ts';
import type { Clock } from '../clock.ts';
import { isOfStop } from '../errors.ts';
import { printerLookMs, printerSlipsMax, replyGraceMs } from '../limits.ts';
import { FrameWire, type FrameWireOptions } from './frame-wire.ts';

export type PrinterState = PrinterStatus | 'unreachable';

type Options = Pick<FrameWireOptions<PrinterReply, PrinterRequest>, 'transport' | 'openStream'> & {
  /** The wire clock. */
  readonly clock: Clock;
  /** Told when it changes. */
  readonly onChange: (state: PrinterState) => void;
};

export class Printer {
  readonly #options: Options;
  readonly #wire: FrameWire<PrinterReply, PrinterRequest>;
  readonly #slips: (readonly string[])[] = [];
  #waiting: ((reply: PrinterReply) => void) | null = null;
  #told = '';

  constructor(options: Options) {
    this.#options = options;
    this.#wire = new FrameWire({ ...options, device: printerEscPos, onMessage: (reply) => this.#waiting?.(reply) });
  }

  /** Queues a slip; of more than `printerSlipsMax` the oldest is dropped. */
  print(lines: readonly string[]): void {
    this.#slips.push(lines);
    if (this.#slips.length > printerSlipsMax) this.#slips.shift();
  }

  /** Prints what is queued until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        const state = await this.#look(signal);
        if (JSON.stringify(state) !== this.#told) this.#options.onChange(state);
        this.#told = JSON.stringify(state);
        const isReady = state !== 'unreachable' && !state.offline && !state.coverOpen && !state.error && state.paper !== 'out';
        const lines = isReady ? this.#slips.shift() : undefined;
        if (lines !== undefined) this.#wire.send({ kind: 'slip', lines });
        await this.#options.clock.sleep(printerLookMs, 'printer', signal);
      }
    } catch (error) {
      if (!isOfStop(error, signal)) throw error;
    }
  }

  close(): Promise<void> {
    return this.#wire.close();
  }

  async #look(signal: AbortSignal): Promise<PrinterState> {
    const replies: Partial<Record<PrinterQuestion, PrinterReply>> = {};
    for (const question of printerQuestions) {
      const reply = await this.#ask(question, signal);
      if (reply === undefined) return 'unreachable';
      replies[question] = reply;
    }
    return readPrinterStatus(replies as Record<PrinterQuestion, PrinterReply>);
  }

  async #ask(question: PrinterQuestion, signal: AbortSignal): Promise<PrinterReply | undefined> {
    const answered = Promise.withResolvers<PrinterReply>();
    this.#waiting = answered.resolve;
    const stop = new AbortController();
    const late = this.#options.clock
      .sleep(printerEscPos.timeoutMs + replyGraceMs, 'answer of a printer', AbortSignal.any([signal, stop.signal]))
      .then(() => undefined)
      .catch(() => undefined);
    this.#wire.send({ kind: 'status', question });
    const reply = await Promise.race([answered.promise, late]);
    stop.abort();
    this.#waiting = null;
    signal.throwIfAborted();
    return reply;
  }
}
