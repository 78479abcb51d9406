/**
 * When a silent device is tried again, and what it is called meanwhile: a step function without a clock.
 * One lost frame is noise; after three in a row a device is offline and costs its neighbours one try per pause. A line that comes back
 * clears the pauses, because silence without a wire says nothing about the device. A device heard lately, be it by a spoilt answer, is there
 * and will be back: it is tried often.
 */
import { deviceFailuresMax, deviceHeardMs, deviceHeardRetryMs, deviceRetryMsMax, deviceRetryRatio } from '../limits.ts';

/** `unknown` until it has answered or been given up once. */
export type HealthState = 'unknown' | 'online' | 'offline';

/** What is known of one device. */
export interface DeviceHealth {
  readonly state: HealthState;
  /** Unanswered tries in a row. */
  readonly failures: number;
  /** The pause between two tries at present. Unit: ms. */
  readonly retryMs: number;
  /** When it last answered, rightly or not: bytes that are wrong prove that something is there. Same clock as nextTryAtMs. */
  readonly heardAtMs: number;
  /** Regular reads before this moment are refused without a try. Unit: ms of the wire clock's monotonic time. */
  readonly nextTryAtMs: number;
}

/** `answered` includes an exception: the device heard us. `garbled`: an answer that cannot be used. `trying` is a regular read of an offline device: others wait for its outcome. */
export type HealthInput = 'answered' | 'garbled' | 'silent' | 'trying' | 'lineLost' | 'lineOpened';

export const unknownHealth: DeviceHealth = {
  state: 'unknown',
  failures: 0,
  retryMs: 0,
  heardAtMs: Number.NEGATIVE_INFINITY,
  nextTryAtMs: Number.NEGATIVE_INFINITY,
};

/**
 * The longest pause between two tries of a silent device. A try costs its line `silenceMs`, deadline and guard together, so the slow are left alone for
 * longer: no silent device ever takes more than one part in deviceRetryRatio of its line. Unit: ms.
 */
export const longestRetryMs = (silenceMs: number): number => Math.max(deviceRetryMsMax, silenceMs * deviceRetryRatio);

/** The pause after `failures` unanswered tries: none at first, then 1, 2, 4, 8 s, at most `longestMs`. Unit: ms. */
export function planRetryMs(failures: number, longestMs: number): number {
  if (failures < deviceFailuresMax) return 0;
  return Math.min(longestMs, 1000 * 2 ** Math.min(failures - deviceFailuresMax, 10));
}

/** Whether a regular read may be sent now; anything more urgent always may. */
export const mayTry = (health: DeviceHealth, nowMs: number): boolean => nowMs >= health.nextTryAtMs;

/** What is known after `input` at `nowMs`, of a device whose silence costs its line `silenceMs` a try. */
export function stepHealth(health: DeviceHealth, input: HealthInput, nowMs: number, silenceMs: number): DeviceHealth {
  switch (input) {
    case 'answered':
      return { ...unknownHealth, state: 'online', heardAtMs: nowMs };
    case 'garbled':
      return stepFailure({ ...health, heardAtMs: nowMs }, nowMs, silenceMs);
    case 'silent':
      return stepFailure(health, nowMs, silenceMs);
    case 'trying':
      return health.state === 'offline' ? { ...health, nextTryAtMs: nowMs + health.retryMs } : health;
    case 'lineLost':
      return { ...unknownHealth, state: 'offline', heardAtMs: health.heardAtMs };
    case 'lineOpened':
      return { ...unknownHealth, state: health.state, heardAtMs: health.heardAtMs };
  }
}

function stepFailure(health: DeviceHealth, nowMs: number, silenceMs: number): DeviceHealth {
  const failures = health.failures + 1;
  const longestMs = nowMs - health.heardAtMs < deviceHeardMs ? deviceHeardRetryMs : longestRetryMs(silenceMs);
  const retryMs = planRetryMs(failures, longestMs);
  return { state: failures < deviceFailuresMax ? health.state : 'offline', failures, retryMs, heardAtMs: health.heardAtMs, nextTryAtMs: nowMs + retryMs };
}
