/**
 * The story of a fire alarm that somebody must hear of: every number of the site file gets a short message, tried again until the network takes
 * it or the tries are used up, and the ledger keeps what came of it. What stands in the ledger decides, so a power cut between alarm and
 * message loses neither. Numbers and texts go to the modem and nowhere else.
 * Rule: R-47 (alarm by siren and SMS).
 */
import type { Clock } from '../clock.ts';
import { isOfStop } from '../errors.ts';
import { alarmLookMs, alarmTriesMax, alarmTryAgainMs } from '../limits.ts';
import type { Modem } from '../southbound/modem.ts';
import type { UnheardAlarm } from '../store/device-facts.ts';
import type { Store } from '../store/store.ts';

export interface AlarmNotifierOptions {
  readonly modem: Pick<Modem, 'sendSms'>;
  readonly numbers: readonly string[];
  /** For the text: who it is about. */
  readonly village: string;
  readonly store: Pick<Store, 'append' | 'bins'>;
  /** Wire clock. */
  readonly wire: Clock;
  readonly tryAgainMs?: number;
}

/** An alarm on its way: who has not got it yet, and how often they were tried. */
interface Call {
  readonly waiting: Set<string>;
  tries: number;
}

/** Watches until `signal` aborts. Every alarm is tried in each round: one that nobody can be told of holds up no other. @throws GatewayError store_*. */
export async function notifyAlarms(options: AlarmNotifierOptions, signal: AbortSignal): Promise<void> {
  const { store, numbers, wire, tryAgainMs = alarmTryAgainMs } = options;
  /** By number of the alarm: one that was reset and raised again is another, of which nobody has heard. */
  let calls = new Map<number, Call>();
  let nextRoundMs = wire.monotonicMs();
  try {
    while (!signal.aborted) {
      const isRoundDue = wire.monotonicMs() >= nextRoundMs;
      if (isRoundDue) nextRoundMs = wire.monotonicMs() + tryAgainMs;
      const unheard = store.bins.unheardAlarms();
      calls = new Map(unheard.map(({ alarm }) => [alarm, calls.get(alarm) ?? { waiting: new Set(numbers), tries: 0 }]));
      for (const place of unheard) {
        const call = calls.get(place.alarm) as Call;
        // A new alarm does not wait for the round.
        if ((isRoundDue || call.tries === 0) && (await isOver(options, place, call, signal))) calls.delete(place.alarm);
      }
      const pauseMs = calls.size === 0 ? alarmLookMs : Math.min(alarmLookMs, Math.max(1, nextRoundMs - wire.monotonicMs()));
      await wire.sleep(pauseMs, 'fire alarms', signal);
    }
  } catch (error) {
    if (!isOfStop(error, signal)) throw error;
  }
}

/** Tries everybody who waits once; writes down how it ended when all have it or the tries are used up. */
async function isOver(options: AlarmNotifierOptions, { bin, compartment, alarm }: UnheardAlarm, call: Call, signal: AbortSignal): Promise<boolean> {
  const { modem, numbers, village, store } = options;
  const text = `火警！${village} ${bin} 第${compartment}格 FIRE ${bin}/${compartment}`;
  for (const number of call.waiting) if ((await modem.sendSms(number, text, signal)) === 'sent') call.waiting.delete(number);
  call.tries += 1;
  const { waiting, tries } = call;
  if (waiting.size > 0 && tries < alarmTriesMax) return false;
  const outcome = waiting.size === 0 ? 'sent' : waiting.size < numbers.length ? 'partly_sent' : 'failed';
  store.append([{ name: 'alarm.notified', subject: bin, data: { bin, compartment, alarm, outcome, tries } }]);
  return true;
}
