/**
 * Follows the events of any broker the way a platform would: verifies each against a public key and against the chain, and reports one
 * verdict each. `sifen watch` and the demo's own check use it. It holds no more than the last links of each gateway and must never
 * trust a topic: what an event is, it says itself under its signature.
 */
import { anchorChain, type ChainState, type ChainVerdict, stepChain } from '../../protocol/chain.ts';
import type { KeyLookup } from '../../protocol/envelope.ts';
import { openEvent, type SignedEvent } from '../../protocol/signed-event.ts';
import { allEventsFilter, parseTopic } from '../../protocol/topics.ts';
import type { Clock } from '../clock.ts';
import { isGatewayError } from '../errors.ts';
import { uplinkSoundMs, watchSourcesMax } from '../limits.ts';
import { backOffMs, type MqttTarget, openMqtt } from './mqtt-connection.ts';
import type { Note } from './note.ts';

/**
 * One message and what it is worth. `anchor` is the first verified event of a gateway: what came before is unknown. After a gap the
 * watch goes on from the event behind it. `refused` did not verify; nothing in it may be believed.
 */
export type WatchReport =
  | { readonly verdict: 'anchor' | Exclude<ChainVerdict['verdict'], 'gap'>; readonly sequence: number; readonly event: SignedEvent }
  | { readonly verdict: 'gap'; readonly sequence: number; readonly event: SignedEvent; readonly missing: { readonly from: number; readonly to: number } }
  | { readonly verdict: 'refused'; readonly topic: string; readonly reason: string; readonly detail: string; readonly place: string };

export interface WatchOptions {
  readonly target: MqttTarget;
  /** Topic filter, by default the events of every gateway. */
  readonly filter?: string;
  /** Public keys to verify with; `() => key` for one gateway. */
  readonly keys: KeyLookup;
  readonly clock: Clock;
  readonly random: () => number;
  readonly note: Note;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** Called once the subscription is granted, at the start and after each loss. */
  readonly onReady?: () => void;
  readonly onReport: (report: WatchReport) => void;
}

/**
 * Watches until the signal aborts, then resolves. Losses after the first connection are waited out.
 * @throws GatewayError when the first connection or subscription fails, and whatever `onReport` throws.
 */
export async function watchEvents(options: WatchOptions): Promise<void> {
  const { clock, random, note, signal } = options;
  const judge = createJudge(options.keys);
  let failures = 0;
  for (let first = true; !signal.aborted; first = false) {
    const startedMs = clock.monotonicMs();
    try {
      await watchOnce(options, judge);
      if (signal.aborted) return;
      failures = clock.monotonicMs() - startedMs >= uplinkSoundMs ? 0 : failures + 1;
    } catch (error) {
      if (signal.aborted) return;
      if (first || !isGatewayError(error, 'uplink_down')) throw error;
      failures += 1;
      note('warn', error.message, {});
    }
    if (!(await pause(clock, backOffMs(failures, random), signal))) return;
  }
}

async function watchOnce(options: WatchOptions, judge: (topic: string, payload: Buffer) => WatchReport): Promise<void> {
  const { target, clock, signal } = options;
  const connection = await openMqtt({ target, clock, signal, onMessage: (topic, payload) => options.onReport(judge(topic, payload)) });
  const stop = () => connection.drop('is no longer watched.');
  signal.addEventListener('abort', stop, { once: true });
  try {
    await connection.subscribe(options.filter ?? allEventsFilter);
    options.onReady?.();
    const reason = await connection.ended;
    if (signal.aborted) return;
    // What onReport threw comes out as it is; a lost connection is waited out.
    if (!isGatewayError(reason, 'uplink_down')) throw reason;
    options.note('warn', reason.message, {});
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

async function pause(clock: Clock, durationMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(durationMs, 'watch retries', signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}

/** Verifies one message after the other, remembering how far each gateway has come. */
function createJudge(keys: KeyLookup): (topic: string, payload: Buffer) => WatchReport {
  const chains = new Map<string, ChainState>();
  return (topic, payload) => {
    const refuse = (reason: string, detail: string, place: string): WatchReport => ({ verdict: 'refused', topic, reason, detail, place });
    const opened = openEvent(payload, keys);
    if (!opened.ok) return refuse(opened.reason, opened.detail, opened.place);
    const { event, leaf } = opened;
    const place = parseTopic(topic);
    const named = place?.leaf.kind === 'events' && place.owner.gateway === event.gateway && event.type.startsWith(`${place.leaf.name}.v`);
    if (!named) return refuse('topic', `${event.type} of ${event.gateway} does not belong on this topic`, 'the topic');
    const link = { ...event, leaf };
    const chain = chains.get(event.source);
    if (chain === undefined) {
      if (chains.size >= watchSourcesMax) return refuse('source', `more than ${watchSourcesMax} gateways, not followed`, 'source');
      chains.set(event.source, anchorChain(link));
      return { verdict: 'anchor', sequence: event.sequence, event };
    }
    const step = stepChain(chain, link);
    chains.set(event.source, step.verdict === 'gap' ? anchorChain(link) : step.state);
    if (step.verdict === 'gap') return { verdict: 'gap', sequence: event.sequence, event, missing: step.missing };
    return { verdict: step.verdict, sequence: event.sequence, event };
  };
}
