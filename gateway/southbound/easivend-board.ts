/**
 * An Easivend channel board on a port of its own: one question, one answer. A dispense is written once; its result is asked for with queries,
 * which never turn a motor. It never asks for a sequence other than the one it must know, because that makes the board forget.
 */
import { dispenserEasivend, type EasivendReply, type EasivendRequest } from '../../protocol/devices/dispenser-easivend.ts';
import type { VendWord } from '../core/vending.ts';
import { replyGraceMs, vendLookMs } from '../limits.ts';
import { FrameWire, type FrameWireOptions, type PortStats } from './frame-wire.ts';
import { sequenceAfter, type VendingBoard, type VendReadiness } from './vending-board.ts';

type Options = Pick<FrameWireOptions<EasivendReply, EasivendRequest>, 'transport' | 'clock' | 'openStream'> & { readonly column: number };

/** What a reply says of the dispense with its sequence. Bits that contradict each other, or a sensor that is out, are a doubt. */
export function wordOfEasivend(reply: EasivendReply): VendWord {
  if (reply.kind === 'query') return { kind: 'doubt', cause: 'unknown_to_board' };
  if (reply.busy) return { kind: 'running' };
  if (reply.sensorFaulty) return { kind: 'doubt', cause: 'sensor_faulty' };
  const { failed, notHome, notTurned, notReturned, nothingDropped } = reply;
  if (!failed)
    return notHome || notTurned || notReturned || nothingDropped ? { kind: 'doubt', cause: 'motor_fault' } : { kind: 'ended', done: 1, result: 'ok' };
  // A motor that never left its place, or a sensor that saw nothing pass: no roll. A motor that only came home late may have pushed one.
  return notHome || notTurned || nothingDropped ? { kind: 'ended', done: 0, result: 'jam' } : { kind: 'doubt', cause: 'motor_fault' };
}

export class EasivendBoard implements VendingBoard {
  readonly reliability = 'B';
  readonly nextSequence = sequenceAfter;
  readonly #options: Options;
  readonly #wire: FrameWire<EasivendReply, EasivendRequest>;
  #online: boolean | null = null;

  constructor(options: Options) {
    this.#options = options;
    this.#wire = new FrameWire({ ...options, device: dispenserEasivend, onMessage: () => undefined });
  }

  get online(): boolean | null {
    return this.#online;
  }

  /** Makes the board hold the last sequence, so that the next one is certainly new to it. */
  async check(last: number | null, sequence: number, signal: AbortSignal): Promise<VendReadiness> {
    const reply = await this.#ask({ kind: 'query', sequence: last ?? this.nextSequence(sequence), column: this.#options.column }, signal);
    if (reply === undefined) return 'unreachable';
    if (reply.busy) return 'busy';
    return reply.sensorFaulty ? 'fault' : 'ready';
  }

  async order(sequence: number, signal: AbortSignal): Promise<'ordered' | 'unsent'> {
    signal.throwIfAborted();
    await this.#wire.settle();
    return this.#wire.send({ kind: 'dispense', sequence, column: this.#options.column }) ? 'ordered' : 'unsent';
  }

  async look(sequence: number, signal: AbortSignal): Promise<VendWord | { readonly kind: 'silence' }> {
    await this.#options.clock.sleep(vendLookMs, 'look at a channel board', signal);
    const reply = await this.#ask({ kind: 'query', sequence, column: this.#options.column }, signal);
    return reply === undefined ? { kind: 'silence' } : wordOfEasivend(reply);
  }

  /** What passed on its port. */
  stats(): PortStats {
    return this.#wire.stats();
  }

  close(): Promise<void> {
    return this.#wire.close();
  }

  /** One question and its answer, or nothing in time; then whatever may still come late is waited out. */
  async #ask(request: EasivendRequest, signal: AbortSignal): Promise<EasivendReply | undefined> {
    const { clock } = this.#options;
    const { timeoutMs, guardMs } = dispenserEasivend;
    const isAnswer = ({ sequence }: EasivendReply) => sequence === request.sequence;
    const patienceMs = timeoutMs + replyGraceMs;
    const reply = await this.#wire.ask(request, { isAnswer, patienceMs, signal });
    // A port that is away is not asked faster than a board that is silent.
    if (reply === 'unsent') await clock.sleep(patienceMs, 'port of a channel board', signal);
    signal.throwIfAborted();
    const isHeard = reply !== 'unsent' && reply !== 'silence';
    this.#online = isHeard;
    if (reply === 'silence') await clock.sleep(guardMs, 'late answer of a channel board', signal);
    return isHeard ? reply : undefined;
  }
}
