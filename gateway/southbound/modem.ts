/**
 * A cellular modem on a port of its own, as far as one short message needs it. It sends once and tells what became of it; whether to try again
 * is decided elsewhere. Numbers and texts pass through and are neither kept nor told to anybody.
 */
import { type ModemReply, type ModemRequest, modemAt } from '../../protocol/devices/modem-at.ts';
import { encodeSms } from '../../protocol/sms.ts';
import { smsEscapeMs, smsSendMs } from '../limits.ts';
import { FrameWire, type FrameWireOptions } from './frame-wire.ts';

/** `refused`: the modem said no. `silent`: it said nothing, before it had the message. `unknown`: handed over, and the network never said a word. */
export type SmsOutcome = 'sent' | 'refused' | 'silent' | 'unknown';

type Options = Pick<FrameWireOptions<ModemReply, ModemRequest>, 'transport' | 'clock' | 'openStream'>;
/** How an answer ended. */
type End = 'ok' | 'error' | 'prompt' | 'silence';

export class Modem {
  readonly #options: Options;
  readonly #wire: FrameWire<ModemReply, ModemRequest>;
  #waiting: ((end: End) => void) | null = null;

  constructor(options: Options) {
    this.#options = options;
    this.#wire = new FrameWire({ ...options, device: modemAt, onMessage: (reply) => this.#onReply(reply) });
  }

  /** One message, one try; calls one after the other. @throws the signal's reason. */
  async sendSms(number: string, text: string, signal: AbortSignal): Promise<SmsOutcome> {
    const { pdu, length } = encodeSms(number, text);
    const command = (line: string) => this.#exchange({ kind: 'command', text: line }, modemAt.timeoutMs, signal);
    // Leaves a prompt that an earlier try may have left open. A modem that had one says OK to that, which must not be taken for another answer.
    await this.#exchange({ kind: 'escape' }, smsEscapeMs, signal);
    for (const [line, right] of [
      ['ATE0', 'ok'],
      ['AT+CMGF=0', 'ok'],
      [`AT+CMGS=${length}`, 'prompt'],
    ] as const) {
      const end = await command(line);
      if (end !== right) return end === 'silence' ? 'silent' : 'refused';
    }
    const end = await this.#exchange({ kind: 'message', pdu }, smsSendMs, signal);
    if (end === 'silence') return 'unknown';
    return end === 'ok' ? 'sent' : 'refused';
  }

  close(): Promise<void> {
    return this.#wire.close();
  }

  async #exchange(request: ModemRequest, deadlineMs: number, signal: AbortSignal): Promise<End> {
    signal.throwIfAborted();
    const ended = Promise.withResolvers<End>();
    this.#waiting = ended.resolve;
    const stop = new AbortController();
    const late = this.#options.clock.sleep(deadlineMs, 'answer of a modem', AbortSignal.any([signal, stop.signal])).then(
      (): End => 'silence',
      (): End => 'silence',
    );
    if (!this.#wire.send(request)) ended.resolve('silence');
    const end = await Promise.race([ended.promise, late]);
    stop.abort();
    this.#waiting = null;
    signal.throwIfAborted();
    return end;
  }

  /** Lines that end nothing, such as signal reports, are passed over. */
  #onReply(reply: ModemReply): void {
    if (reply.kind === 'prompt') this.#waiting?.('prompt');
    else if (reply.text === 'OK') this.#waiting?.('ok');
    else if (/^(?:ERROR|\+CM[ES] ERROR)/.test(reply.text)) this.#waiting?.('error');
  }
}
