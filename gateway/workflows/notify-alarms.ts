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

/** Watches until `signal` aborts. @throws GatewayError store_*. */
export async function notifyAlarms(options: AlarmNotifierOptions, signal: AbortSignal): Promise<void> {
  const { store, wire } = options;
  try {
    while (!signal.aborted) {
      const [alarm] = store.bins.unheardAlarms();
      if (alarm !== undefined) await notify(options, alarm, signal);
      await wire.sleep(alarmLookMs, 'fire alarms', signal);
    }
  } catch (error) {
    if (!isOfStop(error, signal)) throw error;
  }
}

async function notify(options: AlarmNotifierOptions, { bin, compartment }: { bin: string; compartment: number }, signal: AbortSignal): Promise<void> {
  const { modem, numbers, village, store, wire, tryAgainMs = alarmTryAgainMs } = options;
  const text = `火警！${village} ${bin} 第${compartment}格 FIRE ${bin}/${compartment}`;
  const waiting = new Set(numbers);
  let tries = 0;
  for (; waiting.size > 0 && tries < alarmTriesMax; tries += 1) {
    if (tries > 0) await wire.sleep(tryAgainMs, 'next try of an alarm', signal);
    for (const number of waiting) if ((await modem.sendSms(number, text, signal)) === 'sent') waiting.delete(number);
  }
  const outcome = waiting.size === 0 ? 'sent' : waiting.size < numbers.length ? 'partly_sent' : 'failed';
  store.append([{ name: 'alarm.notified', subject: bin, data: { bin, compartment, outcome, tries } }]);
}
