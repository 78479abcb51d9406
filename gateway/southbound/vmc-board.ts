/**
 * A VMC board on a port of its own. The board is the master: each of its polls is answered at once from the event loop, with ACK or with the one
 * command that waits, and each of its packets with ACK. An order is put on the wire once. The last word on a dispensing is acknowledged when
 * it was heard twice, so that the board itself says it again.
 */
import { dispenserVmc, type VmcFromBoard, type VmcToBoard } from '../../protocol/devices/dispenser-vmc.ts';
import type { VendWord } from '../core/vending.ts';
import { vmcHeardMs, vmcLookMs, vmcOrderWaitMs, vmcQuietPolls, vmcWordsMax } from '../limits.ts';
import { FrameWire, type FrameWireOptions, type PortStats } from './frame-wire.ts';
import { sequenceAfter, type VendingBoard, type VendReadiness } from './vending-board.ts';

type Options = Pick<FrameWireOptions<VmcFromBoard, VmcToBoard>, 'transport' | 'clock' | 'openStream'> & { readonly selection: number };
type Command = Exclude<VmcToBoard, { kind: 'ack' }>;
type Dispensing = Extract<VmcFromBoard, { kind: 'dispensing' }>;

/** What a report says of the order that is open. Lifts and ovens, and a running motor, are not the end. */
function wordOfVmc({ status }: Dispensing): VendWord {
  switch (status) {
    case 'success':
      return { kind: 'ended', done: 1, result: 'ok' };
    case 'jammed':
    case 'noMotor':
      return { kind: 'ended', done: 0, result: 'jam' };
    case 'motorDidNotStop':
      return { kind: 'doubt', cause: 'motor_fault' };
    case 'ended':
      return { kind: 'doubt', cause: 'ended_without_result' };
    default:
      return { kind: 'running' };
  }
}

export class VmcBoard implements VendingBoard {
  readonly reliability = 'C';
  readonly nextSequence = sequenceAfter;
  readonly #options: Options;
  readonly #wire: FrameWire<VmcFromBoard, VmcToBoard>;
  /** The one command that waits for a poll. */
  #command: { readonly message: Command; readonly sent: () => void } | null = null;
  #words: VendWord[] = [];
  /** The last word that was heard and not yet acknowledged. */
  #unacknowledged: Dispensing | null = null;
  #readiness: VendReadiness | null = null;
  #heardAtMs: number | null = null;
  #quietPolls = 0;
  #wake = new AbortController();
  /** Polls and packets answered since the start. */
  answered = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#wire = new FrameWire({ ...options, device: dispenserVmc, onMessage: (message) => this.#onMessage(message) });
  }

  get online(): boolean | null {
    return this.#heardAtMs === null ? null : this.#options.clock.monotonicMs() - this.#heardAtMs <= vmcHeardMs;
  }

  /** Ready only while the board polls and has had nothing to say for a while: a report that is still under way belongs to an earlier order. */
  async check(_last: number | null, sequence: number, signal: AbortSignal): Promise<VendReadiness> {
    if (this.online !== true) return 'unreachable';
    for (let looks = 0; looks < vmcQuietPolls && this.#quietPolls < vmcQuietPolls; looks += 1) await this.#pause(vmcLookMs, signal);
    if (this.#quietPolls < vmcQuietPolls) return 'busy';
    this.#readiness = null;
    // The check takes the number after the order's, so that the board never sees the order's number twice in a row.
    if (!(await this.#send({ kind: 'check', packet: sequenceAfter(sequence), selection: this.#options.selection }, signal))) return 'unreachable';
    for (let looks = 0; looks < 2 && this.#readiness === null; looks += 1) await this.#pause(vmcLookMs, signal);
    // A board that does not know the question is judged by what it does with the order.
    return this.#readiness ?? 'ready';
  }

  async order(sequence: number, signal: AbortSignal): Promise<'ordered' | 'unsent'> {
    this.#words = [];
    return (await this.#send({ kind: 'buy', packet: sequence, selection: this.#options.selection }, signal)) ? 'ordered' : 'unsent';
  }

  async look(_sequence: number, signal: AbortSignal): Promise<VendWord | { readonly kind: 'silence' }> {
    if (this.#words.length === 0) await this.#pause(vmcLookMs, signal);
    return this.#words.shift() ?? { kind: 'silence' };
  }

  /** What passed on its port. */
  stats(): PortStats {
    return this.#wire.stats();
  }

  close(): Promise<void> {
    return this.#wire.close();
  }

  /** Puts a command before the next poll. False when no poll came in time and the command was withdrawn. */
  async #send(message: Command, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    const sent = Promise.withResolvers<true>();
    this.#command = { message, sent: () => sent.resolve(true) };
    const stop = new AbortController();
    const { clock } = this.#options;
    const late = clock.sleep(vmcOrderWaitMs, 'poll of a vending board', AbortSignal.any([signal, stop.signal])).then(
      () => false,
      () => false,
    );
    const done = await Promise.race([sent.promise, late]);
    stop.abort();
    // Taken and given up in one turn of the event loop: a command that is withdrawn here has not left.
    const isWithdrawn = this.#command?.message === message;
    if (isWithdrawn) this.#command = null;
    if (!done && isWithdrawn) signal.throwIfAborted();
    return done || !isWithdrawn;
  }

  #onMessage(message: VmcFromBoard): void {
    this.#heardAtMs = this.#options.clock.monotonicMs();
    if (message.kind === 'ack') return;
    if (message.kind === 'poll') {
      this.#quietPolls += 1;
      const command = this.#command;
      // A port that went away this very moment leaves the command waiting: then not a byte of it has left.
      if (!this.#wire.send(command?.message ?? { kind: 'ack' })) return;
      this.answered += 1;
      this.#command = null;
      command?.sent();
      return;
    }
    if (message.kind === 'selection') this.#readiness = readinessOf(message.status);
    if (message.kind === 'dispensing' && !this.#take(message)) return;
    if (this.#wire.send({ kind: 'ack' })) this.answered += 1;
    this.#wake.abort();
  }

  /** Keeps a word of our selection. Returns whether it is to be acknowledged. */
  #take(report: Dispensing): boolean {
    if (report.selection !== this.#options.selection) return true;
    this.#quietPolls = 0;
    const word = wordOfVmc(report);
    if (this.#words.length < vmcWordsMax) this.#words.push(word);
    if (word.kind === 'running') return true;
    const again = this.#unacknowledged?.packet === report.packet && this.#unacknowledged.code === report.code;
    this.#unacknowledged = again ? null : report;
    this.#wake.abort();
    return again;
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    this.#wake = new AbortController();
    const woken = AbortSignal.any([signal, this.#wake.signal]);
    await this.#options.clock.sleep(ms, 'word of a vending board', woken).catch(() => signal.throwIfAborted());
  }
}

function readinessOf(status: Extract<VmcFromBoard, { kind: 'selection' }>['status']): VendReadiness {
  if (status === 'normal') return 'ready';
  return status === 'outOfStock' ? 'empty' : 'fault';
}
